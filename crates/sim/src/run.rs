//! One history from beginning to end, and what was wrong in it.

use crate::faults::listen;
use crate::history::{Action, EVER, History, Timed};
use crate::ledger::Missing;
use crate::verdict::Rule;
use crate::world::World;
use std::panic::{AssertUnwindSafe, catch_unwind};
use zajil_core::mutant::{Mutant, plant};

const MINUTE: u64 = 60_000;
/// How long everything is given to heal.
const HEALING: u64 = 120 * MINUTE;
/// What is asked for again ever more patiently is not asked for often any more after that.
const SETTLING: u64 = 30 * MINUTE;
/// A last while in which nothing happens.
const QUIET: u64 = 10 * MINUTE;
/// What shows as missing after that is gone within so long.
const CLOSING: u64 = 60 * MINUTE;
/// What was acknowledged arrives within so long, where nothing is in its way. An engine rests a
/// quarter of an hour between two attempts at most; what was measured is below eight minutes.
const PROMPT: u64 = 20 * MINUTE;
/// Frames that each person may send each relay in it.
const QUIET_FRAMES: u64 = 300;

#[derive(Clone, Debug)]
pub struct Outcome {
    pub broken: Option<(Rule, String)>,
    /// Messages that were acknowledged to their authors.
    pub messages: usize,
    pub frames: u64,
    /// Virtual time, in milliseconds.
    pub lasted: u64,
}

/// How a history is run.
#[derive(Clone, Debug, Default)]
pub struct Mode {
    /// When it begins, in milliseconds since 1970: near now, because MLS asks the system how
    /// old a key package is.
    pub start: u64,
    /// Whether everything that happens is printed.
    pub trace: bool,
    /// Rules that are not looked at.
    pub waived: Vec<Rule>,
    /// The bug that is in the engines.
    pub planted: Option<Mutant>,
    /// Milliseconds within which what was acknowledged arrives where nothing is in its way,
    /// if that is not the usual.
    pub prompt: Option<u64>,
}

pub fn run(history: &History, mode: &Mode) -> Outcome {
    let start = mode.start;
    plant(mode.planted);
    let whole = || {
        let mut world = World::new(history, mode);
        live(&mut world, history, mode.prompt.unwrap_or(PROMPT));
        let messages = world.ledger.written.values().filter(|written| written.kept).count();
        let lasted = world.now - start;
        Outcome { broken: world.verdict.broken, messages, frames: world.frames, lasted }
    };
    let (outcome, faults) = listen(mode.trace, || catch_unwind(AssertUnwindSafe(whole)));
    let mut outcome = outcome.unwrap_or_else(|payload| {
        let words = payload.downcast_ref::<String>().cloned();
        let words = words.or_else(|| payload.downcast_ref::<&str>().map(|s| (*s).to_owned()));
        let broken = Some((Rule::Panics, words.unwrap_or_default()));
        Outcome { broken, messages: 0, frames: 0, lasted: 0 }
    });
    if let Some(fault) = faults.first().filter(|_| !mode.waived.contains(&Rule::Sound)) {
        outcome.broken.get_or_insert((Rule::Sound, fault.clone()));
    }
    outcome
}

fn live(world: &mut World, history: &History, within: u64) {
    let end = world.start + history.actions.iter().map(over).max().unwrap_or(0);
    while world.now < end && world.verdict.is_clean() {
        world.run_until((world.now + MINUTE).min(end));
        world.accept();
        gaps(world);
        receipts(world);
        prompt(world, within);
    }
    world.heal();
    let healed = world.now + HEALING;
    let mut step = MINUTE;
    while world.verdict.is_clean() && world.now < healed && !is_whole(world) {
        world.run_until(world.now + step);
        world.accept();
        gaps(world);
        receipts(world);
        prompt(world, within);
        step = (step * 2).min(10 * MINUTE);
    }
    // What a server makes up, or catches up with when it comes round, is not to the point.
    world.quieten();
    world.run_until(world.now + SETTLING);
    // How much a relay answers is up to the relay.
    let before = world.asked;
    world.run_until(world.now + QUIET);
    let most = QUIET_FRAMES * (history.people * history.relays) as u64;
    if world.asked - before > most {
        let frames = world.asked - before;
        world.verdict.note(Rule::Rest, format!("{frames} frames while nothing happened"));
    }
    // What was late may be shown as missing until the other has answered for it.
    let closed = world.now + CLOSING;
    while world.verdict.is_clean() && world.now < closed && !world.ledger.open_gaps().is_empty() {
        world.run_until(world.now + MINUTE);
    }
    if world.verdict.is_clean() {
        judge(world);
    }
}

