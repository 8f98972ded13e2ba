//! What is printed.

use std::io::Write;
use std::time::Duration;
use zajil_core::mutant::Mutant;
use zajil_sim::history::History;
use zajil_sim::many::Sum;
use zajil_sim::mutants::{Catch, Hunt};
use zajil_sim::run::Outcome;

/// As much of a detail as one wants to read.
pub fn cut(detail: &str) -> String {
    detail.chars().take(200).collect()
}

/// A long run says after so many histories how it goes.
const SAY_EVERY: u64 = 1_000;

/// What went wrong is said at once: a long run may not come to its end.
pub fn one_of_many(seed: u64, outcome: &Outcome, so_far: &Sum) {
    if let Some((rule, detail)) = &outcome.broken {
        eprintln!("seed {seed} breaks '{rule}': {}", cut(detail));
    }
    if so_far.histories.is_multiple_of(SAY_EVERY) {
        eprintln!("{} histories so far", so_far.histories);
    }
}

pub fn sum(sum: &Sum, took: Duration) {
    let days = sum.lasted as f64 / 86_400_000.0;
    let seconds = took.as_secs_f64();
    eprintln!(
        "{} histories, {days:.0} days of virtual time, {} messages, {} frames",
        sum.histories, sum.messages, sum.frames
    );
    eprintln!(
        "{} went wrong; {seconds:.0} s, {:.1} histories/s",
        sum.broken.len(),
        sum.histories as f64 / seconds.max(0.001)
    );
    // For whoever counts tests.
    let failed = sum.broken.len() as u64;
    let _ = writeln!(std::io::stdout(), "{} passed, {failed} failed", sum.histories - failed);
}

pub fn hunts_begin() {
    eprintln!("{:<46} {:<9} {:>7} {:>10}", "planted bug", "caught by", "seed", "histories");
}

/// A bug that was caught is a test that passed.
pub fn hunts_end(caught: usize, of: usize) {
    eprintln!("{caught} of {of} planted bugs caught");
    let _ = writeln!(std::io::stdout(), "{caught} passed, {} failed", of.saturating_sub(caught));
}

pub fn hunt(mutant: Mutant, hunt: &Hunt) {
    let what = mutant.what();
    match &hunt.catch {
        Some(catch) => {
            let (rule, seed) = (catch.rule, seed(catch));
            eprintln!("{what:<46} {rule:<9} {seed:>7} {:>10}", hunt.histories);
        }
        None => eprintln!("{what:<46} {:<9} {:>7} {:>10}", "NOT", "", hunt.histories),
    }
    for beside in &hunt.beside {
        let (rule, seed) = (beside.rule, seed(beside));
        eprintln!("{:<46} {rule:<9} {seed:>7}", "  broken too, which is no catch");
    }
}

fn seed(catch: &Catch) -> String {
    catch.seed.map_or_else(|| "written".to_owned(), |seed| seed.to_string())
}

pub fn outage(history: &History, messages: u64, outcome: &Outcome, took: Duration) {
    let lost = messages.saturating_sub(outcome.messages as u64);
    eprintln!("six hours, two people, five relays of which one (r{}) is honest", history.honest);
    eprintln!("{:<28} {messages}", "messages to be written");
    eprintln!("{:<28} {}", "acknowledged", outcome.messages);
    eprintln!("{:<28} {lost}", "not even acknowledged");
    eprintln!("{:<28} {}", "frames", outcome.frames);
    eprintln!("{:<28} {:.0} s", "took", took.as_secs_f64());
    match &outcome.broken {
        None => eprintln!("every one arrived in time, none twice, both see one order"),
        Some((rule, detail)) => eprintln!("it breaks '{rule}': {}", cut(detail)),
    }
}
