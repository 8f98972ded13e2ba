//! A crowd that lost its relay does not come back as one: ten thousand devices, one relay,
//! an outage, and how many knock in each second after it.
//!
//! Of outages from a minute on. After one of a few seconds most are back at the first try,
//! within a second or two, and only a few come later: quick, and not even.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests"
)]

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use zajil_core::engine::Timestamp;
use zajil_core::relay::{Action, Link, Network};

const DEVICES: usize = 10_000;
const MINUTE: u64 = 60_000;

/// What a relay that is down does with whoever knocks.
#[derive(Clone, Copy, PartialEq)]
enum Down {
    /// Refuses at once.
    Refuses,
    /// Lets them wait until they give up.
    Hangs,
}

/// The attempts of all devices, in milliseconds after the relay came back.
struct Crowd {
    links: Vec<Link>,
    due: BinaryHeap<Reverse<(u64, usize)>>,
    rng: ChaCha20Rng,
    down: Down,
}

impl Crowd {
    /// All were connected for long; then the relay goes, within a second.
    fn cut_off(down: Down) -> Self {
        let mut rng = ChaCha20Rng::from_seed([11; 32]);
        let start = MINUTE;
        let mut due = BinaryHeap::new();
        let links = (0..DEVICES).map(|device| {
            let mut link = Link::connecting(Timestamp(0));
            link.opened(Timestamp(0));
            let at = Timestamp(start + rng.next_u64() % 1_000);
            link.closed(at, Network::Online, &mut rng);
            due.push(Reverse((link.next_timeout().unwrap().0, device)));
            link
        });
        Self { links: links.collect(), due, rng, down }
    }

    /// Runs until all are back, after an outage of so long.
    fn come_back_after(mut self, outage: u64) -> Vec<u64> {
        let up_at = MINUTE + outage;
        let mut attempts = Vec::new();
        while let Some(Reverse((at, device))) = self.due.pop() {
            let (now, link) = (Timestamp(at), &mut self.links[device]);
            if link.timed_out(now, Network::Online, &mut self.rng) == Some(Action::Connect) {
                if at >= up_at {
                    attempts.push(at - up_at);
                    continue;
                }
                if self.down == Down::Refuses {
                    link.closed(now, Network::Online, &mut self.rng);
                }
            }
            self.due.push(Reverse((link.next_timeout().unwrap().0, device)));
        }
        attempts
    }
}

/// The busiest of equal parts of the time until all were back, and the mean of them.
fn peak_and_mean(attempts: &[u64], part_ms: u64) -> (f64, f64) {
    let mut parts =
        vec![0u32; usize::try_from(attempts.iter().max().unwrap() / part_ms).unwrap() + 1];
    attempts.iter().for_each(|at| parts[usize::try_from(at / part_ms).unwrap()] += 1);
    let peak = parts.iter().max().unwrap();
    (f64::from(*peak), attempts.len() as f64 / parts.len() as f64)
}

#[test]
fn after_an_outage_the_peak_of_reconnections_is_at_most_three_times_the_mean() {
    for (name, down, outage) in [
        ("1 minute, refusing", Down::Refuses, MINUTE),
        ("2 minutes, refusing", Down::Refuses, 2 * MINUTE),
        ("5 minutes, refusing", Down::Refuses, 5 * MINUTE),
        ("15 minutes, refusing", Down::Refuses, 15 * MINUTE),
        ("6 hours, refusing", Down::Refuses, 360 * MINUTE),
        ("5 minutes, hanging", Down::Hangs, 5 * MINUTE),
        ("6 hours, hanging", Down::Hangs, 360 * MINUTE),
    ] {
        let attempts = Crowd::cut_off(down).come_back_after(outage);
        assert_eq!(attempts.len(), DEVICES, "all come back, each with one attempt");
        let (peak, mean) = peak_and_mean(&attempts, 1_000);
        println!("{name}: {peak} in the busiest second, {mean:.0} in the mean, {:.2}", peak / mean);
        assert!(peak <= 3.0 * mean, "{name}: {peak} to {mean}");
    }
}

#[test]
fn a_crowd_whose_network_comes_back_at_once_is_spread_over_half_a_second() {
    let mut crowd = Crowd::cut_off(Down::Refuses);
    let now = Timestamp(10 * MINUTE);
    let mut attempts = Vec::new();
    for link in &mut crowd.links {
        (0..10).for_each(|_| link.closed(now, Network::Offline, &mut crowd.rng));
        assert_eq!(link.hurry(now, &mut crowd.rng), None);
        attempts.push(link.next_timeout().unwrap().0 - now.0);
    }
    assert!(attempts.iter().all(|at| *at < 500));
    let (peak, mean) = peak_and_mean(&attempts, 50);
    println!("online: {peak} in the busiest 50 ms, {mean:.0} in the mean");
    assert!(peak <= 1.5 * mean, "{peak} to {mean}");
}
