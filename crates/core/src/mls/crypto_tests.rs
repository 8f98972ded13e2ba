//! Ours against OpenMLS's own provider, both ways: what one seals the other opens.

use super::*;
use openmls_rust_crypto::RustCrypto;
use openmls_traits::types::Ciphersuite;

const SUITE: Ciphersuite = super::super::CIPHERSUITE;

fn pair() -> (Crypto, RustCrypto) {
    (Crypto::new([3; 32]), RustCrypto::default())
}

#[test]
fn hpke_opens_across_both_providers() {
    let (ours, theirs) = pair();
    let keys = ours.derive_hpke_keypair(SUITE.hpke_config(), &[7; 32]).unwrap();
    let same = theirs.derive_hpke_keypair(SUITE.hpke_config(), &[7; 32]).unwrap();
    assert_eq!(keys.public, same.public);
    let config = || SUITE.hpke_config();
    let (public, private): (&[u8], &[u8]) = (&keys.public, &keys.private);
    let sealed = ours.hpke_seal(config(), public, b"info", b"aad", b"text").unwrap();
    assert_eq!(theirs.hpke_open(config(), &sealed, private, b"info", b"aad").unwrap(), b"text");
    let sealed = theirs.hpke_seal(config(), public, b"info", b"aad", b"text").unwrap();
    assert_eq!(ours.hpke_open(config(), &sealed, private, b"info", b"aad").unwrap(), b"text");
    assert!(ours.hpke_open(config(), &sealed, private, b"info", b"other").is_err());

    let (enc, secret) =
        ours.hpke_setup_sender_and_export(config(), public, b"i", b"x", 40).unwrap();
    let again = theirs.hpke_setup_receiver_and_export(config(), &enc, private, b"i", b"x", 40);
    assert_eq!(*again.unwrap(), *secret);
    let (enc, secret) =
        theirs.hpke_setup_sender_and_export(config(), public, b"i", b"x", 40).unwrap();
    let again = ours.hpke_setup_receiver_and_export(config(), &enc, private, b"i", b"x", 40);
    assert_eq!(*again.unwrap(), *secret);
}

#[test]
fn hashes_macs_and_derivations_are_the_same() {
    let (ours, theirs) = pair();
    let hash = SUITE.hash_algorithm();
    assert_eq!(ours.hash(hash, b"x").unwrap(), theirs.hash(hash, b"x").unwrap());
    let both = |f: &dyn Fn(&dyn OpenMlsCrypto) -> Vec<u8>| assert_eq!(f(&ours), f(&theirs));
    both(&|c| c.hkdf_extract(hash, b"salt", b"ikm").unwrap().as_slice().to_vec());
    both(&|c| c.hkdf_extract(hash, b"", b"ikm").unwrap().as_slice().to_vec());
    both(&|c| c.hkdf_expand(hash, &[5; 32], b"info", 77).unwrap().as_slice().to_vec());
    both(&|c| c.hmac(hash, b"key", b"message").unwrap().as_slice().to_vec());
    let aead = SUITE.aead_algorithm();
    both(&|c| c.aead_encrypt(aead, &[1; 16], b"text", &[2; 12], b"aad").unwrap());
    let sealed = theirs.aead_encrypt(aead, &[1; 16], b"text", &[2; 12], b"aad").unwrap();
    assert_eq!(ours.aead_decrypt(aead, &[1; 16], &sealed, &[2; 12], b"aad").unwrap(), b"text");
    assert!(ours.aead_decrypt(aead, &[1; 16], &sealed, &[2; 12], b"").is_err());
}

#[test]
fn signatures_verify_across_both_providers() {
    let (ours, theirs) = pair();
    let scheme = SUITE.signature_algorithm();
    let (private, public) = ours.signature_key_gen(scheme).unwrap();
    let signature = ours.sign(scheme, b"text", &private).unwrap();
    assert_eq!(signature, theirs.sign(scheme, b"text", &private).unwrap());
    assert!(theirs.verify_signature(scheme, b"text", &public, &signature).is_ok());
    assert!(ours.verify_signature(scheme, b"text", &public, &signature).is_ok());
    assert!(ours.verify_signature(scheme, b"test", &public, &signature).is_err());
}

#[test]
fn malformed_keys_and_foreign_suites_are_refused_and_nothing_panics() {
    let (ours, _) = pair();
    for length in [0, 1, 31, 33] {
        let bytes = vec![9; length];
        assert!(ours.hpke_seal(SUITE.hpke_config(), &bytes, b"", b"", b"").is_err());
        assert!(ours.verify_signature(SUITE.signature_algorithm(), b"", &bytes, &bytes).is_err());
        assert!(ours.sign(SUITE.signature_algorithm(), b"", &bytes).is_err());
        assert!(ours.aead_encrypt(SUITE.aead_algorithm(), &bytes, b"", &bytes, b"").is_err());
        assert!(ours.hkdf_expand(SUITE.hash_algorithm(), &bytes, b"", 9000).is_err());
    }
    let other = Ciphersuite::MLS_256_DHKEMP384_AES256GCM_SHA384_P384;
    assert!(ours.supports(other).is_err());
    assert!(ours.hash(other.hash_algorithm(), b"").is_err());
    assert!(ours.signature_key_gen(other.signature_algorithm()).is_err());
}
