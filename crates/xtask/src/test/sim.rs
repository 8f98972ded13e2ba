//! Histories in virtual time, each a test of its own.

use super::tally::{self, Tally};
use crate::error::Result;
use crate::project::Project;
use crate::sim;

/// As many as two cores manage in about four minutes.
const HISTORIES: &str = "2000";

pub fn run(project: &Project) -> Result<Tally> {
    let mut simulator = sim::build(project)?;
    simulator.args(["--seeds", HISTORIES, "--most", "5"]);
    Tally::of_tests(&mut simulator, tally::summary)
}
