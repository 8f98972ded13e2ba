//! MLS messages: as they arrive, and what they turned out to be.

use super::MlsError;
use openmls::prelude::{MlsMessageBodyIn, MlsMessageIn, ProtocolMessage};
use std::fmt;
use tls_codec::Deserialize;
use zeroize::Zeroizing;

/// What a message turned out to be.
pub enum Processed {
    /// Application bytes, and whose leaf signed them.
    Application { sender: [u8; 32], payload: Zeroizing<Vec<u8>> },
    /// A commit of the shape anyone may make (it renews the committer's own
    /// leaf and nothing else) was applied: the group is in its next epoch.
    SelfUpdated { sender: [u8; 32] },
    /// Valid MLS that this version does not act upon; the group is unchanged.
    Ignored(&'static str),
}

impl fmt::Debug for Processed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Application { payload, .. } => write!(f, "Application({} bytes)", payload.len()),
            Self::SelfUpdated { .. } => f.write_str("SelfUpdated"),
            Self::Ignored(what) => write!(f, "Ignored({what:?})"),
        }
    }
}

/// The epoch a message says it is of; nothing about it is verified.
pub fn message_epoch(bytes: &[u8]) -> Result<u64, MlsError> {
    Ok(parse_message(bytes)?.epoch().as_u64())
}

/// Reads a message to a group, still sealed.
pub(super) fn parse_message(bytes: &[u8]) -> Result<ProtocolMessage, MlsError> {
    let message = MlsMessageIn::tls_deserialize_exact(bytes)
        .map_err(|error| MlsError::peer("message", error))?;
    match message.extract() {
        MlsMessageBodyIn::PrivateMessage(message) => Ok(message.into()),
        MlsMessageBodyIn::PublicMessage(message) => Ok(message.into()),
        _ => Err(MlsError::peer("message", "another kind of message")),
    }
}
