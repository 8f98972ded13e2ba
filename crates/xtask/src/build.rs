//! The release build in `dist/`: made by Trunk, skipped when nothing changed.

use crate::error::{Failure, Result};
use crate::finish::{STAMP, STAMP_VARIABLE};
use crate::project::{Project, files_below};
use crate::say::{note, run, step};
use crate::setup;
use sha2::{Digest, Sha256};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
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
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", without_paths(project))
        .env(STAMP_VARIABLE, stamp);
    run(&mut trunk, "The reason is above; dist/ still holds the build before this one.")
}

/// Flags, added to those of `.cargo/config.toml`, that keep this machine's folders out of
/// the modules: they are nobody's business, and two machines shall build the same bytes.
fn without_paths(project: &Project) -> String {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo = env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let flag = |folder: &Path, name: &str| {
        let folder = folder.display().to_string();
        // Cargo splits the flags at spaces.
        let usable = !folder.is_empty() && !folder.contains(char::is_whitespace);
        usable.then(|| format!("--remap-path-prefix={folder}={name}"))
    };
    let flags = [flag(&cargo, "cargo"), flag(&project.root, "zajil")].into_iter().flatten();
    // Crates are known by their own names. The last flag that fits counts.
    let registries = fs::read_dir(cargo.join("registry/src")).into_iter().flatten().flatten();
    let registries = registries.filter_map(|registry| flag(&registry.path(), ""));
    flags.chain(registries).collect::<Vec<_>>().join(" ")
}

/// A digest of everything that goes into the build: names and contents, not times, so
/// that a fresh checkout of the same files counts as unchanged.
fn stamp(project: &Project) -> Result<String> {
    let inputs = [
        ".cargo/config.toml",
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
        // Screenshots are not served.
        let shown = |file: &PathBuf| !file.starts_with(project.root.join("www/screenshots"));
        for file in files.into_iter().filter(shown) {
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
