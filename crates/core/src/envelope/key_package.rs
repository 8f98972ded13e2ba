//! Kind 30443: a key package, published where others look for it.

use super::component::{SUPPORTED, supported_by, supports_ours};
use super::{EnvelopeError, verify_proof};
use crate::mls::{
    CIPHERSUITE, InviteeKeyPackage, OwnKeyPackage, Provider, advertised_extensions,
    advertised_proposals, parse_key_package,
};
use crate::nostr::{Event, EventId, Kind, PublicKey, Tag, UnsignedEvent};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use zajil_api::UnixTime;

/// Somebody's key package as found on a relay, checked.
#[derive(Clone, Debug)]
pub struct KeyPackageEvent {
    pub event_id: EventId,
    pub created_at: UnixTime,
    pub key_package: InviteeKeyPackage,
}

/// The event for `key_package`. `slot` (the `d` tag) is 32 random bytes kept for
/// this installation, so that a newer key package takes the place of the older.
pub fn key_package_event(
    author: PublicKey,
    slot: &[u8; 32],
    key_package: &OwnKeyPackage,
    created_at: UnixTime,
) -> UnsignedEvent {
    UnsignedEvent {
        pubkey: author,
        created_at,
        kind: Kind::KEY_PACKAGE,
        tags: vec![
            Tag::new("d", [hex::encode(slot)]),
            Tag::new("mls_protocol_version", ["1.0"]),
            Tag::new("i", [hex::encode(&key_package.reference)]),
            Tag::new("mls_ciphersuite", [number(CIPHERSUITE as u16)]),
            Tag::new("mls_extensions", advertised_extensions().into_iter().map(number)),
            Tag::new("mls_proposals", advertised_proposals().into_iter().map(number)),
            // 0x0001 is the list itself.
            Tag::new("app_components", SUPPORTED.into_iter().filter(|id| *id != 1).map(number)),
        ],
        content: BASE64.encode(&key_package.bytes),
    }
}

/// Reads a kind-30443 event whose id and signature were verified. Everything that
/// it claims is checked against the key package itself.
pub fn parse_key_package_event(
    provider: &Provider,
    event: &Event,
) -> Result<KeyPackageEvent, EnvelopeError> {
    if event.kind != Kind::KEY_PACKAGE {
        return Err(EnvelopeError::Mismatch("kind"));
    }
    let bytes =
        BASE64.decode(&event.content).map_err(|_| EnvelopeError::Encoding("key package"))?;
    let key_package = parse_key_package(provider, &bytes)?;
    if verify_proof(&key_package.member)? != event.pubkey {
        return Err(EnvelopeError::Mismatch("author"));
    }
    if only(event, "d")?.value().is_none_or(str::is_empty) {
        return Err(EnvelopeError::Tag("d"));
    }
    if only(event, "mls_protocol_version")?.value() != Some("1.0") {
        return Err(EnvelopeError::Mismatch("protocol version"));
    }
    let reference = only(event, "i")?.value().unwrap_or_default();
    if reference != hex::encode(&key_package.reference) {
        return Err(EnvelopeError::Mismatch("key package reference"));
    }
    let suite = only(event, "mls_ciphersuite")?.values();
    if !suite.iter().any(|value| *value == number(CIPHERSUITE as u16)) {
        return Err(EnvelopeError::Mismatch("ciphersuite"));
    }
    if !lists(event, "mls_extensions", &key_package.extensions)?
        || !lists(event, "mls_proposals", &key_package.proposals)?
    {
        return Err(EnvelopeError::Mismatch("list of capabilities"));
    }
    let claimed = only(event, "app_components")?.values();
    let supported = supported_by(&key_package.member)?;
    if !key_package.fits_our_groups() || !supports_ours(&key_package.member)? {
        return Err(EnvelopeError::Component("what our groups need"));
    }
    if !supported.iter().filter(|id| **id != 1).all(|id| claimed.contains(&number(*id))) {
        return Err(EnvelopeError::Mismatch("list of components"));
    }
    Ok(KeyPackageEvent { event_id: event.id, created_at: event.created_at, key_package })
}

/// The one tag of that name.
fn only<'a>(event: &'a Event, name: &'static str) -> Result<&'a Tag, EnvelopeError> {
    let mut found = event.tags.iter().filter(|tag| tag.name() == name);
    match (found.next(), found.next()) {
        (Some(tag), None) => Ok(tag),
        _ => Err(EnvelopeError::Tag(name)),
    }
}

/// Whether the one tag of that name lists exactly `ids`, each once, in any order.
fn lists(event: &Event, name: &'static str, ids: &[u16]) -> Result<bool, EnvelopeError> {
    let mut listed = only(event, name)?.values().to_vec();
    let mut expected: Vec<String> = ids.iter().copied().map(number).collect();
    listed.sort_unstable();
    expected.sort_unstable();
    Ok(listed == expected)
}

fn number(id: u16) -> String {
    format!("0x{id:04x}")
}
