//! The browser: the only place that names its interfaces.

mod channel;
mod clock;
mod config;
mod connection;
mod console;
mod desk;
mod fault;
mod fence;
mod fresh_log;
mod info;
mod lead;
mod lock;
mod migrations;
mod network;
mod schema;
mod scope;
mod socket;
mod start;
mod store;
mod tab;
mod transaction;
mod vault;

pub use channel::Channel;
pub use clock::BrowserClock;
pub use desk::{Desk, Names, Tray};
pub use info::fetch_info;
pub use lock::{Lock, LockEvent};
pub use network::NetworkEar;
pub use socket::Sockets;
pub use store::IdbStore;
pub use tab::tell;
pub use vault::{VaultError, open_vault};

pub(crate) use start::start;
