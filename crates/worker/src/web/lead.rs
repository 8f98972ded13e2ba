//! What the worker that leads does: from a store to a running engine.

use super::vault::{VaultError, open_vault};
use super::{BrowserClock, IdbStore, NetworkEar, Sockets, config, fetch_info};
use crate::{Carrier, Clock, Effect, End, Host, Inbox, Mouth};
use futures::future::{Either, select};
use std::fmt;
use std::pin::pin;
use zajil_api::StopReason;
use zajil_core::engine::{Config, Engine, MigrateError, OpenError, migrate};
use zajil_core::store::{StoreError, Table};

/// Why there is no engine here.
#[derive(Debug)]
pub(super) enum Halt {
    /// Another leads.
    Fenced,
    /// Nobody can go on from what there is.
    Stop(Stop),
}

/// Why this worker ends.
#[derive(Debug)]
pub(super) struct Stop {
    pub reason: StopReason,
    /// For a bug report.
    pub detail: String,
}

impl Stop {
    pub fn new(reason: StopReason, detail: impl fmt::Display) -> Self {
        Self { reason, detail: detail.to_string() }
    }
}

/// Takes the lead over the store and rebuilds the engine. `tell` hears what the engine has
/// to say to the tabs. The returned task is the engine's life.
pub(super) async fn lead(
    database: &str,
    mouth: Mouth,
    inbox: Inbox,
    tell: impl Fn(Effect) + 'static,
) -> Result<impl Future<Output = Halt>, Halt> {
    let store = IdbStore::open(database).await?;
    let outdated = store.outdated();
    let vault_key = open_vault(&store).await?;
    migrate(&store, &vault_key, fresh_seed()?).await?;
    let rows = store.load_all(&[Table::Records, Table::Seen]).await?;
    // Only a new account takes servers from outside; an old one starts without a network.
    let default_relays = if rows.is_empty() { config::default_relays().await } else { Vec::new() };
    let config = Config { vault_key, seed: fresh_seed()?, default_relays };
    let engine = Engine::open(config, BrowserClock.now(), &rows)?;

    let network = NetworkEar::listen(&mouth);
    let mut sockets = Sockets::new(mouth.clone());
    let perform = move |effect| match effect {
        Effect::Connect { relay, generation } => sockets.connect(relay, generation),
        Effect::Disconnect(relay) => sockets.disconnect(&relay),
        Effect::Send { relay, text } => sockets.send(&relay, &text),
        Effect::FetchInfo(relay) => fetch_info(relay, mouth.clone()),
        Effect::Tell(_) | Effect::Done(_) => tell(effect),
    };
    let host = Host::new(engine, Carrier::new(store, BrowserClock, perform, inbox));
    Ok(async move {
        let _network = network;
        match select(pin!(host.run()), outdated).await {
            Either::Left((end, _)) => end.into(),
            Either::Right(((), _)) => StoreError::Newer.into(),
        }
    })
}

fn fresh_seed() -> Result<[u8; 32], Stop> {
    let mut seed = [0; 32];
    getrandom04::fill(&mut seed).map_err(|error| Stop::new(StopReason::Unsupported, error))?;
    Ok(seed)
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<End> for Halt {
    fn from(end: End) -> Self {
        match end {
            End::Fenced => StoreError::Fenced,
            End::Newer => StoreError::Newer,
            End::Cleared => StoreError::Cleared,
        }
        .into()
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        let reason = match error {
            StoreError::Fenced => return Self::Fenced,
            StoreError::Newer => StopReason::NewerVersion,
            StoreError::Full | StoreError::Aborted(_) | StoreError::Unavailable(_) => {
                StopReason::StorageUnavailable
            }
            StoreError::Cleared => StopReason::StorageGone,
        };
        Stop::new(reason, error).into()
    }
}

impl From<VaultError> for Halt {
    fn from(error: VaultError) -> Self {
        let reason = match error {
            VaultError::Store(error) => return error.into(),
            VaultError::Missing | VaultError::Damaged(_) => StopReason::StorageUnreadable,
            VaultError::Insecure | VaultError::Refused(_) => StopReason::Unsupported,
        };
        Stop::new(reason, error).into()
    }
}

impl From<MigrateError> for Halt {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Open(error) => error.into(),
            MigrateError::Store(error) => error.into(),
        }
    }
}

impl From<OpenError> for Halt {
    fn from(error: OpenError) -> Self {
        let reason = match error {
            OpenError::Newer { .. } => StopReason::NewerVersion,
            OpenError::Sealed | OpenError::Malformed(_) => StopReason::StorageUnreadable,
        };
        Stop::new(reason, error).into()
    }
}
