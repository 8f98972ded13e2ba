//! The crates' own tests in a real browser: each package's `tests/browser.rs`.

use super::tally::{self, Tally};
use crate::browser;
use crate::error::{Failure, Result};
use crate::project::Project;
use crate::setup;
use crate::versions::WASM_TARGET;
use serde_json::json;
use std::fs;
use std::path::PathBuf;

/// Packages by folder.
const PACKAGES: &[(&str, &str)] = &[("zajil", "."), ("zajil-worker", "crates/worker")];

/// Needed where tests run as root or in a container; quiet everywhere.
pub const CHROMIUM_FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

pub fn run(project: &Project) -> Result<Tally> {
    setup::ensure(project)?;
    let (chromium, driver) = browser::ensure()?;
    let capabilities = capabilities(project, &chromium)?;
    let mut tally = Tally::default();
    for (package, folder) in PACKAGES {
        if !project.root.join(folder).join("tests").join("browser.rs").is_file() {
            continue;
        }
        let mut test = project.cargo();
        test.args(["test", "--locked", "--target", WASM_TARGET, "--package", package])
            .args(["--test", "browser"])
            .env("PATH", project.path())
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
            .env("CHROMEDRIVER", &driver)
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities)
            .env("WASM_BINDGEN_TEST_TIMEOUT", "300");
        tally += Tally::of_tests(&mut test, tally::rust)?;
    }
    Ok(tally)
}

fn capabilities(project: &Project, chromium: &std::path::Path) -> Result<PathBuf> {
    let folder = project.target.join("xtask");
    fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
    let path = folder.join("webdriver.json");
    let options = json!({ "goog:chromeOptions": { "binary": chromium, "args": CHROMIUM_FLAGS } });
    fs::write(&path, options.to_string()).map_err(Failure::file(&path))?;
    Ok(path)
}
