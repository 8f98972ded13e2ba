//! The last step of a build: turns what Trunk staged into the folder that is served.
//!
//! Trunk has compiled two modules, the app and the engine's worker. Here every file
//! gets the name it keeps (a digest of its final bytes, so it may be cached for ever),
//! every reference follows, the page gets its policy, and a release is compressed and
//! weighed. The result needs no particular server and holds no inline script or style.

mod budget;
mod compress;
mod imports;
mod page;
mod script;
mod stage;
mod style;
mod templates;

pub use budget::check as check_budget;
pub use page::refuse_inline;

use crate::error::{Failure, Result};
use crate::project::files_below;
use crate::say::step;
use stage::Stage;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// What `cargo xtask build` knows the result by; see `build.rs`.
pub const STAMP: &str = ".stamp";
pub const STAMP_VARIABLE: &str = "ZAJIL_STAMP";

/// Names of the finished files that the page refers to.
pub struct Names {
    pub app_script: String,
    pub app_module: String,
    pub worker: String,
    pub worker_module: String,
    pub worker_script: String,
    pub boot: String,
    pub style: String,
}

/// Called by Trunk, which says where things are in the environment.
pub fn run() -> Result<()> {
    let staged = variable("TRUNK_STAGING_DIR")?;
    let source = variable("TRUNK_SOURCE_DIR")?;
    let release = env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    finish(&Stage::new(staged), &source, release)
}

fn variable(name: &str) -> Result<PathBuf> {
    let usage = "This step is called by Trunk. Use 'cargo xtask build' or 'trunk serve'.";
    env::var_os(name).map(PathBuf::from).ok_or_else(|| Failure::Usage(usage.to_owned()))
}

fn finish(stage: &Stage, source: &Path, release: bool) -> Result<()> {
    let www = source.join("www");
    if release {
        imports::shorten(stage, "zajil.js", "zajil_bg.wasm")?;
        imports::shorten(stage, "zajil-worker.js", "zajil-worker_bg.wasm")?;
    }
    let app = stage.read("zajil_bg.wasm")?;
    let templates = templates::elements(&app)?;

    let app_module = stage.name("zajil_bg.wasm")?;
    let worker_module = stage.name("zajil-worker_bg.wasm")?;
    let app_script = script::glue(stage, "zajil.js", "zajil_bg.wasm", &app_module)?;
    let worker_script =
        script::glue(stage, "zajil-worker.js", "zajil-worker_bg.wasm", &worker_module)?;
    let worker = script::fill(
        stage,
        &www.join("worker.js"),
        &[("__WORKER_JS__", &worker_script), ("__WORKER_WASM__", &worker_module)],
    )?;
    let boot = script::fill(
        stage,
        &www.join("boot.js"),
        &[
            ("__APP_JS__", &app_script),
            ("__APP_WASM__", &app_module),
            ("__WORKER_WASM__", &worker_module),
            ("__TEMPLATES__", &serde_json::json!(templates).to_string()),
            ("__SCRIPTS__", &serde_json::json!([worker]).to_string()),
        ],
    )?;
    let style = style::bundle(stage, &www.join("style").join("main.css"))?;
    copy_rest(stage, &www)?;

    let names = Names { app_script, app_module, worker, worker_module, worker_script, boot, style };
    page::write(stage, &names)?;
    if release {
        step("Compressing (a few seconds)");
        compress::all(stage.folder())?;
        budget::measure(stage, &names)?;
    }
    match env::var(STAMP_VARIABLE) {
        Ok(stamp) if release => stage.write(STAMP, stamp.as_bytes()),
        _ => Ok(()),
    }
}

/// What is served as it is, under its own name: icons, the fonts' licence, and the like.
/// Screenshots are for readers of the source.
fn copy_rest(stage: &Stage, www: &Path) -> Result<()> {
    for path in files_below(www)? {
        let Ok(relative) = path.strip_prefix(www) else { continue };
        let taken = ["style", "locales", "screenshots", "boot.js", "worker.js"];
        let font = path.extension().is_some_and(|extension| extension == "woff2");
        if !font && !taken.iter().any(|name| relative.starts_with(name)) {
            let bytes = fs::read(&path).map_err(Failure::file(&path))?;
            stage.write(&relative.to_string_lossy(), &bytes)?;
        }
    }
    Ok(())
}
