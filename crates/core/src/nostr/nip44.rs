//! NIP-44 version 2: encryption between two keys.
//!
//! ECDH and HKDF give the two a [`ConversationKey`]; every message draws a nonce, from which
//! HKDF expands a ChaCha20 key and an HMAC key. Lengths are padded. There is no forward secrecy:
//! this carries invitations, MLS carries what people say.

use super::keys::{KeyError, PublicKey, SecretKey};
use base64::prelude::{BASE64_STANDARD, Engine};
use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use rand_core::CryptoRngCore;
use sha2::Sha256;
use std::fmt;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The longest text we encrypt or decrypt, in bytes. The NIP allows 4 GiB and asks
/// implementations to choose what they can hold.
pub const MAX_PLAINTEXT: usize = 1 << 20;

const VERSION: u8 = 2;
const NONCE: usize = 32;
const MAC: usize = 32;
/// The base64 of the longest payload: version, nonce, long prefix, padded text, MAC.
const MAX_PAYLOAD: usize = (1 + NONCE + 6 + MAX_PLAINTEXT + MAC).div_ceil(3) * 4;
const MIN_PAYLOAD: usize = 132;
/// From this length on the length takes six bytes instead of two.
const EXTENDED: usize = 65_536;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Nip44Error {
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Ours: nothing, or more than [`MAX_PLAINTEXT`], was to be encrypted.
    #[error("a text of {0} bytes cannot be encrypted")]
    Plaintext(usize),
    #[error("a payload of {0} characters has no valid length")]
    Length(usize),
    #[error("encrypted by an unknown version")]
    Version,
    #[error("not base64")]
    Base64,
    /// Not meant for this pair of keys, or changed on the way.
    #[error("the payload is not authentic")]
    Mac,
    #[error("the padding is wrong")]
    Padding,
    #[error("the text is not UTF-8")]
    Utf8,
}

/// The secret two accounts share. It never changes, in either direction.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ConversationKey([u8; 32]);

impl ConversationKey {
    pub fn derive(ours: &SecretKey, theirs: &PublicKey) -> Result<Self, Nip44Error> {
        let shared = ours.shared_secret(theirs)?;
        let (key, _) = Hkdf::<Sha256>::extract(Some(b"nip44-v2"), shared.as_slice());
        Ok(Self(key.into()))
    }

    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Encrypts with a fresh nonce.
    pub fn encrypt(
        &self,
        plaintext: &str,
        rng: &mut impl CryptoRngCore,
    ) -> Result<String, Nip44Error> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        self.encrypt_with_nonce(plaintext, &nonce)
    }

    /// Encrypts. Two messages under one nonce give both away: draw it anew each time.
    pub fn encrypt_with_nonce(
        &self,
        plaintext: &str,
        nonce: &[u8; NONCE],
    ) -> Result<String, Nip44Error> {
        let length = plaintext.len();
        if !(1..=MAX_PLAINTEXT).contains(&length) {
            return Err(Nip44Error::Plaintext(length));
        }
        let mut payload = Vec::with_capacity(1 + NONCE + 6 + padded_len(length) + MAC);
        payload.push(VERSION);
        payload.extend_from_slice(nonce);
        let start = payload.len();
        pad(plaintext.as_bytes(), &mut payload);
        let keys = MessageKeys::expand(self, nonce);
        if let Some(padded) = payload.get_mut(start..) {
            keys.apply_cipher(padded);
            let mac = keys.mac(nonce, padded).finalize().into_bytes();
            payload.extend_from_slice(&mac);
        }
        Ok(BASE64_STANDARD.encode(payload))
    }

    /// Checks that the payload is authentic, and decrypts it.
    pub fn decrypt(&self, payload: &str) -> Result<String, Nip44Error> {
        let raw = decode(payload)?;
        let (&version, rest) = raw.split_first().ok_or(Nip44Error::Version)?;
        if version != VERSION {
            return Err(Nip44Error::Version);
        }
        let wrong_length = Nip44Error::Length(payload.len());
        let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(wrong_length)?;
        let (ciphertext, mac) = rest.split_last_chunk::<MAC>().ok_or(wrong_length)?;
        let keys = MessageKeys::expand(self, nonce);
        // Compares in constant time.
        keys.mac(nonce, ciphertext).verify_slice(mac).map_err(|_| Nip44Error::Mac)?;
        let mut padded = Zeroizing::new(ciphertext.to_vec());
        keys.apply_cipher(&mut padded);
        let plaintext = unpad(&padded).ok_or(Nip44Error::Padding)?;
        std::str::from_utf8(plaintext).map(str::to_owned).map_err(|_| Nip44Error::Utf8)
    }
}

