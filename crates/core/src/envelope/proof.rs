//! The identity proof (0x8009, version 2): an account's signature over the MLS key
//! of its leaf. Without it anybody could claim anybody's account in a credential.
//!
//! 104 bytes: account key (32), time (8, big endian), BIP-340 signature (64). What
//! is signed is the id of a kind-450 event that nobody ever publishes.

use super::EnvelopeError;
use super::codec::Reader;
use super::component::{PROOF, supported_by};
use crate::mls::{CIPHERSUITE, Member};
use crate::nostr::{Kind, MAX_TIME, PublicKey, SecretKey, Signature, Tag, UnsignedEvent};
use rand_core::CryptoRngCore;
use zajil_api::UnixTime;

const CONTENT: &str = "Authorize this MLS leaf key for my Marmot account";

/// Signs for the leaf key `signature_key` at `now`.
pub fn prove(
    account: &SecretKey,
    signature_key: &[u8],
    now: UnixTime,
    rng: &mut impl CryptoRngCore,
) -> Vec<u8> {
    let public_key = account.public_key();
    let event = proof_event(public_key, signature_key, now);
    let signature = account.sign(event.id().as_bytes(), rng);
    let mut proof = public_key.as_bytes().to_vec();
    proof.extend_from_slice(&now.0.to_be_bytes());
    proof.extend_from_slice(signature.as_bytes());
    proof
}

/// Checks that a leaf's account signed for it.
pub fn verify_proof(member: &Member) -> Result<PublicKey, EnvelopeError> {
    let bytes = member.components.get(&PROOF).ok_or(EnvelopeError::Proof)?;
    let mut reader = Reader::new(bytes, "identity proof");
    let account: [u8; 32] = reader.array()?;
    let time = UnixTime(u64::from_be_bytes(reader.array()?));
    let signature = Signature::from_bytes(reader.array()?);
    reader.end()?;
    let listed = supported_by(member)?.contains(&PROOF);
    if account != member.identity || !listed || !(UnixTime(1)..=MAX_TIME).contains(&time) {
        return Err(EnvelopeError::Proof);
    }
    let account = PublicKey::from_bytes(account).map_err(|_| EnvelopeError::Proof)?;
    let event = proof_event(account, &member.signature_key, time);
    account.verify(event.id().as_bytes(), &signature).map_err(|_| EnvelopeError::Proof)?;
    Ok(account)
}

fn proof_event(account: PublicKey, signature_key: &[u8], created_at: UnixTime) -> UnsignedEvent {
    let tag = |name: &str, value: String| Tag::new(name, [value]);
    UnsignedEvent {
        pubkey: account,
        created_at,
        kind: Kind::IDENTITY_PROOF,
        tags: vec![
            tag("d", "marmot.account-identity-proof.v2".to_owned()),
            tag("component", format!("0x{PROOF:04x}")),
            tag("ciphersuite", format!("0x{:04x}", CIPHERSUITE as u16)),
            tag("signature_scheme", format!("0x{:04x}", CIPHERSUITE.signature_algorithm() as u16)),
            tag("mls_signature_key", hex::encode(signature_key)),
        ],
        content: CONTENT.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::leaf_components;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn member() -> Member {
        let mut rng = ChaCha20Rng::from_seed([4; 32]);
        let account = SecretKey::generate(&mut rng);
        let proof = prove(&account, &[0xab; 32], UnixTime(1_721_234_567), &mut rng);
        Member {
            identity: account.public_key().to_bytes(),
            signature_key: vec![0xab; 32],
            components: leaf_components(proof),
        }
    }

    #[test]
    fn what_is_signed_is_the_event_the_profile_prescribes() {
        // The same shape as the reference implementation's own test: these tags, this
        // order, this content, this time.
        let key = PublicKey::from_bytes(member().identity).unwrap();
        let event = proof_event(key, &[0xab; 32], UnixTime(1_721_234_567));
        let tags: Vec<Vec<String>> = event.tags.iter().map(|tag| tag.as_slice().to_vec()).collect();
        assert_eq!(
            tags,
            [
                ["d", "marmot.account-identity-proof.v2"].map(str::to_owned),
                ["component", "0x8009"].map(str::to_owned),
                ["ciphersuite", "0x0001"].map(str::to_owned),
                ["signature_scheme", "0x0807"].map(str::to_owned),
                ["mls_signature_key".to_owned(), "ab".repeat(32)],
            ]
        );
        assert_eq!((event.kind, event.content.as_str()), (Kind(450), CONTENT));
    }

    #[test]
    fn an_independent_implementation_accepts_the_signature() {
        use nostr::JsonUtil;
        let member = member();
        let proof = member.components.get(&PROOF).unwrap();
        assert_eq!(proof.len(), 104);
        let tag = |parts: [&str; 2]| nostr::Tag::parse(parts).unwrap();
        let unsigned = nostr::EventBuilder::new(nostr::Kind::Custom(450), CONTENT)
            .tags([
                tag(["d", "marmot.account-identity-proof.v2"]),
                tag(["component", "0x8009"]),
                tag(["ciphersuite", "0x0001"]),
                tag(["signature_scheme", "0x0807"]),
                tag(["mls_signature_key", &"ab".repeat(32)]),
            ])
            .custom_created_at(nostr::Timestamp::from_secs(1_721_234_567))
            .build(nostr::PublicKey::from_slice(&member.identity).unwrap());
        let signature = nostr::secp256k1::schnorr::Signature::from_slice(&proof[40..]).unwrap();
        let event = unsigned.add_signature(signature).expect("verifies");
        assert!(event.as_json().contains("\"kind\":450"));
    }

    #[test]
    fn a_proof_holds_for_one_account_one_leaf_and_unchanged() {
        let good = member();
        assert!(verify_proof(&good).is_ok());
        let mut other_leaf = good.clone();
        other_leaf.signature_key = vec![0xac; 32];
        let mut other_account = good.clone();
        other_account.identity[0] ^= 1;
        let mut without = good.clone();
        without.components.remove(&PROOF);
        let mut unlisted = good.clone();
        unlisted.components.insert(1, vec![2, 0x80, 0x01]);
        for bad in [other_leaf, other_account, without, unlisted] {
            assert!(verify_proof(&bad).is_err());
        }
        for at in 0..104 {
            let mut changed = good.clone();
            changed.components.get_mut(&PROOF).unwrap()[at] ^= 0x10;
            assert!(verify_proof(&changed).is_err(), "byte {at}");
        }
    }
}
