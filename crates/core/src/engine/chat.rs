//! A chat in memory: its row, and what is worked out anew at each start.

use super::again::Asked;
use super::arrivals::Batch;
use super::groups::{Anew, Seeking};
use super::record::{ChatKey, ChatRow, MessageRow, ReceiptsRow};
use super::unread::Unread;
use super::welcomes::Inviting;
use super::{Engine, Timestamp};
use crate::envelope::Count;
use crate::mls::Group;
use crate::mutant::{self, Mutant};
use crate::nostr::{EventId, PublicKey};
use crate::sorted::{SortedMap, SortedSet};
use zajil_api::{Contact, Gap, GapCause, Place, RelayUrl, Stage, UnixTime};

/// Characters of a preview.
pub(super) const PREVIEW: usize = 160;
/// A message dated further ahead than this does not draw ours with it.
const MAX_AHEAD_SECONDS: u64 = 900;
/// The other's latest messages, remembered to say how far they were read.
const RECENT: usize = 256;

pub(super) struct Chat {
    pub row: ChatRow,
    /// In the order of `row.groups`.
    pub groups: Vec<Group>,
    pub receipts_due_at: Option<Timestamp>,
    pub typing_sent_at: Option<Timestamp>,
    /// When the other was last heard of since this start.
    pub heard_at: Option<Timestamp>,
    /// The latest date, by their clock, of what they said since this start.
    pub last_word_at: UnixTime,
    pub receipts: ReceiptsRow,
    pub recent: SortedMap<Place, EventId>,
    /// Behind this, all of the other's messages are among `recent`.
    pub recent_from: Place,
    /// Own messages that are not encrypted yet: the inner events' JSON.
    pub queued: SortedMap<Place, String>,
    /// Those among them that were written since this start: nobody has heard of them.
    pub written: SortedSet<Place>,
    /// How far we counted before we began to count anew.
    pub runs: Vec<Count>,
    /// Numbers of own messages that were taken back: whoever did not hear of it may ask.
    pub withdrawn: Vec<Count>,
    /// What servers kept for the chat was read since this start, so that we know whether
    /// somebody with our keys wrote here. Nothing is encrypted before.
    pub caught_up: bool,
    /// What people are told to be missing.
    pub gaps: Vec<Gap>,
    pub gaps_due_at: Option<Timestamp>,
    /// Gaps that servers were searched for, by run and last count.
    pub searched: SortedSet<(u32, u64)>,
    pub unread: Unread,
    /// Why an event could not be read lately.
    pub failed: Option<(GapCause, UnixTime)>,
    /// Own messages that were written once more since this start, and in which group.
    pub written_again: SortedSet<(Place, [u8; 32])>,
    /// Groups in which our name, and how far we count, were told since this start.
    pub told_in: SortedSet<[u8; 32]>,
    /// Groups joined since this start: with which batch of events, and when they were founded.
    pub joined: SortedMap<[u8; 32], (Batch, UnixTime)>,
    pub seeking: Seeking,
    pub inviting: Inviting,
    /// Rows of the outbox from this one on are younger than the newest group.
    pub first_row: u64,
    /// When somebody on another branch was shown ours.
    pub branch_shown_at: Option<Timestamp>,
    /// Whether something waits only for messages before it.
    pub has_out_of_reach: bool,
    /// The other is to be told that we are in their epoch.
    pub owes_sign: bool,
    /// The group that was written to had no server left. Whether the other reads in the one that
    /// is written to since is not known.
    pub left_dead_servers: bool,
    /// Somebody with our keys was noticed since this start.
    pub copied: bool,
    /// The chat's groups cannot be followed any more: another is to be founded.
    pub seeks_anew: bool,
    pub anew: Anew,
    /// Invited in turn, neither heard nor written to since.
    pub in_turn: bool,
    /// What the other asked for.
    pub asked: Asked,
}

impl Chat {
    /// As it is at a start: with keys that a copy of this device may know.
    pub fn new(row: ChatRow, groups: Vec<Group>) -> Self {
        // Whatever is stored.
        let must_renew = !groups.is_empty() && !mutant::active(Mutant::KeepLeaf);
        let row = ChatRow { must_renew, ..row };
        let (from, peer_read_at) = (UnixTime(0), UnixTime(0));
        let receipts = ReceiptsRow { chat: row.key, from, peer_read_at };
        let recent = row.last_incoming.into_iter().collect();
        let last = row.last_incoming.map_or(Place::START, |(place, _)| place);
        let recent_from = if row.unread > 1 { last } else { row.read_up_to.min(last) };
        Self {
            row,
            groups,
            receipts_due_at: None,
            typing_sent_at: None,
            heard_at: None,
            last_word_at: UnixTime(0),
            receipts,
            recent,
            recent_from,
            queued: SortedMap::new(),
            written: SortedSet::new(),
            runs: Vec::new(),
            withdrawn: Vec::new(),
            caught_up: false,
            gaps: Vec::new(),
            gaps_due_at: None,
            searched: SortedSet::new(),
            unread: Unread::default(),
            failed: None,
            written_again: SortedSet::new(),
            told_in: SortedSet::new(),
            joined: SortedMap::new(),
            seeking: Seeking::default(),
            inviting: Inviting::default(),
            first_row: 0,
            branch_shown_at: None,
            has_out_of_reach: false,
            owes_sign: false,
            left_dead_servers: false,
            copied: false,
            seeks_anew: false,
            anew: Anew::default(),
            in_turn: false,
            asked: Asked::default(),
        }
    }

