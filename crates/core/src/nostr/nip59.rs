//! NIP-59: a gift wrap hides who wrote what, and when, from everyone but its receiver.
//!
//! A [`Rumor`] is encrypted into a seal (kind 13) signed by its author, and the seal into a wrap
//! (kind 1059) signed by a throw-away key and addressed to the receiver. Seal and wrap are
//! back-dated at random by up to two days; the true time is the rumor's.

use super::nip44::{ConversationKey, Nip44Error};
use super::{Event, EventError, Kind, PublicKey, Rumor, SecretKey, Tag, UnsignedEvent};
use rand_core::CryptoRngCore;
use thiserror::Error;
use zajil_api::UnixTime;

/// How far back a seal or a wrap may be dated, in seconds. Whoever asks relays for wraps since
/// some time has to reach back this much further.
pub const BACKDATING: u64 = 2 * 24 * 60 * 60;

/// Why a rumor could not be wrapped: we, or the receiver's key, are to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WrapError {
    /// The rumor is not by the key that was to seal it.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The receiver's key is none, or the rumor is too long.
    #[error(transparent)]
    Encryption(#[from] Nip44Error),
}

/// Why a wrap was not opened. Until the seal's signature is verified the sender is unknown and
/// nobody can be named; from then on the author is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UnwrapError {
    #[error("an event of kind {0} is not a gift wrap")]
    NotAWrap(Kind),
    #[error("the gift wrap is addressed to somebody else")]
    NotForUs,
    #[error("the gift wrap cannot be decrypted: {0}")]
    Wrap(Nip44Error),
    #[error("there is no valid seal in the gift wrap: {0}")]
    Seal(EventError),
    #[error("the gift wrap holds an event of kind {0} instead of a seal")]
    NotASeal(Kind),
    #[error("the seal of {author:?} cannot be decrypted: {error}")]
    SealContent { author: PublicKey, error: Nip44Error },
    #[error("there is no valid rumor in the seal of {author:?}: {error}")]
    Rumor { author: PublicKey, error: EventError },
    #[error("{author:?} sealed an event in the name of {claimed:?}")]
    Impersonation { author: PublicKey, claimed: PublicKey },
}

impl UnwrapError {
    /// The account that provably made the fault; `None` if it could be anybody.
    pub fn culprit(&self) -> Option<PublicKey> {
        match self {
            Self::SealContent { author, .. }
            | Self::Rumor { author, .. }
            | Self::Impersonation { author, .. } => Some(*author),
            _ => None,
        }
    }
}

/// Seals a rumor with its author's key and wraps it for one receiver.
pub fn wrap(
    rumor: &Rumor,
    author: &SecretKey,
    receiver: &PublicKey,
    now: UnixTime,
    rng: &mut impl CryptoRngCore,
) -> Result<Event, WrapError> {
    wrap_dated(rumor, author, receiver, now, BACKDATING, rng)
}

/// The same, dated back by less than `back` seconds: some relays take nothing that old.
pub fn wrap_dated(
    rumor: &Rumor,
    author: &SecretKey,
    receiver: &PublicKey,
    now: UnixTime,
    back: u64,
    rng: &mut impl CryptoRngCore,
) -> Result<Event, WrapError> {
    if rumor.pubkey != author.public_key() {
        return Err(EventError::Author.into());
    }
    let mut dated = || UnixTime(now.0.saturating_sub(rng.next_u64() % back.clamp(1, BACKDATING)));
    let (sealed_at, wrapped_at) = (dated(), dated());
    let seal = encrypt(Kind::SEAL, vec![], &rumor.to_json(), author, receiver, sealed_at, rng)?;
    let throw_away = SecretKey::generate(rng);
    let address = vec![Tag::public_key(*receiver)];
    encrypt(Kind::GIFT_WRAP, address, &seal.to_json(), &throw_away, receiver, wrapped_at, rng)
}

fn encrypt(
    kind: Kind,
    tags: Vec<Tag>,
    inner: &str,
    signer: &SecretKey,
    receiver: &PublicKey,
    created_at: UnixTime,
    rng: &mut impl CryptoRngCore,
) -> Result<Event, WrapError> {
    let content = ConversationKey::derive(signer, receiver)?.encrypt(inner, rng)?;
    let pubkey = signer.public_key();
    let event = UnsignedEvent { pubkey, created_at, kind, tags, content };
    Ok(Event::sign(event, signer, rng)?)
}

/// Opens a gift wrap. Whoever is the rumor's author signed the seal around it: this is checked.
///
/// The wrap's own signature is by a throw-away key and proves nothing; its id is the caller's to
/// verify, as every event's.
pub fn unwrap(wrap: &Event, receiver: &SecretKey) -> Result<Rumor, UnwrapError> {
    if !matches!(wrap.kind, Kind::GIFT_WRAP | Kind::EPHEMERAL_GIFT_WRAP) {
        return Err(UnwrapError::NotAWrap(wrap.kind));
    }
    let us = receiver.public_key().to_hex();
    if !wrap.tags.iter().any(|tag| tag.name() == "p" && tag.value() == Some(&us)) {
        return Err(UnwrapError::NotForUs);
    }
    let seal = decrypt(wrap, receiver).map_err(UnwrapError::Wrap)?;
    let seal = Event::parse(seal.as_bytes()).map_err(UnwrapError::Seal)?;
    if seal.kind != Kind::SEAL {
        return Err(UnwrapError::NotASeal(seal.kind));
    }
    seal.verify().map_err(UnwrapError::Seal)?;
    let author = seal.pubkey;
    let rumor =
        decrypt(&seal, receiver).map_err(|error| UnwrapError::SealContent { author, error })?;
    let rumor = Rumor::parse_strict(rumor.as_bytes())
        .map_err(|error| UnwrapError::Rumor { author, error })?;
    if rumor.pubkey != author {
        return Err(UnwrapError::Impersonation { author, claimed: rumor.pubkey });
    }
    Ok(rumor)
}

fn decrypt(event: &Event, receiver: &SecretKey) -> Result<String, Nip44Error> {
    ConversationKey::derive(receiver, &event.pubkey)?.decrypt(&event.content)
}
