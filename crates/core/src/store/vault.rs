//! Sealing: what a row looks like to whoever finds the disk.

use super::{Key, Sealed, Table};
use crate::engine::VaultKey;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use rand_core::CryptoRngCore;
use sha2::Sha256;
use std::fmt;
use thiserror::Error;
use zeroize::Zeroizing;

const NONCE: usize = 24;
/// Bytes of a name's tag. A store holds far fewer than 2^64 names.
const NAME: usize = 16;

/// The row was written under another key, moved, or damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a row does not open")]
pub struct Unopened;

/// Seals rows and hides names, both under keys drawn from the vault key.
pub struct Vault {
    rows: XChaCha20Poly1305,
    names: Zeroizing<[u8; 32]>,
}

impl Vault {
    pub fn new(key: &VaultKey) -> Self {
        let derived = Hkdf::<Sha256>::new(None, &key.0);
        let mut rows = Zeroizing::new([0; 32]);
        let mut names = Zeroizing::new([0; 32]);
        // Fails only above 8,160 bytes.
        let _ = derived.expand(b"zajil rows", rows.as_mut_slice());
        let _ = derived.expand(b"zajil names", names.as_mut_slice());
        Self { rows: XChaCha20Poly1305::new((&*rows).into()), names }
    }

    /// A key that tells nothing of `name` without the vault key.
    pub fn name(&self, name: &[u8]) -> Key {
        let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(self.names.as_slice()) else {
            return Vec::new();
        };
        mac.update(name);
        mac.finalize().into_bytes().into_iter().take(NAME).collect()
    }

    /// Nonce (24 bytes), then ciphertext; bound to its table and key, so that a row
    /// moved elsewhere does not open.
    pub fn seal(
        &self,
        table: Table,
        key: &[u8],
        plaintext: &[u8],
        rng: &mut impl CryptoRngCore,
    ) -> Sealed {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let aad = place(table, key);
        let payload = Payload { msg: plaintext, aad: &aad };
        let mut sealed = nonce.to_vec();
        // Fails only above 256 GiB.
        sealed.extend(self.rows.encrypt(XNonce::from_slice(&nonce), payload).unwrap_or_default());
        sealed
    }

    pub fn open(
        &self,
        table: Table,
        key: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let (nonce, ciphertext) = sealed.split_at_checked(NONCE).ok_or(Unopened)?;
        let aad = place(table, key);
        let payload = Payload { msg: ciphertext, aad: &aad };
        self.rows
            .decrypt(XNonce::from_slice(nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| Unopened)
    }
}

fn place(table: Table, key: &[u8]) -> Vec<u8> {
    [table.name().as_bytes(), &[0], key].concat()
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn vault(byte: u8) -> Vault {
        Vault::new(&VaultKey([byte; 32]))
    }

    #[test]
    fn a_row_opens_where_it_was_sealed_and_nowhere_else() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let sealed = vault(7).seal(Table::Records, b"key", b"text", &mut rng);
        assert_eq!(*vault(7).open(Table::Records, b"key", &sealed).unwrap(), b"text");
        assert!(vault(7).open(Table::Messages, b"key", &sealed).is_err());
        assert!(vault(7).open(Table::Records, b"other", &sealed).is_err());
        assert!(vault(8).open(Table::Records, b"key", &sealed).is_err());
        assert!(vault(7).open(Table::Records, b"key", &sealed[..10]).is_err());
    }

    #[test]
    fn neither_rows_nor_names_show_what_they_hold() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let sealed = vault(7).seal(Table::Records, b"key", b"a longer text", &mut rng);
        assert!(!sealed.windows(6).any(|window| b"longer".starts_with(window)));
        assert_eq!(vault(7).name(b"chat/1"), vault(7).name(b"chat/1"));
        assert_ne!(vault(7).name(b"chat/1"), vault(8).name(b"chat/1"));
    }

    #[test]
    fn debug_shows_no_key() {
        insta::assert_snapshot!(format!("{:?} {:?}", vault(7), VaultKey([7; 32])), @"Vault(..) VaultKey(..)");
    }
}
