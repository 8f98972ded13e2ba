//! `sim`: the simulator, built for speed.

use crate::error::Result;
use crate::options::Options;
use crate::project::Project;
use crate::say::{run, step};
use std::process::{Command, ExitCode};

const SIMULATOR: &str = "zajil-sim";
const PROFILE: &str = "sim";

/// Passes everything on; `cargo xtask sim --help` tells what there is.
pub fn sim(project: &Project, options: Options) -> Result<ExitCode> {
    let mut simulator = build(project)?;
    simulator.args(options.rest());
    let status = simulator.status().map_err(|source| crate::say::missing(&simulator, source))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The simulator, ready to be started.
pub fn build(project: &Project) -> Result<Command> {
    step("Building the simulator (4 minutes the first time)");
    let mut cargo = project.cargo();
    cargo.args(["build", "--quiet", "--locked", "--profile", PROFILE, "--package", SIMULATOR]);
    run(&mut cargo, "The reason is above.")?;
    let name = format!("{SIMULATOR}{}", std::env::consts::EXE_SUFFIX);
    let mut simulator = Command::new(project.target.join(PROFILE).join(name));
    simulator.current_dir(&project.root).arg("--folder").arg(project.target.join("sim"));
    Ok(simulator)
}
