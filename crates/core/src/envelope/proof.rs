//! The identity proof (0x8009, version 2): an account's signature over the MLS key
//! of its leaf. Without it anybody could claim anybody's account in a credential.
//!
//! 104 bytes: account key (32), time (8, big endian), BIP-340 signature (64). What
//! is signed is the id of a kind-450 event that nobody ever publishes.

use super::EnvelopeError;
use super::codec::Reader;
use super::component::{PROOF, supported_by};
use crate::mls::{CIPHERSUITE, Member};
use crate::nostr::{Kind, PublicKey, SecretKey, Signature, Tag, UnsignedEvent};
use rand_core::CryptoRngCore;
use zajil_api::UnixTime;

const CONTENT: &str = "Authorize this MLS leaf key for my Marmot account";
/// What JSON numbers hold exactly.
const MAX_TIME: u64 = (1 << 53) - 1;

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
    if account != member.identity || !listed || !(1..=MAX_TIME).contains(&time.0) {
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
