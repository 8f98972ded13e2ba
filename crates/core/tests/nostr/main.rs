//! The Nostr layer, held against the NIPs' vectors and against another implementation of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

mod events;
mod filters;
mod frames;
mod peer;
mod properties;
mod secrets;
mod vectors;
mod wraps;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zajil_api::UnixTime;
use zajil_core::nostr::{Event, Kind, SecretKey, Tag, UnsignedEvent};

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn secret(seed: u64) -> SecretKey {
    SecretKey::generate(&mut rng(seed))
}

fn unsigned(author: &SecretKey, kind: Kind, tags: Vec<Tag>, content: &str) -> UnsignedEvent {
    let created_at = UnixTime(1_700_000_000);
    UnsignedEvent { pubkey: author.public_key(), created_at, kind, tags, content: content.into() }
}

fn signed(author: &SecretKey, kind: Kind, tags: Vec<Tag>, content: &str) -> Event {
    Event::sign(unsigned(author, kind, tags, content), author, &mut rng(99)).unwrap()
}

fn event() -> Event {
    let tags = vec![Tag::new("h", ["ab"]), Tag::new("expiration", ["5", "six"])];
    signed(&secret(1), Kind::GROUP_MESSAGE, tags, "say \"id\":\"hi\"\n")
}
