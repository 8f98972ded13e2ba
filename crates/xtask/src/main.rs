//! `cargo xtask`: everything one does with this project, as commands.
//!
//! A newcomer has rustup and Node; each command fetches what else it needs, says so,
//! and skips what is there. Nothing here knows what Zajil is about: the product is
//! built, served and tested from outside.

mod browser;
mod build;
mod drill;
mod error;
mod finish;
mod fuzz;
mod options;
mod project;
mod run;
mod say;
mod setup;
mod sim;
mod test;
mod versions;

use error::{Failure, Result};
use options::Options;
use project::Project;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  run [--port 8080] [--data DIR] [--relays URL,URL] [--no-open]
                            build what changed, serve the app and a relay
  relay [--port 7000] [--data DIR]
                            the relay alone
  build                     the release build, in dist/
  test [SUITE ...]          every suite, or those named (see: test --list)
  fuzz [TARGET ...] [--seconds 60] [--keep]
                            every parser of foreign bytes, or those named, so long each
  drill NAME [--n N] [--browser chromium|firefox] ...
                            a bad day in real browsers (without a name: which there are)
  sim [--help]              histories in virtual time: seeds, planted bugs, an outage
  setup                     fetch the tools for building, once
  doctor                    say which tools are there
  finish                    the last build step; Trunk calls it
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    match dispatch(&command, Options::new(arguments)) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &str, options: Options) -> Result<ExitCode> {
    let project = Project::find();
    match command {
        "run" => run::app(&project, options)?,
        "relay" => run::relay(&project, options)?,
        "build" => {
            options.finish()?;
            build::release(&project)?;
            finish::check_budget(&project.dist())?;
        }
        "test" => return test::run(&project, options),
        "fuzz" => fuzz::run_targets(&project, options)?,
        "drill" => return drill::run_one(&project, options),
        "sim" => return sim::sim(&project, options),
        "setup" => {
            options.finish()?;
            setup::ensure(&project)?;
        }
        "doctor" => {
            options.finish()?;
            setup::doctor(&project);
        }
        "finish" => {
            options.finish()?;
            finish::run()?;
        }
        "" | "help" | "--help" | "-h" => eprint!("{HELP}"),
        other => return Err(Failure::Usage(format!("There is no command '{other}'.\n\n{HELP}"))),
    }
    Ok(ExitCode::SUCCESS)
}
