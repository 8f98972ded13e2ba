//! The author's side of a gap: what did not reach the other is sent again.

use super::chat::Chat;
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
    /// The latest question, until it is answered: whoever asked it does so ever more rarely, and
    /// must not wait for their next one.
    owed: Vec<Counts>,
}

impl Asked {
    /// When what is owed may be answered.
    pub fn due_at(&self) -> Option<Timestamp> {
        let is_owed = !self.owed.is_empty() && !self.is_looking;
        is_owed.then(|| self.at.map_or(Timestamp(0), |at| Timestamp(at.0 + EVERY_MS)))
    }

    fn owe(&mut self, of: &[Counts]) {
        self.owed = of.to_vec();
    }

    /// These were looked for in vain: nothing could be written any more.
    fn owe_after_all(&mut self, missed: Vec<Count>) {
        for count in &missed {
            self.answered.remove(&(count.run, count.number));
        }
        if self.owed.is_empty() {
            self.owed = stretches(missed);
        }
    }

    /// What of the latest question is answered now.
    fn take(&mut self, now: Timestamp) -> Vec<Count> {
        self.at = Some(now);
        let owed = std::mem::take(&mut self.owed);
        let all = owed.iter().flat_map(|range| {
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
        if let Some(chat) = self.chats.get_mut(&key) {
            chat.asked.owe(of);
        }
        self.answer_owed(key);
    }

    pub(super) fn answer_all_owed(&mut self) {
        let now = self.now;
        let due = self.chats.values().filter(|chat| chat.answers_at().is_some_and(|at| at <= now));
        let due: Vec<ChatKey> = due.map(|chat| chat.row.key).collect();
        for key in due {
            self.answer_owed(key);
        }
    }

    /// Answers the latest question, unless it is too early, or nothing can be written yet.
    pub(super) fn answer_owed(&mut self, key: ChatKey) {
        let now = self.now;
        let due_at = self.chats.get(&key).and_then(|chat| chat.asked.due_at());
        let Some(due_at) = due_at else { return };
        if !self.may_write(key) || due_at > now {
            return;
        }
        let Some(chat) = self.chats.get_mut(&key) else { return };
        let missed = chat.asked.take(now);
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
            // The group went over to another state meanwhile.
            if let Some(chat) = self.chats.get_mut(&key) {
                chat.asked.owe_after_all(missed);
            }
            return;
        }
        let mut oldest = None;
        for (name, sealed) in rows {
            let Some((place, MessagePart::Said(row))) = self.read_message(name, sealed) else {
                continue;
            };
            oldest = Some(place);
            // Perhaps taken back since these rows were read.
            let is_void = |chat: &Chat| chat.withdrawn.contains(&row.count);
            let is_void = self.chats.get(&key).is_some_and(is_void);
            let is_missed = |count: &Count| row.mine && !is_void && *count == row.count;
            if let Some(at) = missed.iter().position(is_missed) {
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

impl Chat {
    /// When the other's latest question is answered, if something can be written.
    pub fn answers_at(&self) -> Option<Timestamp> {
        self.asked.due_at().filter(|_| self.may_encrypt())
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
pub(super) fn is_among(count: &Count, counts: &[Count]) -> bool {
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
            asked.owe(&of);
            if asked.due_at().is_some_and(|at| at <= now) && !asked.take(now).is_empty() {
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
            asked.owe(&[Counts { run: 9, first, last: first + 99 }]);
            asked.take(Timestamp(nth * 5_000));
        }
        assert_eq!(asked.answered.len(), MAX_ANSWERED);
    }

    #[test]
    fn the_latest_question_is_answered_as_soon_as_may_be() {
        let question = |number| [Counts { run: 7, first: number, last: number }];
        let count = |number| Count { run: 7, number };
        let mut asked = Asked::default();
        asked.owe(&question(1));
        assert_eq!(asked.take(Timestamp(1_000)), [count(1)]);
        assert_eq!(asked.due_at(), None);
        // Too early, and then again; and what was found could not be written.
        asked.owe(&question(2));
        asked.owe(&question(3));
        assert_eq!(asked.due_at(), Some(Timestamp(1_000 + EVERY_MS)));
        assert_eq!(asked.take(Timestamp(6_000)), [count(3)]);
        asked.owe_after_all(vec![count(3)]);
        assert_eq!(asked.due_at(), Some(Timestamp(6_000 + EVERY_MS)));
        assert_eq!(asked.take(Timestamp(11_000)), [count(3)]);
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
