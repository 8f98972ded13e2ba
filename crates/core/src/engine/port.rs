//! The engine's edge: what goes in, what comes out.

use crate::relay::Network;
use crate::store::{Changes, Range, Row};
use std::fmt;
use thiserror::Error;
use zajil_api::{RelayUrl, Request, Update};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The key that seals every row of the store.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct VaultKey(pub [u8; 32]);

impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultKey(..)")
    }
}

/// What the engine is given at start, besides the rows of the store.
pub struct Config {
    pub vault_key: VaultKey,
    /// 32 fresh random bytes: all further randomness is drawn from them.
    pub seed: [u8; 32],
    /// The servers of a new account.
    pub default_relays: Vec<RelayUrl>,
}

/// Everything random comes from the seed: it is as secret as what is made with it.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("default_relays", &self.default_relays)
            .finish_non_exhaustive()
    }
}

/// Something happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// A tab asks for something.
    Request(Request),
    /// The socket asked for by [`Output::Connect`] is open.
    RelayOpened(RelayUrl),
    /// It is closed, or could not be opened.
    RelayClosed { relay: RelayUrl, reason: String },
    /// A text frame arrived on it.
    RelayFrame { relay: RelayUrl, text: String },
    /// What was asked for by [`Output::FetchInfo`], if there is such a document.
    RelayInfo { relay: RelayUrl, document: Option<String> },
    /// The device says that its network came or went.
    NetworkChanged(Network),
    /// The device slept: far more time passed than the host waited. Or somebody is looking
    /// again who was not.
    Woke,
    /// The rows asked for by [`Output::Load`].
    Loaded { token: LoadToken, rows: Vec<Row> },
    /// The time of [`Engine::poll_timeout`](super::Engine::poll_timeout) has come.
    TimedOut,
}

/// Something to do. The host carries outputs out strictly in order and does not
/// start one before a [`Save`](Output::Save) ahead of it is durable; a save that
/// fails is tried again until it succeeds, and everything behind it waits.
#[derive(Debug)]
pub enum Output {
    /// Write these rows, all or nothing, durably.
    Save(Changes),
    /// Read these rows and come back with [`Input::Loaded`].
    Load { token: LoadToken, range: Range },
    /// Open a socket; answers are [`Input::RelayOpened`] or [`Input::RelayClosed`].
    Connect(RelayUrl),
    /// Close it and forget it: no answer is expected.
    Disconnect(RelayUrl),
    /// Send a text frame; dropped silently when the socket is not open.
    Send { relay: RelayUrl, text: String },
    /// Ask the server what it says about itself (NIP-11): its address with `http` for `ws`,
    /// for `application/nostr+json`, in 3 seconds and 16 KiB at most. The answer is
    /// [`Input::RelayInfo`].
    FetchInfo(RelayUrl),
    /// Tell every attached tab.
    Update(Update),
}

/// Ties an [`Output::Load`] to its [`Input::Loaded`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoadToken(pub u64);

/// Why an engine could not be rebuilt from its rows.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    /// A row does not open under this vault key: wrong key, or damaged.
    #[error("a stored row cannot be opened")]
    Sealed,
    /// A row opens but does not parse.
    #[error("a stored row cannot be read: {0}")]
    Malformed(String),
    /// The rows were written by a newer version.
    #[error("the store has version {found}, this engine knows up to {known}")]
    Newer { found: u32, known: u32 },
}
