//! Newtypes, so that one kind of name is never taken for another.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// One conversation on this device: 32 lowercase hex digits, random, never on the wire.
    ChatId
}
text_id! {
    /// The inner event's id (NIP-01): 64 lowercase hex digits.
    MessageId
}
text_id! {
    /// An account: a BIP-340 x-only public key, 64 lowercase hex digits.
    PublicKey
}
text_id! {
    #[derive(Debug)]
    /// A server's address, `ws://…` or `wss://…`, as the engine normalised it.
    RelayUrl
}

/// For logs the first characters of an id are enough.
macro_rules! debug_in_short {
    ($($name:ident)*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let start: String = self.0.chars().take(8).collect();
                write!(f, "{}({start}…)", stringify!($name))
            }
        })*
    };
}

debug_in_short! { ChatId MessageId PublicKey }

/// Whole seconds since 1970-01-01 UTC, as Nostr counts time.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixTime(pub u64);
