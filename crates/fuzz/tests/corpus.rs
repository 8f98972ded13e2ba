//! Every kept input, again. In one test, because what an input costs is counted for the
//! whole process.

use zajil_fuzz::{Outcome, TARGETS, ceiling, corpus};

#[test]
fn every_seed_is_read_and_no_kept_input_fails() {
    for target in TARGETS {
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        for seed in &seeds {
            let (outcome, _) = ceiling::run(target, seed);
            let shown = seed.escape_ascii();
            assert_eq!(outcome, Outcome::Read, "{} refuses \"{shown}\"", target.name);
        }
        for input in corpus::load(target).unwrap() {
            eprintln!("{} \"{}\"", target.name, input.escape_ascii());
            ceiling::run(target, &input);
        }
    }
    assert!(!corpus::dictionary().unwrap().is_empty());
}
