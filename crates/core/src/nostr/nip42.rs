//! NIP-42: proving to a relay whose key we hold.

use super::{Kind, PublicKey, Tag, UnsignedEvent};
use zajil_api::{RelayUrl, UnixTime};

/// The answer to a relay's challenge, to be signed and sent as
/// [`ClientMessage::Auth`](super::ClientMessage::Auth). It is never published.
pub fn answer(
    account: PublicKey,
    relay: &RelayUrl,
    challenge: &str,
    now: UnixTime,
) -> UnsignedEvent {
    UnsignedEvent {
        pubkey: account,
        created_at: now,
        kind: Kind::CLIENT_AUTH,
        tags: vec![Tag::new("relay", [relay.as_str()]), Tag::new("challenge", [challenge])],
        content: String::new(),
    }
}
