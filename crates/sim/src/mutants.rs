//! The simulator's own test: bugs planted on purpose, each of which it has to find.

use crate::draw::draw;
use crate::run::{Mode, run};
use crate::verdict::Rule;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use zajil_core::mutant::Mutant;

/// How a bug was found.
#[derive(Clone, Debug)]
pub struct Catch {
    pub seed: u64,
    pub rule: Rule,
    pub detail: String,
}

/// What became of one bug.
#[derive(Clone, Debug)]
pub struct Hunt {
    pub mutant: Mutant,
    pub histories: u64,
    pub catch: Option<Catch>,
}

/// Runs seeds from 0 with the bug in place until it shows, `most` of them at most.
pub fn hunt(mutant: Mutant, most: u64, jobs: usize, mode: &Mode) -> Hunt {
    let next = AtomicU64::new(0);
    let found = AtomicBool::new(false);
    let catch: Mutex<Option<Catch>> = Mutex::new(None);
    let with = Mode { planted: Some(mutant), ..mode.clone() };
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                while !found.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= most {
                        break;
                    }
                    let history = draw(seed);
                    let Some((rule, detail)) = run(&history, &with).broken else { continue };
                    // What goes wrong anyway proves nothing about the bug.
                    if run(&history, mode).broken.is_some() {
                        continue;
                    }
                    found.store(true, Ordering::Relaxed);
                    let Ok(mut catch) = catch.lock() else { break };
                    if catch.as_ref().is_none_or(|earlier| earlier.seed > seed) {
                        *catch = Some(Catch { seed, rule, detail });
                    }
                }
            });
        }
    });
    let histories = next.into_inner().min(most);
    Hunt { mutant, histories, catch: catch.into_inner().unwrap_or_default() }
}

pub fn all() -> &'static [Mutant] {
    Mutant::ALL
}
