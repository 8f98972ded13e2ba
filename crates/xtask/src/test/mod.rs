//! `test`: every suite, one summary. A failing suite does not stop the others.

mod browser;
mod dist;
mod drill;
pub mod e2e;
mod rust;
mod shape;
mod sim;
mod tally;
mod tree;

use crate::error::{Failure, Result};
use crate::options::Options;
use crate::project::Project;
use crate::say::step;
use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;
use tally::Tally;

struct Suite {
    name: &'static str,
    what: &'static str,
    run: fn(&Project) -> Result<Tally>,
}

/// In the order of what they cost; each uses what those before it have built.
const SUITES: &[Suite] = &[
    Suite { name: "shape", what: "no source file is too long", run: shape::run },
    Suite { name: "format", what: "cargo fmt --check", run: rust::format },
    Suite { name: "tree", what: "the engine depends on no browser and no server", run: tree::run },
    Suite { name: "lint", what: "cargo clippy, warnings are errors", run: rust::lint },
    Suite { name: "native", what: "cargo test, every crate", run: rust::native },
    Suite { name: "fuzz", what: "foreign bytes, changed at random", run: rust::fuzz },
    Suite { name: "sim", what: "thousands of histories in virtual time", run: sim::run },
    Suite { name: "planted", what: "bugs put in on purpose are found", run: sim::planted },
    Suite { name: "dist", what: "release build, byte budget, nothing inline", run: dist::run },
    Suite { name: "browser", what: "wasm-bindgen tests in headless Chromium", run: browser::run },
    Suite { name: "e2e", what: "people with real browsers and a real relay", run: e2e::run },
    Suite { name: "drill", what: "outages, kills, power cuts, tabs, full disks", run: drill::run },
];

pub fn run(project: &Project, mut options: Options) -> Result<ExitCode> {
    if options.flag("--list") {
        options.finish()?;
        for suite in SUITES {
            eprintln!("{:<8} {}", suite.name, suite.what);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let names = options.words()?;
    if let Some(name) = names.iter().find(|name| SUITES.iter().all(|suite| suite.name != **name)) {
        let hint = "'cargo xtask test --list' names them";
        return Err(Failure::Usage(format!("There is no suite '{name}'; {hint}.")));
    }
    let chosen = |suite: &&Suite| names.is_empty() || names.iter().any(|name| name == suite.name);
    let mut total = Tally::default();
    let mut lines = Vec::new();
    for suite in SUITES.iter().filter(chosen) {
        step(format!("{}: {}", suite.name, suite.what));
        let start = Instant::now();
        let tally = (suite.run)(project).unwrap_or_else(|failure| {
            eprintln!("\n{failure}");
            Tally::failure()
        });
        total += tally;
        let seconds = start.elapsed().as_secs();
        let Tally { passed, failed } = tally;
        let name = suite.name;
        lines.push(format!("{name:<8} {passed:>5} passed {failed:>4} failed {seconds:>5} s"));
    }
    eprintln!("\n{}", lines.join("\n"));
    // The last line, and the only one on stdout.
    let summary = format!("{} passed, {} failed", total.passed, total.failed);
    writeln!(std::io::stdout(), "{summary}").map_err(|source| Failure::Missing {
        program: "stdout".to_owned(),
        source,
        advice: "Nobody reads the result.",
    })?;
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
