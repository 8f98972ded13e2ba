//! Histories in virtual time, each a test of its own, and the test of those: bugs that they find.

use super::tally::{self, Tally};
use crate::error::Result;
use crate::project::Project;
use crate::sim;

/// As many as two cores manage in about four minutes.
const HISTORIES: &str = "2000";
/// Five times what the shyest bug takes: which seeds show it changes with the engine.
const HISTORIES_PER_BUG: &str = "500";

pub fn run(project: &Project) -> Result<Tally> {
    let mut simulator = sim::build(project)?;
    simulator.args(["--seeds", HISTORIES, "--most", "5"]);
    Tally::of_tests(&mut simulator, tally::summary)
}

pub fn planted(project: &Project) -> Result<Tally> {
    let mut simulator = sim::build(project)?;
    simulator.args(["--mutants", "--seeds", HISTORIES_PER_BUG]);
    Tally::of_tests(&mut simulator, tally::summary)
}
