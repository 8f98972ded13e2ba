//! `zajil-sim`: see `cargo xtask sim --help`.

use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use zajil_sim::draw::draw;
use zajil_sim::history::History;
use zajil_sim::many::run_many;
use zajil_sim::run::{Mode, run};
use zajil_sim::shrink::shrink;
use zajil_sim::verdict::Rule;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (mut seeds, mut from, mut jobs, mut most) = (100u64, 0u64, 2usize, usize::MAX);
    let mut at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let (mut trace, mut one, mut replay) = (false, None, None);
    let mut waived = Vec::new();
    let mut shrinks = false;
    while let Some(arg) = args.next() {
        let mut number = || args.next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
        match arg.as_str() {
            "--seeds" => seeds = number(),
            "--from" => from = number(),
            "--jobs" => jobs = number() as usize,
            "--most" => most = number() as usize,
            "--at" => at = number(),
            "--seed" => one = Some(number()),
            "--trace" => trace = true,
            "--shrink" => shrinks = true,
            "--waive" => waived.extend(args.next().and_then(|name| Rule::of_name(&name))),
            "--replay" => replay = args.next(),
            other => {
                eprintln!("There is no option '{other}'.");
                return ExitCode::FAILURE;
            }
        }
    }
    let history: Option<History> = match replay {
        Some(file) => Some(std::fs::read_to_string(file).unwrap_or_default().parse().unwrap()),
        None => one.map(draw),
    };
    let mode = Mode { start: at * 1000, trace, waived };
    if let Some(history) = history {
        eprintln!("{history}");
        let outcome = run(&history, &mode);
        eprintln!("{outcome:?}");
        if let Some((rule, _)) = outcome.broken.filter(|_| shrinks) {
            let small = shrink(&history, rule, &mode);
            eprintln!("{small}\n{:?}", run(&small, &mode));
        }
        return ExitCode::SUCCESS;
    }
    let started = Instant::now();
    let sum = run_many(from, seeds, jobs, &mode, most);
    let seconds = started.elapsed().as_secs_f64();
    for (seed, outcome) in &sum.broken {
        if let Some((rule, detail)) = &outcome.broken {
            eprintln!("seed {seed}: {rule}: {}", detail.chars().take(200).collect::<String>());
        }
    }
    eprintln!(
        "{} histories, {} messages, {} frames, {:.1} days, {} broken, {:.1} histories/s, at {at}",
        sum.histories,
        sum.messages,
        sum.frames,
        sum.lasted as f64 / 86_400_000.0,
        sum.broken.len(),
        sum.histories as f64 / seconds,
    );
    ExitCode::SUCCESS
}
