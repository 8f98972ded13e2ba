//! Carries corpora between the folder that goes with the code and libFuzzer's.
//!
//! `corpus list` names the targets; `corpus lay-out TARGET FOLDER` writes kept inputs and
//! fresh ones into a folder, a file each; `corpus keep TARGET FOLDER` writes such a folder
//! into the target's corpus; `corpus seeds` adds to every corpus what the code makes now.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use zajil_fuzz::{TARGETS, Target, corpus};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["list"] => list(),
        ["seeds"] => TARGETS.iter().try_for_each(|target| keep(target, &corpus::load(target)?)),
        ["lay-out", name, folder] => {
            named(name).and_then(|t| corpus::lay_out(Path::new(folder), &corpus::load(t)?))
        }
        ["keep", name, folder] => {
            named(name).and_then(|target| keep(target, &corpus::raw(Path::new(folder))?))
        }
        _ => Err(io::Error::other("list, seeds, lay-out TARGET FOLDER, or keep TARGET FOLDER")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn list() -> io::Result<()> {
    let mut out = io::stdout();
    TARGETS.iter().try_for_each(|target| writeln!(out, "{}", target.name))
}

fn named(name: &str) -> io::Result<&'static Target> {
    let target = TARGETS.iter().find(|target| target.name == name);
    target.ok_or_else(|| io::Error::other(format!("There is no target '{name}'.")))
}

fn keep(target: &Target, inputs: &[Vec<u8>]) -> io::Result<()> {
    eprintln!("{:<20} {} inputs", target.name, corpus::keep(target, inputs)?);
    Ok(())
}
