//! The author's side of a gap: what did not reach the other is sent again.

use super::history::Wanted;
use super::record::{ChatKey, MessageRow, Purpose};
use super::save::{MessagePart, message_key};
use super::{Engine, Timestamp};
use crate::envelope::{Count, Counts, InnerKind, MAX_RANGES, Void};
use crate::mutant::{self, Mutant};
use crate::nostr::EventId;
use crate::sorted::SortedMap;
use crate::store::{Order, Range, Row, Table};
use crate::time::doubled;
use zajil_api::{MessageState, Place, Stage};

/// Messages sent again for one question.
const MAX_AGAIN: usize = 100;
/// Questions answered: one in so long. The same number is answered half as often each time, which
/// is more often than anybody asks who got no answer.
const EVERY_MS: u64 = 5_000;
const LONGEST_PATIENCE_MS: u64 = 86_400_000;
/// Numbers answered in one start.
const MAX_ANSWERED: usize = 100_000;
/// Rows looked through at a time.
const ROWS: u32 = 600;

/// What the other asked for since this start.
#[derive(Debug, Default)]
pub(super) struct Asked {
    at: Option<Timestamp>,
    /// The store is being looked through.
    is_looking: bool,
    /// When each number was answered last, and how often.
    answered: SortedMap<(u32, u64), (Timestamp, u32)>,
    /// The latest question that came while nothing could be written: whoever asked it does so ever
    /// more rarely, and must not wait for their next one.
    owed: Vec<Counts>,
}

impl Asked {
    /// Whether a question may be answered now.
    fn is_due(&self, now: Timestamp) -> bool {
        !self.is_looking && self.at.is_none_or(|at| at.0 + EVERY_MS <= now.0)
    }

    /// What of a question is answered now.
    fn take(&mut self, of: &[Counts], now: Timestamp) -> Vec<Count> {
        self.at = Some(now);
        let all = of.iter().flat_map(|range| {
            (range.first..=range.last).map(|number| Count { run: range.run, number })
        });
        let mut due: Vec<Count> = all.take(MAX_AGAIN).collect();
        due.retain(|count| {
            let name = (count.run, count.number);
            let Some((at, times)) = self.answered.get_mut(&name) else {
                let has_room = self.answered.len() < MAX_ANSWERED;
                if has_room {
                    self.answered.insert(name, (now, 0));
                }
                return has_room;
            };
            let is_due = at.0 + doubled(EVERY_MS, *times, LONGEST_PATIENCE_MS) <= now.0;
            if is_due {
                (*at, *times) = (now, times.saturating_add(1));
            }
            is_due
        });
        due
    }
}

impl Engine {
    /// The other misses messages of ours: they are looked for in the store. Where they name
    /// none, they only want to know how far we count.
    pub(super) fn handle_again(&mut self, key: ChatKey, question: EventId, of: &[Counts]) {
        if mutant::active(Mutant::NoAnswerToAgain) {
            return;
        }
        if of.is_empty() {
            return self.confirm(key, question);
        }
        self.send_missed(key, of);
    }

    /// What could not be answered when it was asked.
    pub(super) fn answer_owed(&mut self, key: ChatKey) {
        let owed = self.chats.get_mut(&key).map(|chat| std::mem::take(&mut chat.asked.owed));
        if let Some(owed) = owed.filter(|owed| !owed.is_empty()) {
            self.send_missed(key, &owed);
        }
    }

    fn send_missed(&mut self, key: ChatKey, of: &[Counts]) {
        let now = self.now;
        let may_write = self.may_write(key);
        let Some(chat) = self.chats.get_mut(&key) else { return };
        if !may_write {
            chat.asked.owed = of.to_vec();
            return;
        }
        if !chat.asked.is_due(now) {
            return;
        }
        let missed = chat.asked.take(of, now);
        let counts = chat.counts();
        let (never_sent, missed): (Vec<Count>, Vec<Count>) =
            missed.into_iter().partition(|count| !is_among(count, &counts));
        if !never_sent.is_empty() {
            self.say_void(key, never_sent);
        }
        if !missed.is_empty() {
            self.look_for(key, missed, Place::END);
        }
    }

    fn confirm(&mut self, key: ChatKey, question: EventId) {
        let Some(chat) = self.chats.get_mut(&key) else { return };
        if chat.row.stage == Stage::Open {
            chat.confirm_once_more(question);
            self.chat_changed(key);
            self.receipts_due(key);
        }
    }

