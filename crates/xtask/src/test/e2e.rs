//! Whole journeys: the built app in real browsers, against the real server.

use super::tally::{self, Tally};
use crate::error::{Failure, Result};
use crate::project::{Project, files_below};
use crate::say::{self, note, step};
use crate::setup::npm;
use crate::{browser, build};
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn run(project: &Project) -> Result<Tally> {
    let (mut node, chromium) = node(project)?;
    node.args(["--test", "--test-concurrency=1", "--test-reporter=tap"])
        .args(tests(project)?)
        .current_dir(project.e2e());
    if browser::firefox().is_none() {
        note("No Firefox ESR found: the journeys are made in Chromium only.");
    }
    let journeys = Tally::of_tests(&mut node, tally::node)?;
    Ok(journeys + interface(project, &chromium)?)
}

/// Node, for a script that drives browsers: everything is built, and it is told where all
/// is. Also which Chromium that is.
pub fn node(project: &Project) -> Result<(Command, PathBuf)> {
    build::release(project)?;
    let server = crate::run::build_server(project)?;
    let (chromium, _) = browser::ensure()?;
    install(project)?;
    let mut node = Command::new("node");
    node.current_dir(&project.root)
        .env("ZAJIL_SERVER", server)
        .env("ZAJIL_DIST", project.dist())
        .env("ZAJIL_CHROMIUM", &chromium)
        .env("ZAJIL_CHROMIUM_FLAGS", super::browser::CHROMIUM_FLAGS.join(" "));
    if let Some(firefox) = browser::firefox() {
        node.env("ZAJIL_FIREFOX", firefox);
    }
    Ok((node, chromium))
}

/// Every screen of the interface over fixtures: what no journey comes by.
fn interface(project: &Project, chromium: &Path) -> Result<Tally> {
    step("The interface over fixtures (its development build: 2 minutes the first time)");
    let mut node = Command::new("node");
    node.arg(project.root.join("tests").join("ui").join("check.mjs"))
        .current_dir(&project.root)
        .env("PATH", project.path())
        .env("CARGO_TARGET_DIR", &project.target)
        .env("PLAYWRIGHT", project.e2e())
        .env("CHROMIUM", chromium);
    Tally::of_tests(&mut node, tally::summary)
}

fn tests(project: &Project) -> Result<Vec<PathBuf>> {
    let files = files_below(&project.e2e())?.into_iter();
    let of_ours =
        |path: &PathBuf| !path.components().any(|part| part.as_os_str() == "node_modules");
    let tests: Vec<_> = files
        .filter(of_ours)
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    match tests.is_empty() {
        false => Ok(tests),
        true => Err(Failure::Build("tests/e2e holds no *.test.mjs.".to_owned())),
    }
}

/// The driver of browsers, as `package-lock.json` pins it.
fn install(project: &Project) -> Result<()> {
    let installed = project.e2e().join("node_modules").join(".package-lock.json");
    let lock = project.e2e().join("package-lock.json");
    let modified = |path: &PathBuf| path.metadata().and_then(|meta| meta.modified()).ok();
    if modified(&installed).is_some_and(|at| modified(&lock).is_none_or(|lock| lock <= at)) {
        return Ok(());
    }
    step("Fetching the driver of browsers with npm (a minute)");
    let mut command = npm();
    command.args(["ci", "--no-audit", "--no-fund"]).current_dir(project.e2e());
    say::run(&mut command, "Check the network and try again.")
}
