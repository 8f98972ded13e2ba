//! From a bare worker to a running engine.

use super::fault::sentence;
use super::schema::FIRST_ACCOUNT;
use super::vault::{VaultError, open_vault};
use super::{
    BrowserClock, EngineLock, IdbStore, LockError, NetworkEar, Sockets, config, console,
    fetch_info, lock, tab,
};
use crate::{Carrier, Clock, Effect, Host, Inbox, Mouth};
use std::fmt;
use wasm_bindgen_futures::spawn_local;
use zajil_api::Update;
use zajil_core::engine::{Config, Engine, OpenError};
use zajil_core::store::{StoreError, Table};

pub(crate) fn start() {
    std::panic::set_hook(Box::new(|panic| {
        // The message may quote data; the place does not.
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        tab::stop(format!("A fault in the app: {place}"));
    }));
    console::install();
    let (mouth, inbox) = Inbox::new();
    tab::listen(mouth.clone());
    spawn_local(async move {
        match ready(mouth, inbox).await {
            Ok(running) => running.await,
            Err(error) => tab::stop(error.to_string()),
        }
    });
}

/// Returns the host's task, which holds the lock.
async fn ready(mouth: Mouth, inbox: Inbox) -> Result<impl Future<Output = ()>, StartError> {
    let held = EngineLock::take(lock::ENGINE, || tab::tell(&Update::RunningElsewhere)).await?;
    let store = IdbStore::open(FIRST_ACCOUNT).await?;
    let vault_key = open_vault(&store).await?;
    let rows = store.load_all(&[Table::Records, Table::Seen]).await?;
    // Only a new account takes servers from outside; an old one starts without a network.
    let default_relays = if rows.is_empty() { config::default_relays().await } else { Vec::new() };
    let mut seed = [0; 32];
    getrandom04::fill(&mut seed).map_err(|error| StartError::Randomness(error.to_string()))?;
    let config = Config { vault_key, seed, default_relays };
    let engine = Engine::open(config, BrowserClock.now(), &rows)?;

    let network = NetworkEar::listen(&mouth);
    let mut sockets = Sockets::new(mouth.clone());
    let perform = move |effect| match effect {
        Effect::Connect { relay, generation } => sockets.connect(relay, generation),
        Effect::Disconnect(relay) => sockets.disconnect(&relay),
        Effect::Send { relay, text } => sockets.send(&relay, &text),
        Effect::FetchInfo(relay) => fetch_info(relay, mouth.clone()),
        Effect::Tell(update) => tab::tell(&update),
    };
    let host = Host::new(engine, Carrier::new(store, BrowserClock, perform, inbox));
    Ok(async move {
        host.run().await;
        drop((held, network));
    })
}

enum StartError {
    Lock(LockError),
    Store(StoreError),
    Vault(VaultError),
    Randomness(String),
    Open(OpenError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lock(error) => error.fmt(f),
            Self::Store(error) => f.write_str(&sentence(error)),
            Self::Vault(error) => error.fmt(f),
            Self::Randomness(error) => {
                write!(f, "This browser gives no randomness to make keys from. ({error})")
            }
            Self::Open(OpenError::Newer { .. }) => f.write_str(
                "A newer version of this app has been used here. Reload the page to get it.",
            ),
            Self::Open(error) => write!(
                f,
                "What is stored on this device cannot be read; nothing was changed. ({error})"
            ),
        }
    }
}

macro_rules! from {
    ($($error:ident => $kind:ident),+) => {
        $(impl From<$error> for StartError {
            fn from(error: $error) -> Self {
                Self::$kind(error)
            }
        })+
    };
}

from!(LockError => Lock, StoreError => Store, VaultError => Vault, OpenError => Open);
