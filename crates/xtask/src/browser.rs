//! The browsers that tests drive: found where people have them, or installed.

use crate::error::{Failure, Result};
use crate::say::{ask, note, run, step};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `$CHROME`, a Chromium or Chrome on `PATH`, or macOS's application.
pub fn chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let application = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    named_by("CHROME")
        .or_else(|| names.iter().find_map(|name| on_path(name)))
        .or_else(|| Some(PathBuf::from(application)).filter(|path| path.is_file()))
}

/// `$CHROMEDRIVER`, or one on `PATH`. Its version must be the browser's.
pub fn chromedriver() -> Option<PathBuf> {
    named_by("CHROMEDRIVER").or_else(|| on_path("chromedriver"))
}

/// `$FIREFOX`, or Firefox ESR. Other Firefoxes cannot be driven reliably.
pub fn firefox() -> Option<PathBuf> {
    named_by("FIREFOX").or_else(|| on_path("firefox-esr"))
}

/// Chromium and its driver, installed with apt where that is possible.
pub fn ensure() -> Result<(PathBuf, PathBuf)> {
    if chromium().is_none() || chromedriver().is_none() {
        install()?;
    }
    chromium().zip(chromedriver()).ok_or_else(|| {
        Failure::Usage(
            "The browser tests need Chromium and a chromedriver of the same version. Install both \
             (Debian: apt-get install chromium chromium-driver; macOS: brew install --cask \
             google-chrome chromedriver), or name them in CHROME and CHROMEDRIVER."
                .to_owned(),
        )
    })
}

fn install() -> Result<()> {
    let root = ask(Command::new("id").arg("-u")).as_deref() == Some("0");
    if !root || on_path("apt-get").is_none() {
        return Ok(());
    }
    step("Installing Chromium, its driver and Firefox ESR with apt (2 minutes)");
    let advice = "Install the packages chromium and chromium-driver by hand.";
    let mut update = Command::new("apt-get");
    run(update.args(["update", "-qq"]), advice)?;
    let mut install = apt_install();
    run(install.args(["chromium", "chromium-driver"]), advice)?;
    // The second browser is welcome, not required: not every distribution has it.
    if run(apt_install().arg("firefox-esr"), "").is_err() {
        note("Firefox ESR could not be installed; its tests will be left out.");
    }
    Ok(())
}

fn apt_install() -> Command {
    let mut command = Command::new("apt-get");
    command.args(["install", "-y", "-qq", "--no-install-recommends"]);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn named_by(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder: PathBuf| folder.join(name)).find(|p| is_program(p))
}

fn is_program(path: &Path) -> bool {
    path.is_file()
}
