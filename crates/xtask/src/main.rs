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
mod help;
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

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let words: Vec<String> = arguments.collect();
    if let Some(help) = help::asked_for(&command, words.iter().cloned()) {
        eprint!("{help}");
        return ExitCode::SUCCESS;
    }
    match dispatch(&command, Options::new(words.into_iter())) {
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
        "" | "help" | "--help" | "-h" => eprint!("{}", help::ALL),
        other => {
            let all = help::ALL;
            return Err(Failure::Usage(format!("There is no command '{other}'.\n\n{all}")));
        }
    }
    Ok(ExitCode::SUCCESS)
}
