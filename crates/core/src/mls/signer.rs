//! The MLS signature key of this device's leaves.

use super::CIPHERSUITE;
use ed25519_dalek::Signer as _;
use openmls::prelude::{BasicCredential, CredentialWithKey, SignatureScheme};
use openmls_traits::signatures::{Signer, SignerError};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// An Ed25519 key that proves a leaf; separate from the account's own key.
pub struct LeafSigner {
    key: ed25519_dalek::SigningKey,
}

impl LeafSigner {
    /// `secret` is 32 random bytes (RFC 8032).
    pub fn from_bytes(mut secret: [u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(&secret);
        secret.zeroize();
        Self { key }
    }

    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key.to_bytes())
    }

    /// 32 bytes.
    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    pub(super) fn credential(&self, identity: &[u8; 32]) -> CredentialWithKey {
        CredentialWithKey {
            credential: BasicCredential::new(identity.to_vec()).into(),
            signature_key: self.public_key().to_vec().into(),
        }
    }
}

impl Signer for LeafSigner {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.key.sign(payload).to_bytes().to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        CIPHERSUITE.signature_algorithm()
    }
}

impl fmt::Debug for LeafSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LeafSigner(..)")
    }
}
