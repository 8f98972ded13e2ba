//! What was acknowledged and is late, though nothing is in its way.

use super::{Ledger, Missing, Written};
use zajil_api::{Chat, Stage};

/// A copy needs the other's help, and has it within so many milliseconds.
const HELPED_WITHIN: u64 = 3_600_000;

impl Ledger {
    /// Who has not got what for more than `within` milliseconds, counted from when it was
    /// acknowledged or, where that is later, from `calm(author, reader)`: when the last thing went
    /// wrong between them. Copies are given longer: they need the other's help. Those are let off
    /// whose way to each other every relay lost: whether they meet is judged at the end.
    pub fn overdue(
        &mut self,
        now: u64,
        within: u64,
        calm: impl Fn(usize, usize) -> u64,
    ) -> Vec<Missing> {
        let (views, written) = (&self.views, &self.written);
        self.awaited.retain(|text, since| {
            since.get_or_insert(now);
            let got = written.get(text).map(|w| views[w.to].incoming.get(&w.who));
            got.is_some_and(|got| got.is_none_or(|got| !got.contains(text)))
        });
        let late = self.awaited.iter().filter_map(|(text, since)| {
            let written = self.written.get(text).filter(|written| self.is_owed(text, written))?;
            let (author, reader) = (written.who, written.to);
            let helped = self.helped_at(author).max(self.helped_at(reader));
            let since = since.unwrap_or(now).max(calm(author, reader)).max(helped);
            let is_lost = self.losses.were_wiped && !self.is_open(author, reader);
            let is_late = !is_lost && since.saturating_add(within) < now;
            is_late.then(|| Missing { author, reader, texts: vec![text.clone()] })
        });
        late.collect()
    }

    /// Until when a device that went on from a copy may need the other's help.
    fn helped_at(&self, who: usize) -> u64 {
        self.views[who].restored_at.map_or(0, |at| at.saturating_add(HELPED_WITHIN))
    }

    /// An author and something of theirs that the honest relay has not got for more than `within`
    /// milliseconds, counted from when it was acknowledged or, where that is later, from
    /// `calm(author)`. What the other has is let off, also where they only said so, which is judged
    /// by another rule; and what cannot be encrypted yet.
    pub fn unposted(
        &self,
        now: u64,
        within: u64,
        honest: usize,
        calm: impl Fn(usize) -> u64,
    ) -> Option<(usize, String)> {
        let is_late = |(text, since): &(&String, &Option<u64>)| {
            let written = self.written.get(*text).filter(|written| self.is_owed(text, written));
            written.is_some_and(|Written { who, to, .. }| {
                let is_open = |chat: &Chat| chat.stage == Stage::Open;
                let since = since.unwrap_or(now).max(calm(*who)).max(self.helped_at(*who));
                self.chat_view(*who, *to).is_some_and(is_open)
                    && !self.held[honest].contains(*text)
                    && !self.delivered.contains(*text)
                    && since.saturating_add(within) < now
            })
        };
        let (text, _) = self.awaited.iter().find(is_late)?;
        Some((self.written.get(text)?.who, text.clone()))
    }
}
