use openmls::prelude::{ProcessMessageError, ValidationError};
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
    /// A message of an epoch this group has not reached.
    #[error("this message belongs to a later epoch")]
    FutureEpoch,
    /// A message of an epoch whose keys are gone.
    #[error("this message belongs to an epoch that is no longer kept")]
    PastEpoch,
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

    /// Whose fault it is that a message could not be read.
    pub(super) fn of_processing<S: Debug>(error: ProcessMessageError<S>) -> Self {
        match &error {
            ProcessMessageError::ValidationError(ValidationError::UnableToDecrypt(cause)) => {
                let cause = format!("{cause:?}");
                if cause.contains("SecretReuse") {
                    MlsError::Replayed
                } else if cause.contains("TooDistantInThePast") || cause.contains("NoPastEpochData")
                {
                    MlsError::PastEpoch
                } else {
                    MlsError::peer("message", error)
                }
            }
            ProcessMessageError::ValidationError(ValidationError::WrongEpoch) => {
                MlsError::PastEpoch
            }
            _ => MlsError::peer("message", error),
        }
    }
}
