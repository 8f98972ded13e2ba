//! The browser: the only place that names its interfaces.

mod clock;
mod config;
mod connection;
mod console;
mod fault;
mod info;
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

pub use clock::BrowserClock;
pub use info::fetch_info;
pub use lock::{EngineLock, LockError};
pub use network::NetworkEar;
pub use socket::Sockets;
pub use store::IdbStore;
pub use tab::tell;
pub use vault::{VaultError, open_vault};

pub(crate) use start::start;
