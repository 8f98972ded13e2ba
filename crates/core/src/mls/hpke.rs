//! Keys of HPKE (RFC 9180) as MLS writes them down, for the one configuration we use:
//! DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM.

use ::hpke::kem::X25519HkdfSha256;
use ::hpke::{Deserializable, Kem};
use openmls_traits::types::{CryptoError, HpkeAeadType, HpkeConfig, HpkeKdfType, HpkeKemType};

type PrivateKey = <X25519HkdfSha256 as Kem>::PrivateKey;
type PublicKey = <X25519HkdfSha256 as Kem>::PublicKey;
type EncappedKey = <X25519HkdfSha256 as Kem>::EncappedKey;

/// Fails for any other configuration.
pub(super) fn ours(config: &HpkeConfig) -> Result<(), CryptoError> {
    match config {
        HpkeConfig(HpkeKemType::DhKem25519, HpkeKdfType::HkdfSha256, HpkeAeadType::AesGcm128) => {
            Ok(())
        }
        _ => Err(CryptoError::UnsupportedCiphersuite),
    }
}

pub(super) fn private_key(bytes: &[u8]) -> Result<PrivateKey, CryptoError> {
    PrivateKey::from_bytes(bytes).map_err(|_| CryptoError::InvalidLength)
}

pub(super) fn public_key(bytes: &[u8]) -> Result<PublicKey, CryptoError> {
    PublicKey::from_bytes(bytes).map_err(|_| CryptoError::InvalidPublicKey)
}

pub(super) fn encapped_key(bytes: &[u8]) -> Result<EncappedKey, CryptoError> {
    EncappedKey::from_bytes(bytes).map_err(|_| CryptoError::HpkeDecryptionError)
}
