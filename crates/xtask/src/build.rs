//! The release build in `dist/`: made by Trunk, skipped when nothing changed.

use crate::error::{Failure, Result};
use crate::finish::{STAMP, STAMP_VARIABLE};
use crate::project::{Project, files_below};
use crate::say::{note, run, step};
use crate::setup;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

pub fn release(project: &Project) -> Result<()> {
    let stamp = stamp(project)?;
    let built = fs::read_to_string(project.dist().join(STAMP)).unwrap_or_default();
    if built == stamp {
        note("The app in dist/ is up to date.");
        return Ok(());
    }
    setup::ensure(project)?;
    step("Fetching the crates that Cargo.lock names (a minute the first time)");
    run(project.cargo().args(["fetch"]), "Check the network and try again.")?;
    step("Building the app and its worker for release (6 to 10 minutes the first time)");
    let mut trunk = Command::new("trunk");
    trunk
        .args(["build", "--release", "--offline"])
        .current_dir(&project.root)
        .env("PATH", project.path())
        .env("CARGO_TARGET_DIR", &project.target)
        // Trunk reads this as one of its own switches and stumbles over values like "1".
        .env_remove("NO_COLOR")
        // A failed build is no fault of Trunk: where in Trunk it was noticed helps nobody.
        .env("RUST_BACKTRACE", "0")
        .env(STAMP_VARIABLE, stamp);
    run(&mut trunk, "The reason is above; dist/ still holds the build before this one.")
}

/// A digest of everything that goes into the build: names and contents, not times, so
/// that a fresh checkout of the same files counts as unchanged.
fn stamp(project: &Project) -> Result<String> {
    let inputs = [
        "Cargo.toml",
        "Cargo.lock",
        "Trunk.toml",
        "index.html",
        "src",
        "www",
        "crates/api",
        "crates/core/Cargo.toml",
        "crates/core/src",
        "crates/worker",
        "crates/xtask/src",
        "crates/devserver/src/policy.txt",
    ];
    let mut digest = Sha256::new();
    for input in inputs {
        let path = project.root.join(input);
        let files = if path.is_dir() { files_below(&path)? } else { vec![path] };
        for file in files {
            add(&mut digest, project, file)?;
        }
    }
    Ok(hex::encode(digest.finalize()))
}

fn add(digest: &mut Sha256, project: &Project, file: PathBuf) -> Result<()> {
    let name = file.strip_prefix(&project.root).unwrap_or(&file).to_string_lossy().into_owned();
    let bytes = fs::read(&file).map_err(Failure::file(&file))?;
    digest.update((name.len() as u64).to_le_bytes());
    digest.update(name);
    digest.update((bytes.len() as u64).to_le_bytes());
    digest.update(bytes);
    Ok(())
}
