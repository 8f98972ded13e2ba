use crate::envelope::EnvelopeError;
use crate::mls::MlsError;
use crate::nostr::EventError;
use crate::nostr::nip59::{UnwrapError, WrapError};
use thiserror::Error;

/// Why a step inside the engine was not taken.
#[derive(Debug, Error)]
pub(super) enum EngineError {
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    #[error(transparent)]
    Unwrap(#[from] UnwrapError),
    #[error(transparent)]
    Wrap(#[from] WrapError),
    /// More than two members, which this version does not show.
    #[error("a group, not a chat between two")]
    NotTwo,
    #[error("somebody whose requests are not shown")]
    Blocked,
    #[error("a group that claims the routing id of another")]
    RoutingTaken,
    /// The state does not allow it; a fault of ours.
    #[error("out of place: {0}")]
    State(&'static str),
}

impl EngineError {
    /// Whether the fault is ours: whatever was to be done may still succeed.
    pub fn is_ours(&self) -> bool {
        matches!(
            self,
            Self::State(_)
                | Self::Envelope(EnvelopeError::Mls(MlsError::Ours { .. } | MlsError::Lost))
        )
    }

    /// Whether what cannot be read now may be read once something else is here.
    pub fn is_early(&self) -> bool {
        use EnvelopeError::{Mls, NoKey};
        let Self::Envelope(error) = self else { return false };
        matches!(error, NoKey | Mls(MlsError::FutureEpoch | MlsError::OutOfReach))
    }
}

impl From<MlsError> for EngineError {
    fn from(error: MlsError) -> Self {
        Self::Envelope(error.into())
    }
}

impl From<EventError> for EngineError {
    fn from(error: EventError) -> Self {
        Self::Envelope(error.into())
    }
}
