//! The short run: kept inputs, changed at random, on any toolchain.
//!
//! Nothing tells it which changes lead deeper; the long run under libFuzzer does that.
//! One seed makes the same inputs again, so a run can be repeated.

use crate::ceiling::{self, Cost};
use crate::corpus;
use crate::mutate::Mutator;
use crate::{Outcome, Target};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// On the clock: an input that takes this long will never end.
const ENDLESS: Duration = Duration::from_secs(20);

/// What a run of one target came to.
#[derive(Debug, Default)]
pub struct Report {
    pub executions: u64,
    /// Inputs that were read and not refused.
    pub read: u64,
    pub most: Cost,
    /// Where the input lies at which it ended.
    pub crash: Option<PathBuf>,
}

/// Runs all kept inputs and then new ones until `time` is over, or one fails.
pub fn run(target: &'static Target, time: Duration, seed: u64) -> io::Result<Report> {
    let (seeds, corpus) = ((target.seeds)(), corpus::load(target)?);
    let dictionary = corpus::dictionary()?;
    let mutator = Mutator { seeds: &seeds, corpus: &corpus, dictionary: &dictionary };
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut report = Report::default();
    let end = Instant::now() + time;
    let watched = watch(target);
    let mut kept = corpus.iter();
    loop {
        let input = match kept.next() {
            Some(input) => input.clone(),
            None if Instant::now() >= end => break,
            None => mutator.next(&mut rng),
        };
        *watched.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), input.clone()));
        match catch_unwind(AssertUnwindSafe(|| ceiling::run(target, &input))) {
            Ok((outcome, cost)) => {
                report.executions += 1;
                report.read += u64::from(outcome == Outcome::Read);
                report.most = report.most.max(cost);
            }
            Err(_) => {
                report.crash = Some(tell(target, &input)?);
                break;
            }
        }
    }
    *watched.lock().unwrap_or_else(PoisonError::into_inner) = None;
    Ok(report)
}

/// Keeps and prints the input at which a target failed.
pub fn tell(target: &Target, input: &[u8]) -> io::Result<PathBuf> {
    let path = corpus::keep_crash(target, input)?;
    eprintln!("{} fails at \"{}\"", target.name, input.escape_ascii());
    eprintln!("kept as {}", path.display());
    Ok(path)
}

type Watched = Arc<Mutex<Option<(Instant, Vec<u8>)>>>;

/// Ends the process over an input that never ends.
fn watch(target: &'static Target) -> Watched {
    let watched = Watched::default();
    let watching = Arc::downgrade(&watched);
    std::thread::spawn(move || {
        while let Some(watched) = watching.upgrade() {
            let guard = watched.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((since, input)) = guard.as_ref()
                && since.elapsed() > ENDLESS
            {
                eprintln!("{} does not come to an end", target.name);
                let _ = tell(target, input);
                std::process::exit(1);
            }
            drop(guard);
            drop(watched);
            std::thread::park_timeout(Duration::from_secs(1));
        }
    });
    watched
}
