//! Why a command stopped, each as a sentence one can act on.

use std::path::{Path, PathBuf};
use thiserror::Error;

pub type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug, Error)]
pub enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error("{path}: {source}", path = path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("Could not start '{program}': {source}. {advice}")]
    Missing { program: String, source: std::io::Error, advice: &'static str },
    #[error("'{command}' failed. {advice}")]
    Command { command: String, advice: String },
    #[error("{0}")]
    Build(String),
}

impl Failure {
    /// For `map_err` on anything that touched `path`.
    pub fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::File { path: path.to_owned(), source }
    }
}
