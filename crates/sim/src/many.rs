//! Histories by the thousand, on several threads.

use crate::draw::draw;
use crate::run::{Mode, Outcome, run};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What became of many histories.
#[derive(Default)]
pub struct Sum {
    pub histories: u64,
    pub messages: u64,
    pub frames: u64,
    /// Virtual milliseconds.
    pub lasted: u64,
    /// Seeds with what was wrong, lowest first.
    pub broken: Vec<(u64, Outcome)>,
}

/// Runs the seeds `from` to `from + count` on `jobs` threads; stops early after `most` that
/// went wrong. `told` hears of each history, with all so far.
pub fn run_many(
    from: u64,
    count: u64,
    jobs: usize,
    mode: &Mode,
    most: usize,
    told: impl Fn(u64, &Outcome, &Sum) + Sync,
) -> Sum {
    let next = AtomicU64::new(from);
    let enough = AtomicBool::new(false);
    let sum = Mutex::new(Sum::default());
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                while !enough.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + count {
                        break;
                    }
                    let outcome = run(&draw(seed), mode);
                    let Ok(mut sum) = sum.lock() else { break };
                    sum.histories += 1;
                    sum.messages += outcome.messages as u64;
                    sum.frames += outcome.frames;
                    sum.lasted += outcome.lasted;
                    told(seed, &outcome, &sum);
                    if outcome.broken.is_some() {
                        sum.broken.push((seed, outcome));
                        enough.fetch_or(sum.broken.len() >= most, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let mut sum = sum.into_inner().unwrap_or_default();
    sum.broken.sort_by_key(|(seed, _)| *seed);
    sum
}
