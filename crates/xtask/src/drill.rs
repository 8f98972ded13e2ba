//! `drill`: bad days in real browsers, against real relays (`tests/drill`).

use crate::error::{Failure, Result};
use crate::options::Options;
use crate::project::Project;
use crate::say::{ask, note, run, step};
use crate::test::e2e;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// Each a script of that name; the words are for a person who asks which there are.
const DRILLS: &[(&str, &str)] = &[
    ("outage", "six hours with four of five relays bad and the web origin gone"),
    ("kill", "SIGKILL of the browser at random moments"),
    ("power", "power cuts: what never reached the disk is gone (root, Linux)"),
    ("zeros", "a browser's log that ends in zeros, as a power cut leaves it"),
    ("tabs", "several tabs; the leading one closed, killed, frozen"),
    ("quota", "a full or failing store at any write"),
    ("full", "a disk that is really full (root, Linux)"),
];

/// A relay that nobody here wrote, for `--relay nostr-relay`.
const FOREIGN_RELAY: &str = "nostr-relay==1.14";

pub fn run_one(project: &Project, options: Options) -> Result<ExitCode> {
    let words = options.rest();
    let Some((name, words)) = words.split_first() else { return Err(unknown("")) };
    let (name, _) = DRILLS.iter().find(|(known, _)| known == name).ok_or_else(|| unknown(name))?;
    let mut drill = script(project, name)?;
    if words.iter().any(|word| word.ends_with("nostr-relay")) {
        drill.env("ZAJIL_NOSTR_RELAY", foreign_relay(project)?);
    }
    drill.args(words);
    match run(&mut drill, "What went wrong is in the table above.") {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(Failure::Command { advice, .. }) => {
            note(advice);
            Ok(ExitCode::FAILURE)
        }
        Err(other) => Err(other),
    }
}

/// The drill's script, with everything built; its options are still to be added.
pub fn script(project: &Project, name: &str) -> Result<Command> {
    let (mut node, _) = e2e::node(project)?;
    node.arg(folder(project).join(format!("{name}.mjs")));
    Ok(node)
}

pub fn folder(project: &Project) -> PathBuf {
    project.root.join("tests").join("drill")
}

fn foreign_relay(project: &Project) -> Result<PathBuf> {
    let folder = project.target.join("drill").join("nostr-relay");
    let program = folder.join("bin").join("nostr-relay");
    if ask(Command::new(&program).arg("--help")).is_some() {
        return Ok(program);
    }
    step(format!("Fetching {FOREIGN_RELAY} from PyPI into a virtual environment (a minute)"));
    let advice = "Python 3 with venv and the network are needed for the second relay.";
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder), advice)?;
    let mut install = Command::new(folder.join("bin").join("pip"));
    run(install.args(["install", "--quiet", FOREIGN_RELAY]), advice)?;
    Ok(program)
}

fn unknown(name: &str) -> Failure {
    let lines = DRILLS.iter().map(|(name, what)| format!("  {name:<8} {what}\n"));
    let list: String = lines.collect();
    Failure::Usage(format!("There is no drill '{name}'. There are:\n\n{list}"))
}
