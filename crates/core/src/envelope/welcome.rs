//! Kind 444: an MLS Welcome, as a rumor inside a gift wrap (NIP-59).

use super::EnvelopeError;
use crate::nostr::{EventId, Kind, PublicKey, Rumor, Tag, UnsignedEvent};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use std::fmt;
use zajil_api::UnixTime;

/// Ours alone: the invite whose link led here. Others ignore it.
const INVITE: &str = "invite";
const INVITE_BYTES: usize = 16;

/// What a welcome rumor says.
#[derive(Clone, PartialEq, Eq)]
pub struct WelcomeRumor {
    /// `MLSMessage(mls_welcome)`.
    pub welcome: Vec<u8>,
    /// The kind-30443 event whose key package was used.
    pub key_package: EventId,
    /// Where the new member finds the group's messages.
    pub relays: Vec<String>,
    /// The token of the invite link that was followed, where one was.
    pub invite: Option<[u8; INVITE_BYTES]>,
}

/// Whoever has the token can open a chat: it is not shown.
impl fmt::Debug for WelcomeRumor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WelcomeRumor")
            .field("welcome", &format_args!("{} bytes", self.welcome.len()))
            .field("key_package", &self.key_package)
            .field("relays", &self.relays)
            .field("invite", &self.invite.map(|_| ..))
            .finish()
    }
}

pub fn welcome_rumor(author: PublicKey, welcome: &WelcomeRumor, created_at: UnixTime) -> Rumor {
    let mut tags =
        vec![Tag::event(welcome.key_package), Tag::new("relays", welcome.relays.iter().cloned())];
    tags.extend(welcome.invite.map(|token| Tag::new(INVITE, [hex::encode(token)])));
    Rumor::new(UnsignedEvent {
        pubkey: author,
        created_at,
        kind: Kind::WELCOME,
        tags,
        content: BASE64.encode(&welcome.welcome),
    })
}

pub fn parse_welcome(rumor: &Rumor) -> Result<WelcomeRumor, EnvelopeError> {
    if rumor.kind != Kind::WELCOME {
        return Err(EnvelopeError::Mismatch("kind"));
    }
    let tag = |name: &'static str| {
        rumor.tags.iter().find(|tag| tag.name() == name).ok_or(EnvelopeError::Tag(name))
    };
    let key_package =
        tag("e")?.value().and_then(|value| value.parse().ok()).ok_or(EnvelopeError::Tag("e"))?;
    let relays = tag("relays")?.values().to_vec();
    if relays.is_empty() {
        return Err(EnvelopeError::Tag("relays"));
    }
    let invite = tag(INVITE)
        .ok()
        .and_then(|tag| hex::decode(tag.value()?).ok())
        .and_then(|token| token.try_into().ok());
    let welcome = BASE64.decode(&rumor.content).map_err(|_| EnvelopeError::Encoding("welcome"))?;
    Ok(WelcomeRumor { welcome, key_package, relays, invite })
}
