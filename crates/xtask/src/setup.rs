//! Fetches the tools a build needs, into a folder of the project, once.
//!
//! One way of building for everybody: the versions are pinned (`versions.rs`), and a
//! program from PATH is used only if it is one of them.

use crate::error::{Failure, Result};
use crate::project::Project;
use crate::say::{ask, note, run, step};
use crate::versions;
use std::path::PathBuf;
use std::process::Command;

const OFFLINE: &str = "Check the network and try again; what is finished is not done twice.";

pub fn ensure(project: &Project) -> Result<()> {
    node()?;
    if !has_wasm_target() {
        step("Adding Rust's WebAssembly target with rustup (half a minute)");
        run(
            Command::new("rustup").args(["target", "add", versions::WASM_TARGET]),
            "Without rustup, install your Rust's wasm32-unknown-unknown target by hand.",
        )?;
    }
    let bindgen = bindgen_version(project)?;
    if !has_bindgen(project, &bindgen) {
        step(format!("Building wasm-bindgen {bindgen} (3 to 6 minutes, once)"));
        install(project, "wasm-bindgen-cli", &bindgen)?;
    }
    if !has_trunk(project) {
        step(format!("Building Trunk {} (6 to 12 minutes, once)", versions::TRUNK));
        install(project, "trunk", versions::TRUNK)?;
    }
    if !has_wasm_opt(project) {
        step(format!("Fetching wasm-opt: npm's binaryen {} (a minute)", versions::BINARYEN));
        npm_install(project)?;
    }
    Ok(())
}

/// Says what is there, changes nothing.
pub fn doctor(project: &Project) {
    let say = |there: bool, what: String| {
        note(format!("{} {what}", if there { "ready  " } else { "missing" }))
    };
    say(node().is_ok(), format!("Node.js {} or newer", versions::NODE_AT_LEAST));
    say(has_wasm_target(), format!("Rust target {}", versions::WASM_TARGET));
    match bindgen_version(project) {
        Ok(version) => say(has_bindgen(project, &version), format!("wasm-bindgen {version}")),
        Err(failure) => note(failure.to_string()),
    }
    say(has_trunk(project), format!("Trunk {}", versions::TRUNK_ACCEPTED.join(" or ")));
    say(has_wasm_opt(project), format!("wasm-opt (npm binaryen {})", versions::BINARYEN));
    say(crate::browser::chromium().is_some(), "Chromium (for tests)".to_owned());
    say(crate::browser::chromedriver().is_some(), "chromedriver (for tests)".to_owned());
    say(crate::browser::firefox().is_some(), "Firefox ESR (for tests; optional)".to_owned());
    note(format!("tools are kept in {}", project.tools.display()));
}

fn node() -> Result<()> {
    let version = ask(Command::new("node").arg("--version")).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|n| n.parse().ok());
    match major {
        Some(major) if versions::NODE_AT_LEAST <= major => Ok(()),
        _ => Err(Failure::Usage(format!(
            "Node.js {} or newer is needed (found: {}). Get it from https://nodejs.org and try again.",
            versions::NODE_AT_LEAST,
            if version.is_empty() { "none" } else { &version },
        ))),
    }
}

fn has_wasm_target() -> bool {
    let arguments = ["--print", "target-libdir", "--target", versions::WASM_TARGET];
    ask(Command::new("rustc").args(arguments)).is_some_and(|dir| PathBuf::from(dir).is_dir())
}

fn bindgen_version(project: &Project) -> Result<String> {
    let lockfile = project.lockfile()?;
    let version = versions::wasm_bindgen(&lockfile);
    version
        .map(str::to_owned)
        .ok_or_else(|| Failure::Build("Cargo.lock names no wasm-bindgen.".to_owned()))
}

/// The last word of `--version`'s first line, of the program a build would find.
fn version(project: &Project, program: &str) -> Option<String> {
    let printed = ask(Command::new(program).arg("--version").env("PATH", project.path()))?;
    printed.lines().next()?.split_whitespace().nth(1).map(str::to_owned)
}

fn has_bindgen(project: &Project, wanted: &str) -> bool {
    ["wasm-bindgen", "wasm-bindgen-test-runner"]
        .iter()
        .all(|program| version(project, program).as_deref() == Some(wanted))
}

fn has_trunk(project: &Project) -> bool {
    version(project, "trunk")
        .is_some_and(|found| versions::TRUNK_ACCEPTED.contains(&found.as_str()))
}

fn has_wasm_opt(project: &Project) -> bool {
    let package = project.tools.join("node_modules").join("binaryen").join("package.json");
    let pinned = format!("\"version\": \"{}\"", versions::BINARYEN);
    std::fs::read_to_string(package).is_ok_and(|text| text.contains(&pinned))
}

fn install(project: &Project, name: &str, version: &str) -> Result<()> {
    note("Its own build is long; it is quickened by leaving out link-time optimisation.");
    let mut command = Command::new("cargo");
    command
        .args(["install", "--locked", name, "--version", version, "--root"])
        .arg(&project.tools)
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        // Shared, so that what two tools have in common is compiled once.
        .env("CARGO_TARGET_DIR", project.target.join("tools-build"));
    run(&mut command, OFFLINE)
}

fn npm_install(project: &Project) -> Result<()> {
    std::fs::create_dir_all(&project.tools).map_err(Failure::file(&project.tools))?;
    let mut command = npm();
    command
        .args(["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--prefix"])
        .arg(&project.tools)
        .arg(format!("binaryen@{}", versions::BINARYEN));
    run(&mut command, OFFLINE)
}

/// npm is a script with an extension on Windows, where programs are found by full name.
pub fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}
