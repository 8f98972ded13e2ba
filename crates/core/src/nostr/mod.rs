//! Nostr, as much of it as a messenger needs: keys, events, the relay protocol, two encryptions.
//!
//! A thin layer written on k256, because the usual crate brings a C library that needs a
//! compiler with a wasm target, and k256 is as fast in a browser. It is held against that
//! crate, and against the NIPs' own vectors, in `tests/nostr*.rs`.
//!
//! Nothing here does input or output, reads a clock or draws randomness by itself, and nothing
//! a relay or a peer sends makes it panic. It does not know MLS, groups or the profile.
//!
//! | NIP | Here |
//! |---|---|
//! | 01 | [`Event`], [`Tag`], [`Kind`], [`Filter`], [`ClientMessage`], [`RelayMessage`] |
//! | 42 | [`nip42`]: proving to a relay who we are |
//! | 44 | [`nip44`]: encryption between two keys |
//! | 59 | [`Rumor`] and [`nip59`]: an event nobody can see or attribute |
//! | 77 | [`nip77`]: what a relay has and we lack, without naming all there is |

mod event;
mod fields;
mod filter;
mod hex;
mod json;
mod keys;
mod kind;
mod message;
pub mod nip42;
pub mod nip44;
pub mod nip59;
pub mod nip77;
mod rumor;
mod tag;

pub use event::{Event, EventError, EventId, MAX_TAGS, UnsignedEvent};
pub use fields::MAX_TIME;
pub use filter::Filter;
pub use hex::HexError;
pub use keys::{KeyError, PublicKey, SecretKey, Signature};
pub use kind::Kind;
pub use message::{
    ClientMessage, MAX_FRAME, MessageError, RelayMessage, SubscriptionId, peek_created_at,
    peek_event_id,
};
pub use rumor::Rumor;
pub use tag::Tag;