/// When an action and what it began are over.
fn over(timed: &Timed) -> u64 {
    let span = match timed.action {
        Action::Fault { span, .. }
        | Action::Away { span, .. }
        | Action::Sleep { span, .. }
        | Action::Offline { span, .. }
        | Action::Adrift { span, .. }
        | Action::Full { span, .. } => span,
        Action::Crash { down, .. } => down,
        _ => 0,
    };
    timed.at + if span == EVER { 0 } else { span }
}

fn gaps(world: &mut World) {
    let first = unnamed(world);
    if !first.is_empty() {
        // A device that died between the disk and the screen, or went on from a copy, shows it
        // when it looks again.
        look(world);
        for (reader, author, _) in first {
            world.look_again(reader, author);
        }
        if let Some((reader, author, count)) = unnamed(world).first() {
            let detail = format!("P{reader} is not told that {count} of P{author}'s are missing");
            world.verdict.note(Rule::Gaps, detail);
        }
    }
}

/// Whoever confirmed a message has it.
fn receipts(world: &mut World) {
    // A page may show its reader more that is said to be with the other.
    for _ in 0..2 {
        for missing in world.ledger.unconfirmed() {
            world.look_again(missing.reader, missing.author);
        }
    }
    let is_there = |who: usize| world.people[who].engine.is_some() && !world.people[who].is_busy();
    let unconfirmed = world.ledger.unconfirmed();
    if let Some(missing) = unconfirmed.into_iter().find(|missing| is_there(missing.reader)) {
        let Missing { author, reader, texts } = missing;
        let detail = format!("P{author} is told that P{reader} has {texts:?}, who has not");
        world.verdict.note(Rule::Confirmed, detail);
    }
}

/// What nothing was in the way of has arrived.
fn prompt(world: &mut World, within: u64) {
    // A device that died between the disk and the screen shows it when it looks again.
    for missing in world.overdue(within) {
        world.look_again(missing.reader, missing.author);
    }
    if let Some(Missing { author, reader, texts }) = world.overdue(within).first() {
        let minutes = within / MINUTE;
        let detail = format!("P{reader} has not got {texts:?} of P{author} for {minutes} minutes");
        world.verdict.note(Rule::Prompt, detail);
    }
    if let Some((who, text)) = world.unposted(within) {
        let minutes = within / MINUTE;
        let detail = format!("{text:?} of P{who} is not on the honest relay for {minutes} minutes");
        world.verdict.note(Rule::Leaves, detail);
    }
}

fn unnamed(world: &mut World) -> Vec<(usize, usize, u64)> {
    let people = &world.people;
    let is_there = |who: usize| people[who].engine.is_some() && !people[who].is_busy();
    world.ledger.unnamed(world.now, is_there)
}

fn is_whole(world: &mut World) -> bool {
    if world.ledger.missing().is_empty() && world.ledger.unmet().is_empty() {
        return true;
    }
    look(world);
    world.ledger.missing().is_empty() && world.ledger.unmet().is_empty()
}

/// Everybody scrolls through what they may have missed.
fn look(world: &mut World) {
    for missing in world.ledger.missing() {
        world.look_again(missing.reader, missing.author);
    }
}

fn judge(world: &mut World) {
    for (a, b) in world.ledger.pairs() {
        for (who, with) in [(a, b), (b, a)] {
            let messages = world.scroll(who, with);
            world.ledger.stays(who, &messages);
        }
    }
    look(world);
    if let Some((who, of)) = world.ledger.unmet().first() {
        world.verdict.note(Rule::Meets, format!("P{who} and P{of} cannot write to each other"));
    }
    if let Some(missing) = world.ledger.missing().first() {
        let (author, reader, texts) = (missing.author, missing.reader, &missing.texts);
        let detail = format!("P{reader} has not got {texts:?} of P{author}");
        world.verdict.note(Rule::Arrives, detail);
    }
    if let Some((who, text)) = world.ledger.back_in_vain() {
        let detail = format!("P{who} was told that {text:?} is taken back, and it was read");
        world.verdict.note(Rule::Back, detail);
    }
    if let Some((reader, author)) = world.ledger.open_gaps().first() {
        let gaps = world.ledger.gaps(*reader, *author);
        let detail = format!("P{reader} is told for ever that P{author}'s are missing: {gaps:?}");
        world.verdict.note(Rule::Closes, detail);
    }
    for pair in world.ledger.pairs() {
        let (of_a, of_b) = (world.scroll(pair.0, pair.1), world.scroll(pair.1, pair.0));
        world.ledger.compare(pair, &of_a, &of_b, &mut world.verdict);
    }
}
