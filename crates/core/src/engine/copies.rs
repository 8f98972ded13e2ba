//! Somebody else with our keys: how a copy of this device, or the device it was before it was
//! put back, is noticed.
//!
//! Keys are not at stake: they are made anew at each start (`converge/own`). But a copy went on
//! counting its messages, and may have gone on in a group where we cannot follow.

use super::Engine;
use super::again::is_among;
use super::chat::Chat;
use super::heard::MAX_RUNS;
use super::record::{ChatKey, MessageRow, Outgoing, WantedRow};
use super::seen::SeenOf;
use crate::envelope::{Count, Counts, Inner, InnerKind};
use crate::mutant::{self, Mutant};
use crate::nostr::{Event, EventId};
use crate::sorted::SortedSet;
use rand_core::RngCore;
use zajil_api::{Place, Stage, UnixTime, Update};

/// Those we talked with lately, and so many of them, are told at each start that we are there.
const SHOW_UP_SECONDS: u64 = 30 * 86_400;
const SHOW_UP_CHATS: usize = 8;
/// Earlier runs of our own count that are remembered: with the present one, as many as the
/// other tells apart.
const EARLIER_RUNS: usize = MAX_RUNS - 1;

impl Chat {
    /// How far we counted, in each run that we know of.
    pub fn counts(&self) -> Vec<Count> {
        let now = Count { run: self.row.run, number: self.row.sent };
        self.runs.iter().copied().chain([now]).collect()
    }
}

impl Engine {
    /// Servers have handed out what they keep of these groups: what is written from now on is
    /// written in the state that others know.
    pub(super) fn caught_up_with(&mut self, groups: &SortedSet<SeenOf>) {
        for chat in self.chats.values_mut() {
            // The one that is written to.
            let last = chat.row.groups.last().map(|group| SeenOf::group(&group.nostr_group_id));
            chat.caught_up |= last.is_some_and(|group| groups.contains(&group));
        }
        for key in self.open_chats() {
            self.seek_reader(key);
        }
        self.send_waiting();
    }

    /// An event of ours is about to leave: it is no news when it comes back, and nothing
    /// later than it is ours.
    pub(super) fn note_made(&mut self, row: u64, event: &Event) {
        let Some(Outgoing::Message(message)) = self.outbox.row(row).map(|row| &row.content) else {
            return;
        };
        let routing = message.nostr_group_id;
        if let Some(key) = self.chat_of_group(&routing) {
            self.note_made_for(key, event);
        }
    }

    /// The same of an event that is sent once and forgotten.
    pub(super) fn note_made_for(&mut self, key: ChatKey, event: &Event) {
        self.mark_own(event);
        if let Some(chat) = self.chats.get_mut(&key) {
            // Not the latest ever: the clock may have been set back since.
            chat.row.made_at = event.created_at;
            self.chat_changed(key);
        }
    }

    /// A message of our own leaf came that was not among those we made.
    pub(super) fn found_copy(&mut self, key: ChatKey, created_at: UnixTime) {
        let Some(chat) = self.chats.get_mut(&key) else { return };
        // What we made is known by its id, for as long as servers are asked about it. What is
        // older than that is ours.
        let is_forgotten = !self.seen.reaches(created_at) || mutant::active(Mutant::CopiesByClock);
        let is_known = chat.copied || is_forgotten && created_at <= chat.row.made_at;
        if is_known {
            return;
        }
        tracing::warn!("somebody with this device's keys has written here");
        chat.copied = true;
        chat.row.made_at = created_at;
        self.count_anew(key);
    }

    /// The other says how far they have heard of us. Where that is further than we counted, this
    /// device was put back, and no server has what it wrote since.
    pub(super) fn compare_counts(&mut self, key: ChatKey, heard: Option<Counts>) {
        let Some(chat) = self.chats.get_mut(&key) else { return };
        let is_known = |of: Counts| {
            let last = Count { run: of.run, number: of.last };
            is_among(&last, &chat.counts())
        };
        if chat.copied || heard.is_none_or(is_known) {
            return;
        }
        tracing::warn!("the other has heard more of us than this device has said");
        chat.copied = true;
        self.count_anew(key);
    }

