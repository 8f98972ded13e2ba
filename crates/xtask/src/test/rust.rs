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

/// Long enough to see that the targets work; `cargo xtask fuzz` is for finding more.
pub fn fuzz(project: &Project) -> Result<Tally> {
    let mut fuzz = project.cargo();
    fuzz.args(["run", "--locked", "--quiet", "--package", "zajil-fuzz", "--", "--seconds", "30"]);
    Tally::of_tests(&mut fuzz, tally::summary)
}
