//! What cargo itself checks, on this machine: format, lints, tests.

use super::tally::{self, Tally};
use crate::error::Result;
use crate::project::Project;

pub fn format(project: &Project) -> Result<Tally> {
    Tally::of_check(project.cargo().args(["fmt", "--all", "--check"]))
}

pub fn lint(project: &Project) -> Result<Tally> {
    let mut clippy = project.cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--locked", "--quiet"]);
    Tally::of_check(clippy.args(["--", "--deny", "warnings"]))
}

pub fn native(project: &Project) -> Result<Tally> {
    let mut test = project.cargo();
    test.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    Tally::of_tests(&mut test, tally::rust)
}
