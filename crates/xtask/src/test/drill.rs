//! Every drill, so short that it fits into a run of all suites.

use super::tally::{self, Tally};
use crate::drill;
use crate::error::Result;
use crate::project::Project;
use crate::say::step;
use std::process::Command;

/// The numbers that count are those of long runs (`crates/DRILLS.md`): these show that
/// each drill still runs, and that each still notices the fault it plants itself.
const SHORT: &[(&str, &[&str])] = &[
    ("outage", &["--n", "60", "--rounds", "5", "--hours", "0.25"]),
    ("kill", &["--n", "3"]),
    ("power", &["--n", "2", "--control", "2"]),
    ("zeros", &["--n", "2"]),
    ("tabs", &["--n", "3"]),
    ("quota", &["--n", "2"]),
    ("full", &["--n", "2"]),
];

pub fn run(project: &Project) -> Result<Tally> {
    let mut judge = Command::new("node");
    judge.args(["--test", "--test-reporter=tap"]).arg(drill::folder(project).join("harness"));
    let mut tally = Tally::of_tests(&mut judge, tally::node)?;
    for (name, words) in SHORT {
        step(format!("drill {name} {}", words.join(" ")));
        let mut script = drill::script(project, name)?;
        tally += Tally::of_tests(script.args(*words), tally::summary)?;
    }
    Ok(tally)
}
