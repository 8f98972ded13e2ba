//! What is known to be missing: found again, asked for, and said.
//!
//! The other counts their messages, so that a missing one is noticed by the next message or
//! receipt. It gets a little time, for servers hand out in any order; then all of the chat's
//! servers are searched, then the author is asked, ever more patiently. Until it comes, the
//! chat shows how many are missing, and why.

use super::chat::Chat;
use super::error::EngineError;
use super::heard::{LOST, NEWER};
use super::record::{ChatKey, MissingRow, Purpose};
use super::unread::Waiting;
use super::{Engine, Timestamp};
use crate::envelope::{Count, Counts, EnvelopeError, InnerKind, MAX_RANGES, Void};
use crate::mls::MlsError;
use crate::mutant::{self, Mutant};
use crate::sorted::SortedSet;
use crate::time::doubled;
use zajil_api::{Gap, GapCause, Place, UnixTime};

/// Younger than this a gap is just a matter of order.
const GRACE_SECONDS: u64 = 5;
/// Older than this the author is asked, for the first time and then again…
const ASK_SECONDS: u64 = 15;
const ASK_AGAIN_SECONDS: u64 = 15;
const LONGEST_PATIENCE_SECONDS: u64 = 86_400;
/// …but not more patiently than this, where they were heard of since.
const PATIENCE_WITH_THE_PRESENT_SECONDS: u64 = 600;
/// Whoever said nothing for so long was not there.
const SILENCE_MS: u64 = 60_000;
/// What could not be opened explains a gap that was there by then, or was noticed so soon after.
const EXPLAINS_SECONDS: u64 = 600;
/// Gaps that people are shown one by one.
const MAX_SHOWN: usize = 32;
/// A search goes back so far behind the message after the gap.
const SEARCH_BACK_SECONDS: u64 = 3 * 86_400;

impl Engine {
    /// The other says how many messages there are.
    pub(super) fn heard_of(&mut self, key: ChatKey, last: Count) {
        if mutant::active(Mutant::ForgetCount) {
            return;
        }
        let now = self.unix_now();
        let heard = self.chats.get_mut(&key).and_then(|chat| chat.heard_mut(last.run));
        if let Some(heard) = heard.filter(|heard| heard.total < last.number) {
            heard.miss(last.number, Place::END, now);
            self.chat_changed(key);
            self.gaps_due(key);
        }
    }

    /// The other wrote something that counts, and that only a newer version reads.
    pub(super) fn note_newer(&mut self, key: ChatKey, count: Count) {
        let now = self.unix_now();
        let heard = self.chats.get_mut(&key).and_then(|chat| chat.heard_mut(count.run));
        if let Some(heard) = heard {
            heard.newer(count.number, now);
            self.chat_changed(key);
            self.gaps_due(key);
        }
    }

    pub(super) fn handle_void(&mut self, key: ChatKey, why: Void, of: &[Counts]) {
        let now = self.unix_now();
        let Some(chat) = self.chats.get_mut(&key) else { return };
        for range in of {
            let Some(heard) = chat.heard_mut(range.run) else { continue };
            match why {
                Void::Withdrawn => heard.give_up(range.first, range.last, now),
                Void::Lost => heard.lose(range.first, range.last),
            }
        }
        self.chat_changed(key);
        self.gaps_due(key);
    }

    /// The other said something: what they were asked for in a silence, they may be asked for
    /// sooner.
    pub(super) fn other_is_there(&mut self, key: ChatKey) {
        let (now, unix) = (self.now, self.unix_now());
        let Some(chat) = self.chats.get_mut(&key) else { return };
        let was_asked = chat.was_asked_in_silence(now, unix);
        let before = chat.heard_at.replace(now);
        if was_asked || before.is_none_or(|at| at.0 + SILENCE_MS <= now.0) {
            self.gaps_due(key);
        }
    }

    /// Looks after the chat's gaps, soon.
    pub(super) fn gaps_due(&mut self, key: ChatKey) {
        let now = self.now;
        if let Some(chat) = self.chats.get_mut(&key) {
            chat.gaps_due_at = Some(now);
        }
    }

    pub(super) fn look_after_gaps(&mut self) {
        let now = self.now;
        let due = self.chats.values().filter(|chat| chat.gaps_due_at.is_some_and(|at| at <= now));
        let due: Vec<ChatKey> = due.map(|chat| chat.row.key).collect();
        for key in due {
            self.look_after_gaps_of(key);
        }
    }

