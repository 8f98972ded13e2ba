use crate::mls::MlsError;
use crate::nostr::EventError;
use thiserror::Error;

/// Why bytes from outside are not what the profile says. Always the peer's fault,
/// except where MLS says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    #[error("{0} is cut short, too long, or not in its one canonical form")]
    Encoding(&'static str),
    #[error("the event lacks {0}, or has it twice")]
    Tag(&'static str),
    #[error("the event's {0} does not match what it carries")]
    Mismatch(&'static str),
    #[error("the account did not sign for this leaf")]
    Proof,
    #[error("the group lacks {0}")]
    Component(&'static str),
    #[error("whoever sent the welcome is not an admin of the group")]
    NotAdmin,
    #[error("no key of ours opens this")]
    NoKey,
    #[error(transparent)]
    Event(#[from] EventError),
    #[error(transparent)]
    Mls(#[from] MlsError),
}
