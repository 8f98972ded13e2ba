//! What no key opens: something whose commit was lost, or nothing at all.
//!
//! Anybody can write to a routing id. So the other is asked whether we have all of theirs. An
//! answer that we can read tells how far they count, and that they are in a state that we know:
//! what waited when we asked is not theirs, or is missing by its count and will be asked for.
//! Until they answer it is shown as unread. After a while another group is founded with them.

use super::chat::Chat;
use super::record::{ChatKey, ParkedRow, Purpose};
use super::{Engine, Timestamp};
use crate::envelope::{Inner, InnerKind};
use crate::mutant::{self, Mutant};
use crate::nostr::EventId;
use crate::sorted::SortedSet;
use crate::time::doubled;
use zajil_api::{Gap, GapCause, Place, UnixTime};

/// The other is asked about what waited for so long, and again, ever more patiently…
const ASK_SECONDS: u64 = 15;
const LONGEST_PATIENCE_SECONDS: u64 = 86_400;
/// …but not more patiently than this, where they may be there: they were heard of since, or
/// something came that cannot be read either.
const PATIENCE_WITH_THE_PRESENT_SECONDS: u64 = 600;
/// Anybody can write what cannot be read: after so many questions in a silence it tells nothing.
const ASKS_FOR_NEWS: u32 = 12;
/// While nothing can be encrypted, the question waits so long at a time.
const WAIT_SECONDS: u64 = 5;
/// What waited for a key for so long is shown as missing…
const UNREAD_SECONDS: u64 = 30;
/// …and for so long waits in vain.
const STUCK_SECONDS: u64 = 120;
/// Whoever was never heard in a group is believed to be there when something came after so many
/// questions in a silence: the fifth is asked after eight minutes.
const ASKS_OF_THE_SILENT: u32 = 5;

/// What the other was asked about, since this start.
#[derive(Debug, Default)]
pub(super) struct Unread {
    question: Option<Question>,
    asks: u32,
    /// How many of them since the other was heard last.
    in_silence: u32,
}

#[derive(Debug)]
struct Question {
    id: EventId,
    at: Timestamp,
    about: SortedSet<EventId>,
    is_answered: bool,
}

/// What of a chat waits for a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    since: UnixTime,
    count: usize,
}

impl Engine {
    /// What of a chat waits for a key now.
    pub(super) fn waiting_for_keys(&mut self, key: ChatKey) -> Option<Waiting> {
        let now = self.unix_now();
        for row in self.parked.iter_mut().filter(|row| row.chat == key) {
            // The clock may have been set back since.
            row.at = row.at.min(now);
        }
        let since = self.waiting_rows(key).map(|row| row.at).min()?;
        Some(Waiting::new(since, self.waiting_rows(key).count()))
    }

    fn waiting_rows(&self, key: ChatKey) -> impl Iterator<Item = &ParkedRow> {
        let of_chat = self.parked.iter().filter(move |row| row.chat == key);
        of_chat.filter(|row| self.waits_for_key(&row.message))
    }

    /// Asks about what waits, and begins anew where that does not help.
    pub(super) fn look_after_keys(&mut self, key: ChatKey, waiting: Waiting) {
        let (now, unix) = (self.now, self.unix_now());
        let age = unix.0 - waiting.since.0;
        let may_ask = self.may_write(key);
        let has_news = self.has_news(key);
        let is_stuck = has_news && self.may_begin_anew(key);
        let Some(chat) = self.chats.get_mut(&key) else { return };
        let patience = chat.patience_left(now, has_news).max(ASK_SECONDS.saturating_sub(age));
        let ask_in = if may_ask { patience } else { patience.max(WAIT_SECONDS) };
        let steps = [UNREAD_SECONDS, STUCK_SECONDS].map(|step| step.saturating_sub(age));
        let next = steps.into_iter().chain([ask_in]).filter(|left| *left > 0).min();
        if let Some(at) = next.map(|seconds| Timestamp(now.0 + seconds * 1000)) {
            chat.gaps_due_at = Some(chat.gaps_due_at.map_or(at, |other| other.min(at)));
        }
        if age >= STUCK_SECONDS && is_stuck && chat.begins_anew(now) {
            tracing::debug!("a chat waits for a key in vain");
            self.look_up(key);
        }
        if ask_in == 0 && !mutant::active(Mutant::KeepUnread) {
            self.ask_whether_all_is_here(key);
        }
    }