    fn look_after_gaps_of(&mut self, key: ChatKey) {
        let retry_in = self.retry_out_of_reach(key);
        let (now, unix) = (self.now, self.unix_now());
        let waiting = self.waiting_for_keys(key);
        let Some(chat) = self.chats.get(&key) else { return };
        let heard_at = chat.last_heard(now, unix);
        let may_ask = chat.has_question(unix, heard_at) && self.may_write(key);
        let Some(chat) = self.chats.get_mut(&key) else { return };
        let step = chat.next_step(unix, heard_at, may_ask);
        let again_in = step.again_at.map(|at| at.0.saturating_sub(unix.0).max(1) * 1000);
        let again_in = again_in.into_iter().chain(retry_in).min();
        let gaps = chat.shown_gaps(unix, waiting);
        chat.gaps_due_at = again_in.map(|wait| Timestamp(now.0 + wait));
        let changed = chat.gaps != gaps;
        chat.gaps = gaps;
        if let Some(waiting) = waiting {
            self.look_after_keys(key, waiting);
        }
        if changed {
            self.chat_changed(key);
        }
        if let Some(from) = step.search {
            self.search_chat(key, from);
        }
        if !step.ask.is_empty() {
            self.chat_changed(key);
            let asked = self.send_kind(key, &InnerKind::Again(step.ask), Purpose::Other);
            self.note("asking for what is missing", asked);
        }
        if self.chats.get(&key).is_some_and(|chat| chat.was_asked_in_silence(now, unix)) {
            self.seek_reader(key);
        }
    }

    /// Remembers why an event of the chat was of no use: it may explain a gap.
    pub(super) fn explain(&mut self, key: ChatKey, error: &EngineError) {
        let cause = match error {
            EngineError::Envelope(EnvelopeError::Mls(MlsError::TooOld | MlsError::PastEpoch)) => {
                GapCause::KeyGone
            }
            EngineError::Envelope(EnvelopeError::Mls(MlsError::Peer { .. })) => GapCause::Damaged,
            EngineError::Envelope(EnvelopeError::Encoding(_)) => GapCause::Newer,
            _ => return,
        };
        let now = self.unix_now();
        if let Some(chat) = self.chats.get_mut(&key) {
            chat.failed = Some((cause, now));
        }
    }
}

/// What to do about a chat's gaps now.
#[derive(Default)]
struct NextStep {
    search: Option<UnixTime>,
    ask: Vec<Counts>,
    again_at: Option<UnixTime>,
}

impl Chat {
    /// Whether the other is to be asked for something now.
    fn has_question(&self, now: UnixTime, heard_at: UnixTime) -> bool {
        let mut missing = self.row.heard.iter().flat_map(|heard| &heard.missing);
        missing.any(|row| row.is_asked_for() && next_ask(row, heard_at) <= now.0)
    }

    /// Whether the other was asked for something since they were heard of last.
    pub fn was_asked_in_silence(&self, now: Timestamp, unix: UnixTime) -> bool {
        let heard_at = self.last_heard(now, unix);
        let mut missing = self.row.heard.iter().flat_map(|heard| &heard.missing);
        let is_unheard = |row: &MissingRow| row.is_asked_for() && row.asked_at > heard_at;
        self.unread.waits_for(self.heard_at) || missing.any(is_unheard)
    }

    /// When the other was heard of last, since this start; to the second, and never too early.
    fn last_heard(&self, now: Timestamp, unix: UnixTime) -> UnixTime {
        let since = self.heard_at.map_or(u64::MAX, |at| now.0.saturating_sub(at.0) / 1000);
        UnixTime(unix.0.saturating_sub(since))
    }

