//! Two devices that go on from one disk at the same time, as no fence of one browser can prevent.

#![allow(clippy::unwrap_used, reason = "tests: what cannot be shall end the test")]

use zajil_core::mutant::Mutant;
use zajil_sim::history::History;
use zajil_sim::run::{Mode, run};
use zajil_sim::verdict::Rule;

/// November 2026, in milliseconds.
const START: u64 = 1_795_992_343_000;
const HISTORIES: u64 = 12;

/// P0 and P1 write to each other; P2 goes on from P0's disk, and all three write on. Each history
/// has another pause between them, and closes either device at another moment.
fn history(number: u64) -> Option<History> {
    let mut text = format!("history {number} people 3 relays 2 honest 0 page 20 ");
    text += "compares 3 turn 0\n20.000 meet 0 1\n60.000 send 0 1\n65.000 send 1 0\n";
    text += "90.000 clone 2 0\n";
    for round in 0..12 {
        let at = 90_000 + number * 137 + round * (300 + number * 700);
        let mut put = |after: u64, action: &str| {
            let at = at + after;
            text += &format!("{}.{:03} {action}\n", at / 1000, at % 1000);
        };
        put(0, "send 0 1");
        put(0, "send 2 1");
        put(40, if round % 2 == 0 { "send 1 0" } else { "send 1 2" });
        if round == number % 12 {
            put(50, "away 0 1.000");
        }
        if round == (number + 5) % 12 {
            put(60, "away 2 1.000");
        }
    }
    text.parse().ok()
}

/// What of the keys or of sound state was broken, by history.
fn broken(planted: Option<Mutant>) -> Vec<(u64, Rule, String)> {
    let judged = [Rule::Keys, Rule::Published, Rule::Opens, Rule::Sound, Rule::Panics];
    let waived: Vec<Rule> = Rule::ALL.into_iter().filter(|rule| !judged.contains(rule)).collect();
    let mode = Mode { start: START, waived, planted, ..Mode::default() };
    let found = (0..HISTORIES).map(|number| {
        let outcome = run(&history(number).unwrap(), &mode);
        let written = outcome.messages;
        assert!(outcome.broken.is_some() || written > 20, "{written} messages in {number}");
        outcome.broken.map(|(rule, detail)| (number, rule, detail))
    });
    found.flatten().collect()
}

#[test]
fn two_devices_that_go_on_from_one_disk_use_no_key_twice() {
    assert_eq!(broken(None), []);
}

#[test]
fn with_the_keys_of_an_earlier_start_they_would() {
    let found = broken(Some(Mutant::KeepLeaf));
    assert!(found.iter().any(|(_, rule, _)| *rule == Rule::Keys), "{found:?}");
}
