//! The simulator's own test: bugs planted on purpose, each of which it has to find, and by the
//! harm that it does.

use crate::draw::draw;
use crate::history::History;
use crate::run::{Mode, run};
use crate::verdict::Rule;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use zajil_core::mutant::Mutant;

/// What suffers where messages, or the links to them, get lost or stuck on their way.
const LOST: &[Rule] = &[Rule::Arrives, Rule::Prompt, Rule::Leaves, Rule::Meets];
/// …and where the other is to ask for them.
const NOT_MENDED: &[Rule] = &[Rule::Arrives, Rule::Prompt, Rule::Meets, Rule::Gaps, Rule::Closes];

/// The rules that a bug breaks by what it does. Another may break because everything came at
/// another time: that is no catch.
pub fn harms(mutant: Mutant) -> &'static [Rule] {
    match mutant {
        Mutant::SkipRatchetSave => &[Rule::Opens, Rule::Keys],
        // A leaf that is renewed at each start keeps these from using a key twice.
        Mutant::SaveRatchetLate => &[Rule::Opens, Rule::Keys],
        Mutant::SaveRatchetLateKeepLeaf | Mutant::SkipFence | Mutant::KeepLeaf => &[Rule::Keys],
        Mutant::SkipMessageSave => &[Rule::Keeps],
        // What was shown and is gone is missing on both sides.
        Mutant::SendBeforeSave | Mutant::LeadWithoutLock => {
            &[Rule::Keeps, Rule::Arrives, Rule::Prompt, Rule::Keys, Rule::Once, Rule::Confirmed]
        }
        Mutant::TrustOk => &[Rule::Held, Rule::Arrives, Rule::Prompt],
        Mutant::SaveAndKeepQuiet => &[Rule::Arrives, Rule::Prompt, Rule::Confirmed],
        Mutant::SkipQueueSave => &[Rule::Leaves],
        Mutant::SkipOutboxSave
        | Mutant::ForgetAtFirstOk
        | Mutant::DropInsteadOfRetry
        | Mutant::NeverReconnect
        | Mutant::ReadOnce
        | Mutant::AskOnce
        | Mutant::IgnoreAuth
        | Mutant::WaitForAll
        | Mutant::WriteToOne
        | Mutant::ReadFromOne
        | Mutant::ClockStandsStill
        | Mutant::KeepClaim
        | Mutant::NoProbe
        | Mutant::WriteToFirstGroup
        | Mutant::ForgetWelcome => LOST,
        Mutant::FirstPageOnly
        | Mutant::ForgetCount
        | Mutant::NoAnswerToAgain
        | Mutant::AcceptForgedId
        | Mutant::NoOverlap
        | Mutant::DoNotPark
        | Mutant::CompareOnce
        | Mutant::GapsByClock
        | Mutant::CopiesByClock
        | Mutant::FirstCommitWins
        | Mutant::KeepUnread => NOT_MENDED,
        // Two messages have one number.
        Mutant::CountTwice => &[Rule::Arrives, Rule::Prompt, Rule::Gaps, Rule::Closes],
        Mutant::PlaceByArrival => &[Rule::Order],
        Mutant::HideGaps => &[Rule::Gaps],
        Mutant::CommitAtOnce => &[Rule::Published],
        Mutant::SendWithdrawn | Mutant::KeepQueued => &[Rule::Back, Rule::NotSent],
        Mutant::ForgetDone => &[Rule::Once],
    }
}

/// What is planted already in the histories that a bug is held against.
fn beneath(mutant: Mutant) -> Option<Mutant> {
    (mutant == Mutant::SaveRatchetLateKeepLeaf).then_some(Mutant::KeepLeaf)
}

