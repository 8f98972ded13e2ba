//! `zajil-sim`: what `cargo xtask sim` starts. Says what it found, and fails where it found
//! something.

mod options;
mod report;

use options::{Options, Work};
use std::process::ExitCode;
use std::time::Instant;
use zajil_sim::draw::draw;
use zajil_sim::history::History;
use zajil_sim::many::run_many;
use zajil_sim::outage::{PROMPT, outage};
use zajil_sim::run::{Mode, run};
use zajil_sim::shrink::shrink;
use zajil_sim::{mutants, verdict::Rule};

/// A tenth of a history is making room for small things.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(words) => {
            eprintln!("{words}");
            return ExitCode::FAILURE;
        }
    };
    eprintln!("The clock starts at {} (--at).", options.mode.start / 1000);
    let clean = match &options.work {
        Work::Seeds { from, count } => seeds(&options, *from, *count),
        Work::Seed(seed) => one(&options, &draw(*seed)),
        Work::Replay(file) => replay(&options, file),
        Work::Mutants { most } => hunts(&options, *most),
        Work::Outage { messages } => one_outage(&options, *messages),
    };
    if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn seeds(options: &Options, from: u64, count: u64) -> bool {
    let started = Instant::now();
    let sum = run_many(from, count, options.jobs, &options.mode, options.most, report::one_of_many);
    report::sum(&sum, started.elapsed());
    if let Some((seed, outcome)) = sum.broken.first().filter(|_| options.shrinks)
        && let Some((rule, _)) = outcome.broken
    {
        smallest(options, &draw(*seed), rule);
    }
    sum.broken.is_empty()
}

fn one(options: &Options, history: &History) -> bool {
    let outcome = run(history, &options.mode);
    eprintln!("{} messages, {} frames", outcome.messages, outcome.frames);
    let Some((rule, detail)) = outcome.broken else { return true };
    eprintln!("It breaks '{rule}': {}", report::cut(&detail));
    if options.shrinks {
        smallest(options, history, rule);
    }
    false
}

/// Shrinks a history, keeps it as a file, and shows it.
fn smallest(options: &Options, history: &History, rule: Rule) {
    let small = shrink(history, rule, &options.mode);
    let text = format!("# breaks {rule}; --at {}\n{small}", options.mode.start / 1000);
    let file = options.folder.join(format!("{}-{rule}.txt", history.seed));
    let kept = std::fs::create_dir_all(&options.folder).and_then(|()| std::fs::write(&file, &text));
    match kept {
        Ok(()) => {
            let (file, at) = (file.display(), options.mode.start / 1000);
            eprintln!("\n{text}\nAgain: cargo xtask sim --replay {file} --at {at}");
        }
        Err(error) => eprintln!("\n{text}\nIt could not be kept: {error}"),
    }
}

fn replay(options: &Options, file: &str) -> bool {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{file}: {error}");
            return false;
        }
    };
    match text.parse::<History>() {
        Ok(history) => one(options, &history),
        Err(line) => {
            eprintln!("This line is no action: {}", line.0);
            false
        }
    }
}

fn hunts(options: &Options, most: u64) -> bool {
    let mut caught = 0;
    report::hunts_begin();
    let only = options.mode.planted;
    let hunted = mutants::all().iter().filter(|mutant| only.is_none_or(|only| only == **mutant));
    let mode = Mode { planted: None, ..options.mode.clone() };
    let mut of = 0;
    for mutant in hunted {
        let hunt = mutants::hunt(*mutant, most, options.jobs, &mode);
        of += 1;
        caught += usize::from(hunt.catch.is_some());
        report::hunt(*mutant, &hunt);
    }
    report::hunts_end(caught, of);
    caught == of
}

fn one_outage(options: &Options, messages: u64) -> bool {
    let history = outage(options.seed, messages);
    let started = Instant::now();
    let prompt = options.mode.prompt.or(Some(PROMPT));
    let mode = Mode { prompt, ..options.mode.clone() };
    let outcome = run(&history, &mode);
    report::outage(&history, messages, &outcome, started.elapsed());
    outcome.broken.is_none() && outcome.messages as u64 == messages
}
