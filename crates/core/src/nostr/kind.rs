//! A kind: the number that says what an event means (NIP-01).

use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(pub u16);

impl Kind {
    /// An account's name and picture (NIP-01).
    pub const METADATA: Kind = Kind(0);
    /// A request to delete (NIP-09).
    pub const DELETION: Kind = Kind(5);
    /// A reaction (NIP-25).
    pub const REACTION: Kind = Kind(7);
    /// A chat message (NIP-C7), and the profile's chat message.
    pub const CHAT: Kind = Kind(9);
    /// A rumor encrypted and signed by its author (NIP-59).
    pub const SEAL: Kind = Kind(13);
    /// A direct message's rumor (NIP-17).
    pub const DIRECT_MESSAGE: Kind = Kind(14);
    /// The rumor that carries an MLS Welcome (Marmot).
    pub const WELCOME: Kind = Kind(444);
    /// An encrypted MLS message of a group (Marmot).
    pub const GROUP_MESSAGE: Kind = Kind(445);
    /// The never-published event whose signature proves an identity (Marmot).
    pub const IDENTITY_PROOF: Kind = Kind(450);
    /// The edit of an earlier message (Marmot).
    pub const EDIT: Kind = Kind(1009);
    /// A seal signed by a throw-away key and addressed to its receiver (NIP-59).
    pub const GIFT_WRAP: Kind = Kind(1059);
    /// A row about the group itself: who came, who left (Marmot).
    pub const GROUP_SYSTEM: Kind = Kind(1210);
    /// The relays an account writes to and reads from (NIP-65).
    pub const RELAY_LIST: Kind = Kind(10002);
    /// The relays an account receives gift wraps at (NIP-17).
    pub const INBOX_RELAYS: Kind = Kind(10050);
    /// A gift wrap that relays pass on and do not keep (NIP-59).
    pub const EPHEMERAL_GIFT_WRAP: Kind = Kind(21059);
    /// The answer to a relay's challenge (NIP-42).
    pub const CLIENT_AUTH: Kind = Kind(22242);
    /// An MLS KeyPackage (Marmot).
    pub const KEY_PACKAGE: Kind = Kind(30443);

    /// A relay keeps only the newest of an author.
    pub fn is_replaceable(self) -> bool {
        matches!(self.0, 0 | 3 | 10_000..20_000)
    }

    /// A relay passes it on and does not keep it.
    pub fn is_ephemeral(self) -> bool {
        matches!(self.0, 20_000..30_000)
    }

    /// A relay keeps only the newest of an author and `d` tag.
    pub fn is_addressable(self) -> bool {
        matches!(self.0, 30_000..40_000)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_says_how_relays_keep_it() {
        assert!(Kind::METADATA.is_replaceable() && Kind::INBOX_RELAYS.is_replaceable());
        assert!(Kind::CLIENT_AUTH.is_ephemeral() && Kind::EPHEMERAL_GIFT_WRAP.is_ephemeral());
        assert!(Kind::KEY_PACKAGE.is_addressable());
        for regular in [Kind::GROUP_MESSAGE, Kind::GIFT_WRAP, Kind::CHAT] {
            assert!(!regular.is_replaceable() && !regular.is_ephemeral());
            assert!(!regular.is_addressable());
        }
    }
}