    fn next_step(&mut self, now: UnixTime, heard_at: UnixTime, may_ask: bool) -> NextStep {
        let mut step = NextStep::default();
        let mut again_at = |at: u64| {
            let at = UnixTime(at.max(now.0 + 1));
            step.again_at = Some(step.again_at.map_or(at, |other| other.min(at)));
        };
        for heard in &mut self.row.heard {
            let run = heard.run;
            for row in &mut heard.missing {
                // The clock may have been set back since.
                let latest = if mutant::active(Mutant::GapsByClock) { Place::END.at } else { now };
                (row.since, row.asked_at) = (row.since.min(latest), row.asked_at.min(latest));
                let age = now.0.saturating_sub(row.since.0);
                if age < GRACE_SECONDS {
                    again_at(row.since.0 + GRACE_SECONDS);
                    continue;
                }
                if !row.is_asked_for() {
                    continue;
                }
                if !self.searched.contains(&(run, row.to)) {
                    self.searched.insert((run, row.to));
                    let behind = if row.before == Place::END { now } else { row.before.at };
                    let from = UnixTime(behind.0.saturating_sub(SEARCH_BACK_SECONDS));
                    step.search = Some(step.search.map_or(from, |other| other.min(from)));
                }
                let ask_at = next_ask(row, heard_at);
                if now.0 < ask_at {
                    again_at(ask_at);
                } else if !may_ask {
                    again_at(now.0 + GRACE_SECONDS);
                } else if step.ask.len() < MAX_RANGES {
                    row.asks = (row.asks + 1).min(NEWER - 1);
                    row.asked_at = now;
                    step.ask.push(Counts { run, first: row.from, last: row.to });
                    again_at(next_ask(row, heard_at));
                }
            }
        }
        self.forget_closed();
        step
    }

    /// What is not missing any more needs no memory of a search for it.
    fn forget_closed(&mut self) {
        let rows = self
            .row
            .heard
            .iter()
            .flat_map(|heard| heard.missing.iter().map(|row| (heard.run, row.to)));
        let missing: SortedSet<(u32, u64)> = rows.collect();
        self.searched.retain(|gap| missing.contains(gap));
    }

    fn shown_gaps(&self, now: UnixTime, waiting: Option<Waiting>) -> Vec<Gap> {
        if mutant::active(Mutant::HideGaps) {
            return Vec::new();
        }
        let rows = self.row.heard.iter().flat_map(|heard| &heard.missing);
        let old = rows.filter(|row| now.0.saturating_sub(row.since.0) >= GRACE_SECONDS);
        let mut gaps: Vec<Gap> = old
            .map(|row| Gap {
                before: row.before,
                count: u32::try_from(row.to - row.from + 1).unwrap_or(u32::MAX),
                cause: self.cause(row, waiting.is_some()),
                since: row.since,
            })
            .collect();
        if gaps.iter().all(|gap| gap.cause != GapCause::KeyOnTheWay) {
            gaps.extend(waiting.and_then(|waiting| waiting.to_gap(now)));
        }
        gaps.sort_by_key(|gap| gap.before);
        fold(&mut gaps, MAX_SHOWN);
        gaps
    }

    fn cause(&self, row: &MissingRow, parked: bool) -> GapCause {
        let explained = self.failed.filter(|(_, at)| at.0 + EXPLAINS_SECONDS >= row.since.0);
        match explained {
            _ if row.asks == LOST => GapCause::GivenUp,
            _ if row.asks == NEWER => GapCause::Newer,
            _ if parked => GapCause::KeyOnTheWay,
            Some((cause, _)) => cause,
            None => GapCause::NotHandedOut,
        }
    }
}

/// The oldest are told as one, where there are more than `most`.
fn fold(gaps: &mut Vec<Gap>, most: usize) {
    let surplus = gaps.len().saturating_sub(most);
    let folded: Vec<Gap> = gaps.drain(..surplus).collect();
    let Some(oldest) = gaps.first_mut() else { return };
    oldest.count = folded.iter().fold(oldest.count, |sum, gap| sum.saturating_add(gap.count));
    oldest.since = folded.iter().map(|gap| gap.since).fold(oldest.since, UnixTime::min);
}

fn next_ask(row: &MissingRow, heard_at: UnixTime) -> u64 {
    let Some(doublings) = row.asks.checked_sub(1) else { return row.since.0 + ASK_SECONDS };
    let longest = match heard_at >= row.asked_at {
        true => PATIENCE_WITH_THE_PRESENT_SECONDS,
        false => LONGEST_PATIENCE_SECONDS,
    };
    row.asked_at.0 + doubled(ASK_AGAIN_SECONDS, doublings, longest)
}

#[cfg(test)]
#[path = "gaps_tests.rs"]
mod tests;