    /// Whether something came since the last question that cannot be read either.
    fn has_news(&self, key: ChatKey) -> bool {
        let chat = self.chats.get(&key);
        let question = chat.and_then(|chat| chat.unread.question.as_ref());
        question.is_some_and(|question| {
            self.waiting_rows(key).any(|row| !question.about.contains(&row.event))
        })
    }

    /// Whether the other may be there to begin anew with, and has not answered. They may not be,
    /// where they have not said a word in the group that was founded last: but we may also have
    /// forgotten that.
    fn may_begin_anew(&self, key: ChatKey) -> bool {
        let Some(chat) = self.chats.get(&key) else { return false };
        let newest = chat.row.groups.last().map(|row| row.nostr_group_id);
        let is_there = newest.is_some_and(|routing| {
            let states = self.states.get(&routing);
            let was_heard = states.is_some_and(|states| states.has_heard(chat.row.peer.as_bytes()));
            was_heard || chat.joined.contains_key(&routing)
        });
        let is_there = is_there || chat.unread.in_silence >= ASKS_OF_THE_SILENT;
        is_there && chat.unread.question.as_ref().is_some_and(|question| !question.is_answered)
    }

    fn ask_whether_all_is_here(&mut self, key: ChatKey) {
        let now = self.now;
        let Some(account) = &self.account else { return };
        let kind = InnerKind::Again(Vec::new());
        let rumor = Inner::rumor(account.keys.public_key(), self.unix_now(), &kind);
        let about = self.waiting_rows(key).map(|row| row.event).collect();
        if let Some(chat) = self.chats.get_mut(&key) {
            chat.unread.in_silence = if chat.was_heard() { 1 } else { chat.unread.in_silence + 1 };
            chat.unread.asks += 1;
            chat.unread.question =
                Some(Question { id: rumor.id(), at: now, about, is_answered: false });
        }
        self.gaps_due(key);
        let asked = self.send_inner(key, &rumor.to_json(), Purpose::Other);
        self.note("asking whether all is here", asked);
    }

    /// The other has read a question of ours: what it was about need not wait any more.
    pub(super) fn note_answer(&mut self, key: ChatKey, of: &[EventId]) {
        let Some(chat) = self.chats.get_mut(&key) else { return };
        let question = chat.unread.question.as_mut().filter(|question| of.contains(&question.id));
        let Some(question) = question else { return };
        question.is_answered = true;
        let about = std::mem::take(&mut question.about);
        let rows = self.waiting_rows(key).map(|row| row.event);
        let settled: SortedSet<EventId> = rows.filter(|id| about.contains(id)).collect();
        self.parked.retain(|row| !settled.contains(&row.event));
        for event in settled.iter() {
            self.waited_in_vain(event);
        }
        self.gaps_due(key);
    }
}

impl Unread {
    /// Whether the other was asked since they were heard.
    pub fn waits_for(&self, heard_at: Option<Timestamp>) -> bool {
        self.question.as_ref().is_some_and(|question| heard_at.is_none_or(|at| at <= question.at))
    }
}

impl Chat {
    /// Whether the other was heard of since they were asked last.
    fn was_heard(&self) -> bool {
        self.unread.question.is_some() && !self.unread.waits_for(self.heard_at)
    }

    /// Seconds until the other may be asked again.
    fn patience_left(&self, now: Timestamp, has_news: bool) -> u64 {
        let Some(question) = &self.unread.question else { return 0 };
        let is_news = has_news && self.unread.in_silence < ASKS_FOR_NEWS;
        let longest = if self.was_heard() || is_news {
            PATIENCE_WITH_THE_PRESENT_SECONDS
        } else {
            LONGEST_PATIENCE_SECONDS
        };
        let patience = doubled(ASK_SECONDS, self.unread.asks, longest);
        let since = now.0.saturating_sub(question.at.0);
        patience.saturating_mul(1000).saturating_sub(since).div_ceil(1000)
    }
}

impl Waiting {
    pub fn new(since: UnixTime, count: usize) -> Self {
        Self { since, count }
    }

    /// How it is shown once it waited for long. Whoever counts those cannot be read: all that
    /// is known is that they wait.
    pub fn to_gap(self, now: UnixTime) -> Option<Gap> {
        let is_old = now.0.saturating_sub(self.since.0) >= UNREAD_SECONDS;
        let count = u32::try_from(self.count).unwrap_or(u32::MAX);
        let (cause, since) = (GapCause::KeyOnTheWay, self.since);
        is_old.then_some(Gap { before: Place::END, count, cause, since })
    }
}
