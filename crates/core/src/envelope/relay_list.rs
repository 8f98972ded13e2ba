//! Kind 10002 (NIP-65): where an account publishes. Kind 10050 (NIP-17): where it
//! wants to receive.

use crate::nostr::{Event, Kind, PublicKey, Tag, UnsignedEvent};
use zajil_api::UnixTime;

/// More addresses than this nobody needs, and each one is a connection.
const MAX_RELAYS: usize = 10;

pub fn relay_list_event(
    author: PublicKey,
    relays: &[String],
    created_at: UnixTime,
) -> UnsignedEvent {
    list(author, Kind::RELAY_LIST, "r", relays, created_at)
}

pub fn inbox_relays_event(
    author: PublicKey,
    relays: &[String],
    created_at: UnixTime,
) -> UnsignedEvent {
    list(author, Kind::INBOX_RELAYS, "relay", relays, created_at)
}

/// The addresses in a kind-10050 event, as written there; the first few where there are many.
pub fn parse_inbox_relays(event: &Event) -> Vec<String> {
    event
        .tags
        .iter()
        .filter(|tag| tag.name() == "relay")
        .filter_map(|tag| tag.value())
        .take(MAX_RELAYS)
        .map(str::to_owned)
        .collect()
}

fn list(
    pubkey: PublicKey,
    kind: Kind,
    tag: &str,
    relays: &[String],
    created_at: UnixTime,
) -> UnsignedEvent {
    let tags = relays.iter().map(|relay| Tag::new(tag, [relay.clone()])).collect();
    UnsignedEvent { pubkey, created_at, kind, tags, content: String::new() }
}
