//! The long run: one target under libFuzzer, guided by the coverage of the code.
//!
//! `cargo xtask fuzz` builds it with the instrumentation that this needs, which the
//! stable compiler has, and names the target in `ZAJIL_FUZZ_TARGET`.

#![no_main]

use std::sync::LazyLock;
use zajil_fuzz::{TARGETS, Target, ceiling};

static TARGET: LazyLock<&'static Target> = LazyLock::new(|| {
    let name = std::env::var("ZAJIL_FUZZ_TARGET").unwrap_or_default();
    TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| {
        eprintln!("ZAJIL_FUZZ_TARGET={name} names no target");
        std::process::exit(1)
    })
});

libfuzzer_sys::fuzz_target!(init: LazyLock::force(&TARGET), |input: &[u8]| {
    ceiling::run(&TARGET, input);
});
