//! The Marmot profile, version 2: MLS bytes in Nostr events and back.
//!
//! Everything another implementation must agree with byte for byte is here and
//! nowhere else, so that a change of the wire touches one folder. Source: the
//! profile's `spec/` of 2 July 2026, with the later identity proof (version 2)
//! and last-resort component. What of it this engine does not use it tolerates.
//!
//! | File | Shape |
//! |---|---|
//! | `codec` | canonical encoding: QUIC length prefixes, sorted lists |
//! | `component` | numbers and bytes of app components |
//! | `proof` | the account's signature over its leaf key (0x8009) |
//! | `key_package` | kind 30443 |
//! | `relay_list` | kinds 10002 and 10050 |
//! | `welcome` | kind 444 inside a gift wrap |
//! | `group_event` | kind 445 |
//! | `name` | what people are called, made fit to be shown |
//! | `inner` | the unsigned events inside MLS: chat, and our own receipts, typing, name |
//!
//! This module does not decide anything: no groups' meaning, no storage, no I/O.

mod codec;
mod component;
mod error;
mod group_event;
mod inner;
mod key_package;
pub(crate) mod name;
mod proof;
mod relay_list;
mod welcome;

pub use component::{GroupProfile, Routing, group_components, leaf_components, read_group};
pub use error::EnvelopeError;
pub use group_event::{GroupEventKey, SealedMessage, group_event_key, seal_message};
pub use inner::{Count, Counts, Inner, InnerKind, MAX_RANGES, MAX_RECEIPT, ReceiptKind, Void};
pub use key_package::{KeyPackageEvent, key_package_event, parse_key_package_event};
pub use proof::{prove, verify_proof};
pub use relay_list::{inbox_relays_event, parse_inbox_relays, relay_list_event};
pub use welcome::{WelcomeRumor, parse_welcome, welcome_rumor};
