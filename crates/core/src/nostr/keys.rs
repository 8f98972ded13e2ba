//! Keys on secp256k1 and what they do: BIP-340 signatures and a shared secret.
//!
//! An account is a [`SecretKey`]; the world knows it by its [`PublicKey`].

use super::hex::{self, HexError, hex_bytes};
use k256::ecdh::diffie_hellman;
use k256::schnorr::{SigningKey, VerifyingKey};
use rand_core::CryptoRngCore;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use zeroize::Zeroizing;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    #[error(transparent)]
    Hex(#[from] HexError),
    /// Zero, or not below the order of the curve.
    #[error("not a secret key")]
    Secret,
    /// No point of the curve has this x coordinate.
    #[error("not a public key")]
    Public,
    #[error("the signature is not by this key over this message")]
    Signature,
}

hex_bytes! {
    /// A BIP-340 x-only public key.
    ///
    /// [`from_bytes`](Self::from_bytes) and `parse` make sure that it is a point of the curve. In
    /// an event that has not been verified it is what the event claims: finding the point would
    /// cost several times as much as reading the event. Whoever needs the point finds it,
    /// [`verify`](Self::verify) and [`SecretKey::shared_secret`], and then fails.
    PublicKey, 32
}

hex_bytes! {
    /// A BIP-340 signature. Only [`PublicKey::verify`] says what it is worth.
    Signature, 64
}

impl PublicKey {
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, KeyError> {
        let key = Self(bytes);
        key.point().map(|_| key)
    }

    /// Checks a signature over 32 bytes, as a rule the id of an event.
    pub fn verify(&self, message: &[u8; 32], signature: &Signature) -> Result<(), KeyError> {
        let signature = k256::schnorr::Signature::try_from(signature.0.as_slice())
            .map_err(|_| KeyError::Signature)?;
        self.point()?.verify_raw(message, &signature).map_err(|_| KeyError::Signature)
    }

    fn point(&self) -> Result<VerifyingKey, KeyError> {
        VerifyingKey::from_bytes(&self.0).map_err(|_| KeyError::Public)
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::from_bytes(hex::decode(text.as_bytes())?)
    }
}

impl Signature {
    pub fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }
}

/// The key of an account, or a throw-away one. Wiped from memory when dropped.
#[derive(Clone)]
pub struct SecretKey {
    /// As given: the signing key may hold the negation.
    bytes: Zeroizing<[u8; 32]>,
    signing: SigningKey,
}

impl SecretKey {
    pub fn generate(rng: &mut impl CryptoRngCore) -> Self {
        loop {
            let mut bytes = Zeroizing::new([0; 32]);
            rng.fill_bytes(bytes.as_mut_slice());
            // All but one in 2¹²⁸ are keys.
            if let Ok(key) = Self::from_bytes(bytes) {
                return key;
            }
        }
    }

    pub fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Result<Self, KeyError> {
        let signing = SigningKey::from_bytes(bytes.as_slice()).map_err(|_| KeyError::Secret)?;
        Ok(Self { bytes, signing })
    }

    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        Self::from_bytes(Zeroizing::new(hex::decode(text.as_bytes())?))
    }

    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.bytes.clone()
    }

    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(::hex::encode(self.bytes.as_slice()))
    }

    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.signing.verifying_key().to_bytes().into())
    }

    /// Signs 32 bytes, as a rule the id of an event (BIP-340, with fresh auxiliary randomness).
    pub fn sign(&self, message: &[u8; 32], rng: &mut impl CryptoRngCore) -> Signature {
        loop {
            let mut auxiliary = Zeroizing::new([0; 32]);
            rng.fill_bytes(auxiliary.as_mut_slice());
            // Fails when a nonce hashes to zero, which nobody has ever seen.
            if let Ok(signature) = self.sign_with(message, &auxiliary) {
                return signature;
            }
        }
    }

    fn sign_with(&self, message: &[u8; 32], auxiliary: &[u8; 32]) -> Result<Signature, KeyError> {
        let signature =
            self.signing.sign_raw(message, auxiliary).map_err(|_| KeyError::Signature)?;
        Ok(Signature(signature.to_bytes()))
    }

    /// The x coordinate of this key times the other's point, unhashed, as NIP-44 wants it.
    /// The owner of the other key computes the same.
    pub fn shared_secret(&self, other: &PublicKey) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let point = other.point()?;
        let shared = diffie_hellman(self.signing.as_nonzero_scalar(), point.as_affine());
        Ok(Zeroizing::new((*shared.raw_secret_bytes()).into()))
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}
