//! The short run as a program: `zajil-fuzz [TARGET ...] [--seconds N] [--seed N]`.
//!
//! The seconds are for all targets together. A line a target on stderr; the last line,
//! on stdout, is `N passed, N failed`.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;
use zajil_fuzz::{TARGETS, Target, driver};

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let (mut names, mut seconds, mut seed) = (Vec::new(), 30, 1);
    while let Some(word) = words.next() {
        let number = match word.as_str() {
            "--list" => {
                for Target { name, what, .. } in TARGETS {
                    eprintln!("{name:<20} {what}");
                }
                return ExitCode::SUCCESS;
            }
            "--seconds" => &mut seconds,
            "--seed" => &mut seed,
            name if TARGETS.iter().any(|target| target.name == name) => {
                names.push(word);
                continue;
            }
            other => return usage(&format!("There is no target '{other}'; see --list.")),
        };
        match words.next().and_then(|word| word.parse::<u64>().ok()) {
            Some(given) => *number = given,
            None => return usage(&format!("{word} needs a number.")),
        }
    }
    let chosen: Vec<&'static Target> = TARGETS
        .iter()
        .filter(|target| names.is_empty() || names.iter().any(|name| name == target.name))
        .collect();
    let time = Duration::from_secs(seconds) / u32::try_from(chosen.len()).unwrap_or(1).max(1);
    let (mut passed, mut failed) = (0, 0);
    for target in chosen {
        match driver::run(target, time, seed) {
            Ok(report) => {
                let share = 100 * report.read / report.executions.max(1);
                eprintln!(
                    "{:<20} {:>9} inputs, {share:>3} % read, at most {:>5.1} ms and {:>6} kB{}",
                    target.name,
                    report.executions,
                    report.most.time.as_secs_f64() * 1000.0,
                    report.most.memory / 1000,
                    if report.crash.is_some() { ", FAILED" } else { "" },
                );
                if report.crash.is_some() { failed += 1 } else { passed += 1 }
            }
            Err(error) => {
                eprintln!("{}: {error}", target.name);
                failed += 1;
            }
        }
    }
    let told = writeln!(std::io::stdout(), "{passed} passed, {failed} failed");
    if failed == 0 && told.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn usage(words: &str) -> ExitCode {
    eprintln!("{words}");
    ExitCode::FAILURE
}
