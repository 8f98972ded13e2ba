//! Where things are: the checkout, cargo's target folder, the tools.

use crate::error::{Failure, Result};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Project {
    pub root: PathBuf,
    pub target: PathBuf,
    /// Tools this project fetched for itself; `ZAJIL_TOOLS` moves it.
    pub tools: PathBuf,
}

impl Project {
    pub fn find() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().nth(2).unwrap_or(here).to_owned();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => root.join(dir),
            None => root.join("target"),
        };
        let tools = match env::var_os("ZAJIL_TOOLS") {
            Some(dir) => root.join(dir),
            None => target.join("tools"),
        };
        Self { root, target, tools }
    }

    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// Not inside `target`: `cargo clean` must not delete a relay's events.
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    pub fn e2e(&self) -> PathBuf {
        self.root.join("tests").join("e2e")
    }

    /// The folders of fetched programs, best first.
    pub fn tool_folders(&self) -> [PathBuf; 2] {
        [self.tools.join("bin"), self.tools.join("node_modules").join(".bin")]
    }

    /// `PATH` with the fetched tools before everything else.
    pub fn path(&self) -> OsString {
        let old = env::var_os("PATH").unwrap_or_default();
        let folders = self.tool_folders().into_iter().chain(env::split_paths(&old));
        env::join_paths(folders).unwrap_or(old)
    }

    /// The cargo that runs us, on this project's target folder.
    pub fn cargo(&self) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        cargo
    }

    pub fn lockfile(&self) -> Result<String> {
        let path = self.root.join("Cargo.lock");
        fs::read_to_string(&path).map_err(Failure::file(&path))
    }
}

/// Every file below `folder`, as paths, sorted; dot files and folders are left out.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(Failure::file(&folder))? {
            let path = entry.map_err(Failure::file(&folder))?.path();
            let hidden =
                path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            match path.is_dir() {
                _ if hidden => {}
                true => open.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    Ok(files)
}
