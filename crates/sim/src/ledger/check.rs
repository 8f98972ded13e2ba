//! The questions asked at the end, and those asked all along.

use super::{Count, Ledger, Written};
use crate::verdict::{Rule, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use zajil_api::{Chat, Direction, Gap, GapCause, Message, MessageState, Place, Stage};

/// What is missing has to be named within so many milliseconds.
const NAMED_WITHIN: u64 = 120_000;

/// Messages of one author that a reader has not got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub author: usize,
    pub reader: usize,
    pub texts: Vec<String>,
}

impl Ledger {
    /// Who has not got what, of all that was acknowledged.
    pub fn missing(&self) -> Vec<Missing> {
        let mut missing: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
        for (text, written) in self.written.iter().filter(|(text, w)| self.is_owed(text, w)) {
            let got = self.views[written.to].incoming.get(&written.who);
            if !got.is_some_and(|got| got.contains(text)) {
                missing.entry((written.who, written.to)).or_default().push(text.clone());
            }
        }
        let entry = |((author, reader), texts)| Missing { author, reader, texts };
        missing.into_iter().map(entry).collect()
    }

    /// Something that its author was told to be taken back, and that the other has.
    pub fn back_in_vain(&self) -> Option<(usize, String)> {
        let was_read = |(text, written): &(&String, &Written)| {
            let got = self.views[written.to].incoming.get(&written.who);
            written.removed
                && !self.was_forgotten(text)
                && got.is_some_and(|got| got.contains(*text))
        };
        let found = self.written.iter().find(was_read);
        found.map(|(text, written)| (written.who, text.clone()))
    }

    /// Readers who are told for ever that something is missing: nothing is. Only what a device wrote
    /// before it went on from a copy may be gone, and its author says so.
    pub fn open_gaps(&self) -> Vec<(usize, usize)> {
        let pairs = self.pairs().into_iter().flat_map(|(a, b)| [(a, b), (b, a)]);
        let is_told = |(reader, author): &(usize, usize)| {
            let both = [*reader, *author];
            let apart = self.is_apart(*reader, *author);
            let restored = both.iter().any(|who| self.views[*who].was_restored);
            let may_close = |gap: &Gap| !restored || gap.cause != GapCause::GivenUp;
            !apart && self.chat_view(*reader, *author).is_some_and(|c| c.gaps.iter().any(may_close))
        };
        pairs.filter(is_told).collect()
    }

    /// Everybody who opened a link has a chat that is open on both sides.
    pub fn unmet(&self) -> Vec<(usize, usize)> {
        let met = |(who, of): &&(usize, usize)| self.is_open(*who, *of);
        let here = |(a, b): &&(usize, usize)| !self.is_apart(*a, *b);
        self.meetings.iter().filter(here).filter(|pair| !met(pair)).copied().collect()
    }

    /// Whether two have a chat that is open on both sides.
    pub(super) fn is_open(&self, a: usize, b: usize) -> bool {
        let open = |chat: &Chat| chat.stage == Stage::Open;
        self.chat_view(a, b).is_some_and(open) && self.chat_view(b, a).is_some_and(open)
    }

