//! What the worker that leads does: from a store to a running engine.

use super::fault::OpenFault;
use super::vault::{VaultError, open_vault};
use super::{BrowserClock, IdbStore, NetworkEar, Sockets, config, fetch_info};
use crate::{Carrier, Clock, Effect, End, Host, Inbox, Mouth, Patience};
use futures::future::{Either, select};
use std::fmt;
use std::pin::pin;
use std::rc::Rc;
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

/// Takes the lead over the store and rebuilds the engine; a store that fails meanwhile is
/// waited for. `tell` hears what the engine has to say to the tabs. The returned task is the
/// engine's life.
pub(super) async fn lead(
    database: &str,
    mouth: Mouth,
    inbox: Inbox,
    tell: impl Fn(Effect) + 'static,
) -> Result<impl Future<Output = Halt>, Halt> {
    let (mut sockets, ear) = (Sockets::new(mouth.clone()), mouth.clone());
    let perform = move |effect| match effect {
        Effect::Connect { relay, generation } => sockets.connect(relay, generation),
        Effect::Disconnect(relay) => sockets.disconnect(&relay),
        Effect::Send { relay, text } => sockets.send(&relay, &text),
        Effect::FetchInfo(relay) => fetch_info(relay, mouth.clone()),
        Effect::Tell(_) | Effect::Done(_) => tell(effect),
    };
    let mut patience = Patience::new(BrowserClock, perform, inbox);
    let store = connect(database, &mut patience).await?;
    let engine = match select(pin!(open(&store, &mut patience)), store.outdated()).await {
        Either::Left((engine, _)) => engine?,
        Either::Right(((), _)) => return Err(StoreError::Newer.into()),
    };
    let store = Rc::new(store);
    let (outdated, kept) = (store.outdated(), store.clone());
    let network = NetworkEar::listen(&ear);
    let host = Host::new(engine, Carrier::going_on(store, patience));
    Ok(async move {
        let _network = network;
        let gone = pin!(kept.gone());
        match select(pin!(host.run()), select(outdated, gone)).await {
            Either::Left((end, _)) => end.into(),
            Either::Right((Either::Left(_), _)) => StoreError::Newer.into(),
            Either::Right((Either::Right(_), _)) => StoreError::Cleared.into(),
        }
    })
}

async fn connect(
    database: &str,
    patience: &mut Patience<BrowserClock, impl FnMut(Effect)>,
) -> Result<IdbStore, Halt> {
    let connected = patience.insist(async || match IdbStore::connect(database).await {
        Err(OpenFault::Store(error)) => Err(error),
        final_word => Ok(final_word),
    });
    connected.await?.map_err(|fault| StoreError::from(fault).into())
}

/// Each step is repeated by itself: what was taken or made is not taken or made again.
async fn open(
    store: &IdbStore,
    patience: &mut Patience<BrowserClock, impl FnMut(Effect)>,
) -> Result<Engine, Halt> {
    patience.insist(async || store.take_lead().await).await?;
    let opened = patience.insist(async || match open_vault(store).await {
        Err(VaultError::Store(error)) => Err(error),
        final_word => Ok(final_word),
    });
    let vault_key = opened.await??;
    let migrated = patience.insist(async || {
        // Another one each time: what a write that failed has sealed may lie on the disk.
        let seed = match fresh_seed() {
            Ok(seed) => seed,
            Err(stop) => return Ok(Err(stop.into())),
        };
        match migrate(store, &vault_key, seed).await {
            Err(MigrateError::Store(error)) => Err(error),
            final_word => Ok(final_word.map_err(Halt::from)),
        }
    });
    migrated.await??;
    let tables = [Table::Records, Table::Seen];
    let rows = patience.insist(async || store.load_all(&tables).await).await?;
    // Only a new account takes servers from outside; an old one starts without a network.
    let default_relays = if rows.is_empty() { config::default_relays().await } else { Vec::new() };
    let config = Config { vault_key, seed: fresh_seed()?, default_relays };
    Ok(Engine::open(config, BrowserClock.now(), &rows)?)
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