impl fmt::Debug for ConversationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConversationKey(..)")
    }
}

fn decode(payload: &str) -> Result<Vec<u8>, Nip44Error> {
    // The NIP keeps `#` for versions that are not base64.
    if payload.starts_with('#') {
        return Err(Nip44Error::Version);
    }
    if !(MIN_PAYLOAD..=MAX_PAYLOAD).contains(&payload.len()) {
        return Err(Nip44Error::Length(payload.len()));
    }
    BASE64_STANDARD.decode(payload).map_err(|_| Nip44Error::Base64)
}

/// The keys of one message: ChaCha20 key (32), its nonce (12), HMAC key (32).
struct MessageKeys(Zeroizing<[u8; 76]>);

impl MessageKeys {
    #[expect(clippy::expect_used, reason = "both lengths are constants HKDF-SHA256 allows")]
    fn expand(key: &ConversationKey, nonce: &[u8; NONCE]) -> Self {
        let mut keys = Zeroizing::new([0; 76]);
        Hkdf::<Sha256>::from_prk(&key.0)
            .expect("32 bytes are a key")
            .expand(nonce, keys.as_mut_slice())
            .expect("76 bytes can be expanded");
        Self(keys)
    }

    fn apply_cipher(&self, text: &mut [u8]) {
        let (key, rest) = self.0.split_at(32);
        let (nonce, _) = rest.split_at(12);
        ChaCha20::new(key.into(), nonce.into()).apply_keystream(text);
    }

    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    fn mac(&self, nonce: &[u8; NONCE], ciphertext: &[u8]) -> Hmac<Sha256> {
        let (_, key) = self.0.split_at(44);
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("any length will do");
        mac.update(nonce);
        mac.update(ciphertext);
        mac
    }
}

/// How long a text is made: at least 32, then up to the next eighth of a power of two.
/// Only for 1 to [`MAX_PLAINTEXT`]: lengths near 4 GiB would not fit a 32-bit `usize`.
fn padded_len(length: usize) -> usize {
    let next_power = length.next_power_of_two();
    let chunk = if next_power <= 256 { 32 } else { next_power / 8 };
    length.div_ceil(chunk) * chunk
}

/// Appends length, text and zeros.
fn pad(text: &[u8], out: &mut Vec<u8>) {
    let length = text.len();
    match u16::try_from(length) {
        Ok(short) => out.extend_from_slice(&short.to_be_bytes()),
        Err(_) => {
            out.extend_from_slice(&[0, 0]);
            // A text is at most `MAX_PLAINTEXT` bytes long.
            out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
        }
    }
    out.extend_from_slice(text);
    out.resize(out.len() + padded_len(length) - length, 0);
}

/// `None` unless length and padding are what [`pad`] would have made of the text. Zeros need not
/// be zero: the NIP does not look at them, and neither does any reader.
fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (short, rest) = padded.split_first_chunk::<2>()?;
    let (length, rest) = match u16::from_be_bytes(*short) {
        0 => {
            let (long, rest) = rest.split_first_chunk::<4>()?;
            let length = usize::try_from(u32::from_be_bytes(*long)).ok()?;
            (EXTENDED..=MAX_PLAINTEXT).contains(&length).then_some((length, rest))?
        }
        short => (usize::from(short), rest),
    };
    if rest.len() != padded_len(length) {
        return None;
    }
    rest.get(..length)
}
