//! Histories at random: tabs come, go, hang and wake while people write in them.

use super::browser::Browser;
use super::told::acknowledged;
use std::collections::BTreeMap;
use zajil_api::CommandId;
use zajil_worker::tabs::Means;

/// A small generator: the same seed, the same history.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[test]
fn whatever_tabs_do_nothing_is_lost_doubled_or_shown_without_being_kept() {
    for seed in 1..=150 {
        history(seed);
    }
}

fn history(seed: u64) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut browser = Browser::new(Means::Locks);
    let mut open: Vec<usize> = Vec::new();
    let mut wrote: BTreeMap<usize, Vec<CommandId>> = BTreeMap::new();
    let mut heard: BTreeMap<CommandId, usize> = BTreeMap::new();
    let mut next = 1;
    for _ in 0..60 {
        let any = |dice: &mut Dice, open: &[usize]| open[dice.roll(open.len() as u64) as usize];
        match dice.roll(10) {
            0 | 1 if open.len() < 5 => {
                browser.open(next);
                open.push(next);
                next += 1;
            }
            2 if !open.is_empty() => {
                let gone = any(&mut dice, &open);
                listen(&mut browser, gone, &wrote, &mut heard);
                // What it had not been told of may be kept or not: nobody was promised it.
                browser.close(gone);
                open.retain(|tab| *tab != gone);
                wrote.remove(&gone);
            }
            3 if !open.is_empty() => {
                let tab = any(&mut dice, &open);
                browser.hang(tab);
            }
            4 | 5 if !open.is_empty() => {
                let tab = any(&mut dice, &open);
                browser.wake(tab);
            }
            6..=8 if !open.is_empty() => {
                let tab = any(&mut dice, &open);
                let id = browser.send(tab, "text");
                wrote.entry(tab).or_default().push(id);
            }
            _ => browser.pass(dice.roll(2_500)),
        }
        for tab in &open {
            listen(&mut browser, *tab, &wrote, &mut heard);
        }
    }
    for tab in &open {
        browser.wake(*tab);
    }
    browser.pass(40_000);
    for tab in &open {
        listen(&mut browser, *tab, &wrote, &mut heard);
    }

    let kept: Vec<CommandId> = browser.disk.texts.iter().map(|(id, _)| *id).collect();
    for id in wrote.values().flatten() {
        assert!(kept.contains(id), "seed {seed}: {id:?} was never kept");
        assert!(heard.contains_key(id), "seed {seed}: its tab never heard of {id:?}");
    }
    for id in heard.keys() {
        assert_eq!(kept.iter().filter(|it| *it == id).count(), 1, "seed {seed}: {id:?}");
    }
    for ids in wrote.values() {
        let places: Vec<_> = ids.iter().map(|id| kept.iter().position(|it| it == id)).collect();
        assert!(places.is_sorted(), "seed {seed}: one tab's texts are out of order");
    }
    assert_eq!(browser.leads().len(), usize::from(!open.is_empty()), "seed {seed}");
}

/// Notes what the tab was told of its own texts, which must be on the disk by then.
fn listen(
    browser: &mut Browser,
    tab: usize,
    wrote: &BTreeMap<usize, Vec<CommandId>>,
    heard: &mut BTreeMap<CommandId, usize>,
) {
    let told = browser.told(tab);
    for id in wrote.get(&tab).into_iter().flatten() {
        let times = acknowledged(&told, *id);
        if times > 0 {
            assert!(browser.disk.texts.iter().any(|(kept, _)| kept == id), "{id:?}");
            *heard.entry(*id).or_default() += times;
        }
    }
}