    pub fn fresh(key: ChatKey, peer: PublicKey, name: String, stage: Stage, at: UnixTime) -> Self {
        let row = ChatRow {
            key,
            peer,
            peer_name: name,
            stage,
            groups: Vec::new(),
            wanted: None,
            newest: Place::START,
            clock: 0,
            sent: 0,
            sent_at: UnixTime(0),
            received: 0,
            run: key.run(),
            heard: Vec::new(),
            read_up_to: Place::START,
            peer_read: Place::START,
            unread: 0,
            last: None,
            touched_at: at,
            to_confirm: Vec::new(),
            to_mark_read: None,
            last_incoming: None,
            done: Vec::new(),
            made_at: UnixTime(0),
            must_renew: false,
            owes_name: false,
        };
        Self::new(row, Vec::new())
    }

    pub fn view(&self) -> zajil_api::Chat {
        let row = &self.row;
        // Sorted: which group comes first is nothing to whoever looks.
        let servers: SortedSet<&RelayUrl> = self.relays().collect();
        zajil_api::Chat {
            id: row.key.to_id(),
            with: Contact {
                public_key: zajil_api::PublicKey::new(row.peer.to_hex()),
                name: row.peer_name.clone(),
            },
            stage: row.stage,
            last: row.last.clone(),
            unread: row.unread,
            touched_at: row.touched_at,
            read_up_to: row.read_up_to,
            gaps: self.gaps.clone(),
            servers: servers.into_iter().cloned().collect(),
        }
    }

    /// Its servers, those first that are needed first; some more than once.
    pub fn relays(&self) -> impl Iterator<Item = &RelayUrl> {
        let wanted = self.row.wanted.iter().flat_map(|wanted| &wanted.relays);
        wanted.chain(self.row.groups.iter().rev().flat_map(|group| &group.relays))
    }

    /// The same, each once, so many at most.
    pub fn first_relays(&self, most: usize) -> Vec<&RelayUrl> {
        let mut first = Vec::new();
        for relay in self.relays() {
            if first.len() < most && !first.contains(&relay) {
                first.push(relay);
            }
        }
        first
    }

    /// Whether our ratchet may move: only from a state that nobody else has gone on from.
    pub fn may_encrypt(&self) -> bool {
        self.row.stage == Stage::Open
            && !self.groups.is_empty()
            && (self.caught_up && !self.row.must_renew || mutant::active(Mutant::SkipFence))
    }

    /// Whether the other has not heard of us since this start.
    pub fn must_show_up(&self) -> bool {
        self.row.must_renew && self.row.stage == Stage::Open
    }

    /// The other is told again what reached us lately.
    pub fn confirm_again(&mut self) {
        let recent = self.recent.values().filter(|id| !self.row.to_confirm.contains(id));
        let recent: Vec<EventId> = recent.copied().collect();
        self.row.to_confirm.extend(recent);
    }

    /// The place of the next message of ours, written at `now`: behind what was seen and said so
    /// far, unless that claims to come from the future.
    pub fn next_place(&self, now: UnixTime) -> (UnixTime, u64) {
        let latest = [self.row.newest.at, self.row.sent_at].into_iter();
        let possible = latest.filter(|at| at.0 <= now.0.saturating_add(MAX_AHEAD_SECONDS));
        // Nobody takes a larger clock for one, whatever the other's was.
        let clock = (self.row.clock + 1).min(Place::LARGEST - 1);
        (possible.fold(now, UnixTime::max), clock)
    }

    /// Takes `message` into the chat's row: what is last, unread, and previewed.
    pub fn place(&mut self, message: &MessageRow, at: UnixTime) -> Place {
        let place = message.place();
        if !message.mine {
            self.read_ends_before(place);
        }
        let row = &mut self.row;
        row.clock = row.clock.max(message.clock);
        row.touched_at = at;
        if place >= row.newest {
            row.newest = place;
            row.last = Some(message.preview());
        }
        if message.mine {
            row.sent_at = row.sent_at.max(message.sent_at);
            self.in_turn = false;
            return place;
        }
        row.unread = row.unread.saturating_add(1);
        if row.last_incoming.is_none_or(|(last, _)| last < place) {
            row.last_incoming = Some((place, message.id));
        }
        self.recent.insert(place, message.id);
        if self.recent.len() > RECENT
            && let Some((place, _)) = self.recent.pop_first()
        {
            self.recent_from = self.recent_from.max(place);
        }
        place
    }
}

impl Engine {
    pub(super) fn chat_with(&self, peer: &PublicKey) -> Option<ChatKey> {
        self.chats.values().find(|chat| chat.row.peer == *peer).map(|chat| chat.row.key)
    }

    pub(super) fn chat_of_group(&self, routing: &[u8; 32]) -> Option<ChatKey> {
        let of_chat =
            |chat: &&Chat| chat.row.groups.iter().any(|row| row.nostr_group_id == *routing);
        self.chats.values().find(of_chat).map(|chat| chat.row.key)
    }

    pub(super) fn open_chats(&self) -> Vec<ChatKey> {
        let open = self.chats.values().filter(|chat| chat.row.stage == Stage::Open);
        open.map(|chat| chat.row.key).collect()
    }

    /// The row changed: it will be saved and shown.
    pub(super) fn chat_changed(&mut self, key: ChatKey) {
        self.dirty.chats.insert(key);
    }
}
