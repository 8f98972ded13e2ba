//! The folder a build is assembled in, and the names its files get.

use crate::error::{Failure, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

pub struct Stage(PathBuf);

impl Stage {
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }

    pub fn read(&self, name: &str) -> Result<Vec<u8>> {
        let path = self.0.join(name);
        fs::read(&path).map_err(Failure::file(&path))
    }

    pub fn read_text(&self, name: &str) -> Result<String> {
        let path = self.0.join(name);
        fs::read_to_string(&path).map_err(Failure::file(&path))
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.0.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(Failure::file(folder))?;
        }
        fs::write(&path, bytes).map_err(Failure::file(&path))
    }

    pub fn remove(&self, name: &str) -> Result<()> {
        let path = self.0.join(name);
        fs::remove_file(&path).map_err(Failure::file(&path))
    }

    /// Gives a staged file its lasting name.
    pub fn name(&self, name: &str) -> Result<String> {
        let bytes = self.read(name)?;
        self.remove(name)?;
        self.add(name, &bytes)
    }

    /// Writes `bytes` under `name` with their digest in it; gives back that name.
    pub fn add(&self, name: &str, bytes: &[u8]) -> Result<String> {
        let hashed = hashed(name, bytes);
        self.write(&hashed, bytes)?;
        Ok(hashed)
    }
}

/// `app.js` becomes `app-0123456789abcdef.js`: the first 64 bits of SHA-256.
/// The server recognises such names and lets browsers keep the file for ever.
fn hashed(name: &str, bytes: &[u8]) -> String {
    let mut digest = hex::encode(Sha256::digest(bytes));
    digest.truncate(16);
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{digest}.{extension}"),
        None => format!("{name}-{digest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_changes_exactly_when_the_bytes_do() {
        assert_eq!(hashed("a/b.js", b"abc"), "a/b-ba7816bf8f01cfea.js");
        assert_eq!(hashed("b.js", b"abc"), hashed("b.js", b"abc"));
        assert_ne!(hashed("b.js", b"abc"), hashed("b.js", b"abd"));
    }
}
