use super::PAST_EPOCHS;
use openmls::framing::errors::{MessageDecryptionError, SecretTreeError};
use openmls::prelude::{ProcessMessageError, StageCommitError, ValidationError};
use std::fmt::Debug;
use thiserror::Error;

/// What went wrong in MLS, and whose fault it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MlsError {
    /// The peer's bytes are not what they claim to be.
    #[error("a peer sent something that is not valid MLS ({what}): {detail}")]
    Peer { what: &'static str, detail: String },
    /// A message that was handled before.
    #[error("this message was read before")]
    Replayed,
    /// A message of our own leaf: MLS keeps no keys to read those.
    #[error("this message is from our own leaf")]
    OwnMessage,
    /// A commit of our own leaf that is not the one we prepared: the group went on without us.
    #[error("this commit is from our own leaf and not ours")]
    OwnCommit,
    /// A message of an epoch this group has not reached.
    #[error("this message belongs to a later epoch")]
    FutureEpoch,
    /// A message of an epoch whose keys are gone.
    #[error("this message belongs to an epoch that is no longer kept")]
    PastEpoch,
    /// So many later messages of its sender were read that its own key was deleted.
    #[error("the keys for this message are gone")]
    TooOld,
    /// So many earlier messages of its sender are missing that its key cannot be made yet.
    #[error("too many messages before this one are missing")]
    OutOfReach,
    /// A Welcome for a key package this device does not hold.
    #[error("this welcome is for a key package that is not ours")]
    NotForUs,
    /// A fault of ours, or of the library under us.
    #[error("MLS failed on our side ({what}): {detail}")]
    Ours { what: &'static str, detail: String },
    /// The records in the store do not make a group.
    #[error("this group's records are missing or damaged")]
    Lost,
}

impl MlsError {
    pub(super) fn peer(what: &'static str, error: impl Debug) -> Self {
        Self::Peer { what, detail: format!("{error:?}") }
    }

    pub(super) fn ours(what: &'static str, error: impl Debug) -> Self {
        Self::Ours { what, detail: format!("{error:?}") }
    }

    /// Why a message `age` epochs old could not be read, and whose fault that is.
    pub(super) fn of_processing<S: Debug>(error: ProcessMessageError<S>, age: u64) -> Self {
        use MessageDecryptionError::SecretTreeError as Ratchet;
        use ProcessMessageError as E;
        use ValidationError::{NoPastEpochData, UnableToDecrypt, WrongEpoch};
        match error {
            E::ValidationError(UnableToDecrypt(Ratchet(SecretTreeError::SecretReuseError))) => {
                Self::Replayed
            }
            E::ValidationError(UnableToDecrypt(Ratchet(
                SecretTreeError::TooDistantInTheFuture,
            ))) => Self::OutOfReach,
            // The library has one word for a ratchet that moved on and an epoch that is gone.
            E::ValidationError(UnableToDecrypt(Ratchet(SecretTreeError::TooDistantInThePast))) => {
                if age <= PAST_EPOCHS as u64 {
                    Self::TooOld
                } else {
                    Self::PastEpoch
                }
            }
            E::InvalidCommit(StageCommitError::OwnCommitMismatch) => Self::OwnCommit,
            // Whatever is of a later epoch was sorted out before.
            E::ValidationError(NoPastEpochData | WrongEpoch) => Self::PastEpoch,
            error @ (E::LibraryError(_) | E::StorageError(_) | E::GroupStateError(_)) => {
                Self::ours("message", error)
            }
            error => Self::peer("message", error),
        }
    }
}