    /// The other may have heard of more messages than we know of having written: they are
    /// counted in another run from now on. What we know of stays named.
    fn count_anew(&mut self, key: ChatKey) {
        let run = self.rng.next_u32().max(1);
        let Some(chat) = self.chats.get_mut(&key) else { return };
        // Those written since this start come last, and the copy may have used their numbers.
        let unheard = chat.written.iter().filter(|place| chat.queued.contains_key(place));
        let unheard: Vec<Place> = unheard.copied().collect();
        let count = u64::try_from(unheard.len()).unwrap_or(u64::MAX);
        let number = chat.row.sent.saturating_sub(count);
        if number > 0 {
            chat.runs.push(Count { run: chat.row.run, number });
            let surplus = chat.runs.len().saturating_sub(EARLIER_RUNS);
            chat.runs.drain(..surplus);
        }
        (chat.row.run, chat.row.sent) = (run, 0);
        let runs = chat.runs.clone();
        self.save_runs(key, runs);
        for place in unheard {
            self.count_again(key, place);
        }
        self.chat_changed(key);
    }

    /// A message that waits to be encrypted gets another number, and with it another id.
    fn count_again(&mut self, key: ChatKey, place: Place) {
        let now = self.unix_now();
        let Some(author) = self.account.as_ref().map(|account| account.keys.public_key()) else {
            return;
        };
        let Some(chat) = self.chats.get_mut(&key) else { return };
        let rumor = chat.queued.get(&place).cloned().unwrap_or_default();
        let Ok(Inner { created_at: sent_at, kind: InnerKind::Chat { text, clock, .. }, .. }) =
            Inner::parse(author.as_bytes(), rumor.as_bytes())
        else {
            return;
        };
        chat.row.sent += 1;
        let count = Count { run: chat.row.run, number: chat.row.sent };
        let (id, mine, received_at) = (EventId::from_bytes([0; 32]), true, now);
        let row = MessageRow { id, author, mine, text, sent_at, received_at, count, clock };
        let row = MessageRow { id: row.to_rumor().id(), ..row };
        chat.queued.remove(&place);
        chat.written.remove(&place);
        if chat.row.newest == place {
            chat.row.newest = row.place();
        }
        for done in chat.row.done.iter_mut().filter(|done| done.place == place) {
            done.place = row.place();
        }
        self.forget_queued(key, place);
        self.forget_message(key, place);
        if let Some(id) = self.unsettled.remove(key, place) {
            self.forget_unsettled(&id);
        }
        self.update(Update::MessageRemoved { answers: None, chat: key.to_id(), place });
        self.keep_own(key, &row, None);
    }

    /// At start: those we talked with last are told that we are there. They may have been
    /// writing to a copy of this device, in a group that is not ours.
    pub(super) fn show_up(&mut self) {
        let since = UnixTime(self.unix_now().0.saturating_sub(SHOW_UP_SECONDS));
        let open = self.chats.values_mut();
        let open = open.filter(|chat| chat.row.stage == Stage::Open && !chat.in_turn);
        let mut recent: Vec<&mut Chat> = open.filter(|chat| chat.row.touched_at >= since).collect();
        recent.sort_by_key(|chat| std::cmp::Reverse(chat.row.touched_at));
        recent.into_iter().take(SHOW_UP_CHATS).for_each(|chat| chat.owes_sign = true);
    }

    /// What is kept beside a group goes with it.
    pub(super) fn forget_group(&mut self, routing: &[u8; 32]) {
        self.withdraw_commits(*routing);
        self.forget_parked_of(routing);
        self.forget_states(routing);
    }

    /// A commit of our own leaf came that is not among ours: this device cannot
    /// follow its group any more, and begins anew with the other.
    pub(super) fn refound(&mut self, key: ChatKey, routing: [u8; 32]) {
        let Some(chat) = self.chats.get_mut(&key) else { return };
        let Some(at) = chat.row.groups.iter().position(|row| row.nostr_group_id == routing) else {
            return;
        };
        tracing::debug!("a group went on without this device");
        let row = chat.row.groups.remove(at);
        let group = chat.groups.remove(at);
        // The other writes in the newest group, and may have let go of those before.
        if at == chat.row.groups.len() {
            chat.row.stage = Stage::Connecting;
            chat.row.owes_name = true;
            chat.row.wanted = Some(WantedRow { token: [0; 16], relays: row.relays });
        }
        let deleted = group.delete(&self.provider).map_err(Into::into);
        self.note("deleting a group", deleted);
        self.dirty.mls = true;
        self.count_anew(key);
        self.forget_group(&routing);
        self.write_again(key);
        self.weigh_keys(key);
        self.connect();
        self.resubscribe();
        self.look_up(key);
    }
}
