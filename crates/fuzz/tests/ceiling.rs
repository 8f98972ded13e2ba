//! An input that costs too much fails its target. One test, because memory is counted
//! for the whole process.

use cpu_time::ThreadTime;
use std::time::Duration;
use zajil_fuzz::ceiling::{MOST_MEMORY, MOST_MEMORY_A_BYTE, MOST_TIME, run};
use zajil_fuzz::{Outcome, Target};

fn failed(run_target: fn(&[u8]) -> Outcome) -> bool {
    let target = Target { name: "test", what: "", run: run_target, seeds: Vec::new };
    std::panic::catch_unwind(|| run(&target, b"input")).is_err()
}

#[test]
fn what_is_slow_or_greedy_fails_and_what_is_neither_passes() {
    assert!(!failed(|_| Outcome::Read));
    assert!(failed(|_| {
        let start = ThreadTime::now();
        while start.elapsed() < MOST_TIME + Duration::from_millis(1) {}
        Outcome::Read
    }));
    assert!(failed(|_| {
        std::hint::black_box(vec![1u8; MOST_MEMORY + 6 * MOST_MEMORY_A_BYTE]);
        Outcome::Read
    }));
}