    fn look_for(&mut self, chat: ChatKey, missed: Vec<Count>, before: Place) {
        if let Some(chat) = self.chats.get_mut(&chat) {
            chat.asked.is_looking = true;
        }
        let range = Range {
            table: Table::Messages,
            from: message_key(chat, Place::START, 0),
            to: Some(message_key(chat, before, 0)),
            order: Order::Descending,
            limit: Some(ROWS),
        };
        self.load(range, Wanted::Again { chat, missed });
    }

    pub(super) fn found_again(&mut self, key: ChatKey, mut missed: Vec<Count>, rows: &[Row]) {
        if let Some(chat) = self.chats.get_mut(&key) {
            chat.asked.is_looking = false;
        }
        if !self.may_write(key) {
            // The group went over to another state meanwhile; they ask again.
            return;
        }
        let mut oldest = None;
        for (name, sealed) in rows {
            let Some((place, MessagePart::Said(row))) = self.read_message(name, sealed) else {
                continue;
            };
            oldest = Some(place);
            if let Some(at) = missed.iter().position(|count| row.mine && *count == row.count) {
                missed.swap_remove(at);
                self.send_again(key, place, row);
            }
        }
        match oldest {
            _ if missed.is_empty() => {}
            Some(before) if rows.len() == ROWS as usize => self.look_for(key, missed, before),
            _ => self.say_void(key, missed),
        }
    }

    fn send_again(&mut self, key: ChatKey, place: Place, row: MessageRow) {
        if self.unsettled.state_at(key, place).is_some_and(|state| state < MessageState::Delivered)
        {
            return self.resent_loaded(key, place, row);
        }
        // What is not encrypted yet is still to come.
        if self.chats.get(&key).is_none_or(|chat| chat.queued.contains_key(&place)) {
            return;
        }
        let sent = self.send_inner(key, &row.to_rumor().to_json(), Purpose::Other);
        self.note("sending again", sent);
    }

    /// These are not here any more, or never were.
    fn say_void(&mut self, key: ChatKey, missed: Vec<Count>) {
        let Some(chat) = self.chats.get(&key) else { return };
        let (withdrawn, lost): (Vec<Count>, Vec<Count>) =
            missed.into_iter().partition(|count| chat.withdrawn.contains(count));
        for (why, counts) in [(Void::Withdrawn, withdrawn), (Void::Lost, lost)] {
            for of in stretches(counts).chunks(MAX_RANGES) {
                let void = InnerKind::Void { why, of: of.to_vec() };
                let told = self.send_kind(key, &void, Purpose::Other);
                self.note("telling what will not come", told);
            }
        }
    }
}

/// Numbers that follow upon each other, together.
fn stretches(mut counts: Vec<Count>) -> Vec<Counts> {
    counts.sort_unstable_by_key(|count| (count.run, count.number));
    let touch = |a: &Count, b: &Count| a.run == b.run && a.number + 1 == b.number;
    let all = counts.chunk_by(touch).filter_map(|stretch| {
        let (first, last) = (stretch.first()?, stretch.last()?);
        Some(Counts { run: first.run, first: first.number, last: last.number })
    });
    all.collect()
}

/// Whether there may be such a message, `counts` being how far each run went. For any other the
/// whole chat would be looked through, as often as somebody makes up another number.
fn is_among(count: &Count, counts: &[Count]) -> bool {
    let is_in = |last: &Count| count.run == last.run && (1..=last.number).contains(&count.number);
    counts.iter().any(is_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_for_the_same_over_and_over_is_answered_ever_more_rarely() {
        let of = [Counts { run: 7, first: 1, last: 200 }];
        let mut asked = Asked::default();
        let mut answered = Vec::new();
        for second in 0..1_000 {
            let now = Timestamp(second * 1_000);
            if asked.is_due(now) && !asked.take(&of, now).is_empty() {
                answered.push(second);
            }
        }
        assert_eq!(answered, [0, 5, 15, 35, 75, 155, 315, 635]);
    }

    #[test]
    fn numbers_that_are_made_up_cost_no_memory() {
        let mut asked = Asked::default();
        for nth in 0..2_000 {
            let first = nth * 100;
            asked.take(&[Counts { run: 9, first, last: first + 99 }], Timestamp(nth * 5_000));
        }
        assert_eq!(asked.answered.len(), MAX_ANSWERED);
    }

    #[test]
    fn what_was_never_sent_is_not_looked_for() {
        let count = |run, number| Count { run, number };
        let counts = [count(6, 9), count(7, 3)];
        assert!(is_among(&count(7, 3), &counts) && is_among(&count(6, 9), &counts));
        for made_up in [count(7, 4), count(6, 10), count(7, 0), count(5, 1)] {
            assert!(!is_among(&made_up, &counts), "{made_up:?}");
        }
    }
}
