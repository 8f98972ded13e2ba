//! What one input may cost.
//!
//! A parser that is quick for what people send and slow for what somebody crafted is
//! a way to stop a device; so is one that believes a length it was told.

use crate::{Outcome, Target};
use cpu_time::ThreadTime;
use peak_alloc::PeakAlloc;
use std::time::Duration;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Processor time, not time on the clock: a busy machine is no slow parser.
pub const MOST_TIME: Duration = Duration::from_millis(100);

/// Bytes held at once beyond those held before, for an input of no length.
pub const MOST_MEMORY: usize = 8 << 20;

/// The same for every byte of the input.
pub const MOST_MEMORY_A_BYTE: usize = 64;

/// What one input did cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub time: Duration,
    pub memory: usize,
}

impl Cost {
    pub fn max(self, other: Self) -> Self {
        Self { time: self.time.max(other.time), memory: self.memory.max(other.memory) }
    }
}

/// Runs one input. Panics if it costs more than it may; memory is the whole process's,
/// so nothing else may be running.
pub fn run(target: &Target, input: &[u8]) -> (Outcome, Cost) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let start = ThreadTime::now();
    let outcome = (target.run)(input);
    let mut time = start.elapsed();
    let memory = MEMORY.peak_usage().saturating_sub(before);
    // What is made once, at the first input, is not this input's cost.
    if time > MOST_TIME {
        let again = ThreadTime::now();
        (target.run)(input);
        time = again.elapsed();
    }
    assert!(time <= MOST_TIME, "{time:?} for {} bytes", input.len());
    let most = MOST_MEMORY + input.len() * MOST_MEMORY_A_BYTE;
    assert!(memory <= most, "{memory} bytes of memory for {} bytes", input.len());
    (outcome, Cost { time, memory })
}