/// A history written for a bug that hardly any seed shows, since something else mends what it does
/// nearly everywhere.
fn written(mutant: Mutant) -> Option<&'static str> {
    match mutant {
        Mutant::FirstPageOnly => Some(include_str!("first_page_only.txt")),
        Mutant::AcceptForgedId => Some(include_str!("accept_forged_id.txt")),
        Mutant::CopiesByClock => Some(include_str!("copies_by_clock.txt")),
        Mutant::ForgetWelcome => Some(include_str!("forget_welcome.txt")),
        _ => None,
    }
}

/// How a bug was found.
#[derive(Clone, Debug)]
pub struct Catch {
    /// `None` where the history was written for it.
    pub seed: Option<u64>,
    pub rule: Rule,
    pub detail: String,
}

/// What became of one bug.
#[derive(Clone, Debug, Default)]
pub struct Hunt {
    pub histories: u64,
    pub catch: Option<Catch>,
    /// Rules broken that are none of the bug's: the first time for each, lowest seed first.
    pub beside: Vec<Catch>,
}

/// Runs the history that was written for it, or seeds from 0, with the bug in place until it shows
/// in the way it should; `most` seeds at most.
pub fn hunt(mutant: Mutant, most: u64, jobs: usize, mode: &Mode) -> Hunt {
    if let Some(text) = written(mutant) {
        let (catch, beside) = text.parse().map_or((None, None), |it| look(mutant, None, &it, mode));
        return Hunt { histories: 1, catch, beside: beside.into_iter().collect() };
    }
    let next = AtomicU64::new(0);
    let found = AtomicBool::new(false);
    let hunt = Mutex::new(Hunt::default());
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                while !found.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= most {
                        break;
                    }
                    let (catch, beside) = look(mutant, Some(seed), &draw(seed), mode);
                    found.fetch_or(catch.is_some(), Ordering::Relaxed);
                    let Ok(mut hunt) = hunt.lock() else { break };
                    hunt.beside.extend(beside);
                    if let Some(catch) = catch
                        && hunt.catch.as_ref().is_none_or(|earlier| earlier.seed > Some(seed))
                    {
                        hunt.catch = Some(catch);
                    }
                }
            });
        }
    });
    let mut hunt = hunt.into_inner().unwrap_or_default();
    hunt.histories = next.into_inner().min(most);
    hunt.beside.sort_by_key(|beside| (beside.rule, beside.seed));
    hunt.beside.dedup_by_key(|beside| beside.rule);
    hunt.beside.sort_by_key(|beside| beside.seed);
    hunt
}

/// One history with the bug: what was wrong as it should be, and what else was.
fn look(
    mutant: Mutant,
    seed: Option<u64>,
    history: &History,
    mode: &Mode,
) -> (Option<Catch>, Option<Catch>) {
    let with = Mode { planted: Some(mutant), ..mode.clone() };
    let broken = |mode: &Mode| {
        let broken = run(history, mode).broken;
        broken.map(|(rule, detail)| Catch { seed, rule, detail })
    };
    let Some(first) = broken(&with) else { return (None, None) };
    // What goes wrong anyway proves nothing about the bug.
    if broken(&Mode { planted: beneath(mutant), ..mode.clone() }).is_some() {
        return (None, None);
    }
    let is_harm = |catch: &Catch| harms(mutant).contains(&catch.rule);
    if is_harm(&first) {
        return (Some(first), None);
    }
    // Its harm may come later, or be hidden by what came first. What never rests takes too long.
    let others = Rule::ALL.into_iter().filter(|rule| !harms(mutant).contains(rule));
    let others = others.filter(|rule| *rule != Rule::Rest);
    let waived = others.chain(mode.waived.iter().copied()).collect();
    (broken(&Mode { waived, ..with.clone() }).filter(is_harm), Some(first))
}

pub fn all() -> &'static [Mutant] {
    Mutant::ALL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_for_a_bug_can_be_read() {
        let written: Vec<_> = all().iter().filter_map(|mutant| written(*mutant)).collect();
        assert_eq!(written.len(), 4);
        for text in written {
            assert!(text.parse::<History>().is_ok_and(|history| !history.actions.is_empty()));
        }
    }
}
