//! Why the server could not start, as sentences one can act on.

use std::path::PathBuf;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum Fault {
    #[error("{path}: {source}", path = path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path} holds no built app. Run 'cargo xtask build' first.", path = path.display())]
    NoApp { path: PathBuf },
    #[error("The relay's store in {path} could not be opened: {reason}", path = path.display())]
    Store { path: PathBuf, reason: String },
    #[error("Port {port} cannot be used ({source}). Is something else running on it? Try --port.")]
    Port { port: u16, source: std::io::Error },
    #[error("{0}")]
    Usage(String),
    #[error("The server stopped: {0}")]
    Serve(#[from] std::io::Error),
}
