//! Talking to the person at the terminal, and running other programs for them.
//!
//! Everything goes to stderr: stdout belongs to the one line that scripts wait for.

use crate::error::{Failure, Result};
use std::process::{Command, Stdio};

/// One step: what happens and how long it may take.
pub fn step(text: impl AsRef<str>) {
    eprintln!("==> {}", text.as_ref());
}

pub fn note(text: impl AsRef<str>) {
    eprintln!("    {}", text.as_ref());
}

/// Runs to the end with its output on our stderr; `advice` is for when it fails.
pub fn run(command: &mut Command, advice: &str) -> Result<()> {
    let shown = shown(command);
    command.stdout(std::io::stderr());
    let status = command.status().map_err(|source| missing(command, source))?;
    match status.success() {
        true => Ok(()),
        false => Err(Failure::Command { command: shown, advice: advice.to_owned() }),
    }
}

/// Runs to the end and gives back what it printed; `None` when it is not there or failed.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

pub fn missing(command: &Command, source: std::io::Error) -> Failure {
    let program = command.get_program().to_string_lossy().into_owned();
    let advice = match program.as_str() {
        "npm" | "node" => "Install Node.js 20 or newer (https://nodejs.org) and try again.",
        "rustup" => "Install Rust with rustup (https://rustup.rs) and try again.",
        _ => "Is it installed and on PATH?",
    };
    Failure::Missing { program, source, advice }
}

fn shown(command: &Command) -> String {
    let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
    let program = command.get_program().to_string_lossy().into_owned();
    std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
}