    /// Pairs with a chat, each once.
    pub fn pairs(&self) -> Vec<(usize, usize)> {
        let all = self.meetings.iter().map(|(a, b)| (*a.min(b), *a.max(b)));
        all.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Readers who know of more than they were shown, and were not told, for too long.
    pub fn unnamed(
        &mut self,
        now: u64,
        is_there: impl Fn(usize) -> bool,
    ) -> Vec<(usize, usize, u64)> {
        let mut late = Vec::new();
        let pairs: Vec<_> = self.pairs().into_iter().flat_map(|(a, b)| [(a, b), (b, a)]).collect();
        for (reader, author) in pairs {
            let missing = self.known_missing(reader, author);
            let gaps = self.chat_view(reader, author).into_iter().flat_map(|chat| &chat.gaps);
            // What came and cannot be read may be anybody's rubbish: it names nothing.
            let named =
                gaps.filter(|gap| (gap.before, gap.cause) != (Place::END, GapCause::KeyOnTheWay));
            let named: u64 = named.map(|gap| u64::from(gap.count)).sum();
            // Whoever does not look is told nothing.
            if missing <= named || !is_there(reader) {
                self.unnamed.remove(&(reader, author));
                continue;
            }
            let since = *self.unnamed.entry((reader, author)).or_insert(now);
            if since + NAMED_WITHIN < now {
                late.push((reader, author, missing - named));
            }
        }
        late
    }

    /// How many of an author's messages lie before the latest that the reader was shown.
    fn known_missing(&self, reader: usize, author: usize) -> u64 {
        let Some(got) = self.views[reader].incoming.get(&author) else { return 0 };
        let counts = |of: &dyn Fn(&str, &Written) -> bool| -> BTreeSet<Count> {
            let written = self.written.iter().filter(|(text, written)| of(text, written));
            written.filter_map(|(_, written)| written.count).collect()
        };
        let here = counts(&|text, _| got.contains(text));
        let of_author = |written: &Written| (written.who, written.to) == (author, reader);
        let all = counts(&|_, written| of_author(written) && written.kept && !written.withdrawn);
        // A device that went on from a copy may have given a number that was taken back once more.
        let void = counts(&|_, written| of_author(written) && written.called_back);
        let behind = |(run, number): &&Count| {
            here.range((*run, *number)..=(*run, u64::MAX)).next().is_some()
        };
        all.difference(&here).filter(|count| !void.contains(count)).filter(behind).count() as u64
    }

    /// What an author asked for back and has all the same is as good as never asked for: a device
    /// that died meanwhile, or is left with it, answers for it.
    pub fn stays(&mut self, who: usize, messages: &[Message]) {
        let is_sent = |message: &&Message| match message.direction {
            Direction::Outgoing(state) => state != MessageState::NotSent,
            Direction::Incoming => false,
        };
        for message in messages.iter().filter(is_sent) {
            if let Some(written) = self.written.get_mut(&message.text).filter(|w| w.who == who) {
                written.withdrawn &= written.removed;
            }
        }
    }

    /// A chat as both sides have it on their disks.
    pub fn compare(
        &self,
        (a, b): (usize, usize),
        of_a: &[Message],
        of_b: &[Message],
        verdict: &mut Verdict,
    ) {
        let sides = [(a, b, of_a), (b, a, of_b)];
        for (who, with, messages) in sides.into_iter().filter(|side| !self.has_left(side.0)) {
            let mut texts = BTreeSet::new();
            for message in messages {
                if !texts.insert(message.text.as_str()) {
                    verdict.note(Rule::Once, format!("P{who} has {:?} twice", message.text));
                }
            }
            if !messages.is_sorted_by_key(|message| message.place) {
                verdict.note(Rule::Order, format!("P{who}'s messages are out of their places"));
            }
            let mine = self
                .written
                .iter()
                .filter(|(_, w)| w.kept && !w.withdrawn && (w.who, w.to) == (who, with));
            for (text, _) in mine.filter(|(text, _)| !texts.contains(text.as_str())) {
                verdict.note(Rule::Keeps, format!("P{who} was told that {text:?} is kept"));
            }
            let shown = self.views[who].incoming.get(&with).into_iter().flatten();
            for text in shown.filter(|text| !texts.contains(text.as_str())) {
                verdict.note(Rule::Keeps, format!("P{who} was shown {text:?}"));
            }
        }
        if self.is_apart(a, b) {
            return;
        }
        // What was taken back may have reached the other.
        let stays = |m: &&Message| {
            let of = self.written.get(&m.text);
            of.is_none_or(|w| !w.withdrawn && !self.shares_its_number(&m.text, w))
        };
        let ids = |messages: &[Message]| {
            messages.iter().filter(stays).map(|m| m.id.clone()).collect::<Vec<_>>()
        };
        if ids(of_a) == ids(of_b) {
            return;
        }
        for (who, with, mine, theirs) in [(a, b, of_a, of_b), (b, a, of_b, of_a)] {
            let theirs: BTreeSet<_> = theirs.iter().map(|message| &message.text).collect();
            let outgoing = |m: &&Message| matches!(m.direction, Direction::Outgoing(_));
            for message in
                mine.iter().filter(outgoing).filter(stays).filter(|m| !theirs.contains(&m.text))
            {
                let detail = format!("P{with} has not got {:?} of P{who}", message.text);
                verdict.note(Rule::Arrives, detail);
            }
        }
        verdict.note(Rule::Order, format!("P{a} and P{b} see different orders"));
    }
}
