//! The person's servers, and every other relay a chat needs.

use super::record::{Answer, Outgoing, OutgoingRow, Purpose};
use super::{Engine, Timestamp};
use crate::engine::Output;
use crate::relay::{Socket, Standing, parse_relay_url};
use crate::sorted::SortedSet;
use std::cell::Cell;
use zajil_api::{Failure, LinkState, RelayUrl, Server, Stage, Update};

/// Small changes are told together, at most this often.
const GATHER_MS: u64 = 1_000;
/// Connections at most, whatever others write into their lists.
const MAX_CONNECTIONS: usize = 32;
/// Connections for one chat.
const MAX_PER_CHAT: usize = 8;
/// Characters of what a server said that are shown.
const MAX_SAID: usize = 200;

/// Servers about which something small changed that was not told yet.
#[derive(Debug, Default)]
pub(super) struct Moved {
    servers: SortedSet<RelayUrl>,
    pub due_at: Option<Timestamp>,
    /// What there was to send when that was last looked at.
    written: (u64, usize),
    /// Whether a tab attached that has not heard of the chats' other servers.
    attached: Cell<bool>,
}

impl Engine {
    pub(super) fn add_server(&mut self, url: &str) -> Result<(), Failure> {
        let relay = parse_relay_url(url).map_err(|_| Failure::ServerInvalid)?;
        if !self.servers.insert(relay.clone()) {
            return Err(Failure::ServerKnown);
        }
        self.save_server(&relay);
        // What is asked of it changes: it is asked for all there is.
        self.cursors.remove(&relay);
        self.forget_cursor(&relay);
        self.connect();
        if self.pool.is_open(&relay) {
            self.subscribe(&relay);
        }
        self.server_changed(&relay);
        self.servers_changed();
        Ok(())
    }

    pub(super) fn remove_server(&mut self, relay: &RelayUrl) -> Result<(), Failure> {
        if !self.servers.contains(relay) {
            return Err(Failure::ServerInvalid);
        }
        if self.servers.len() == 1 {
            return Err(Failure::ServerLast);
        }
        self.servers.remove(relay);
        self.forget_server(relay);
        // What speaks for the account need not reach it any more; what belongs to a chat
        // that lives there still does.
        for id in self.outbox.open_at(relay) {
            let row = self.outbox.row(id).map(|row| &row.content);
            if matches!(row, Some(Outgoing::Event)) {
                self.handle_answer(relay, id, Answer::Refused);
            }
        }
        self.update(Update::ServerRemoved(relay.clone()));
        self.servers_changed();
        self.connect();
        if self.pool.is_open(relay) {
            self.subscribe(relay);
        }
        Ok(())
    }

    /// The list is part of the invite link and of what is published.
    fn servers_changed(&mut self) {
        self.publish_relay_lists();
        let published = self.publish_key_package();
        self.note("publishing the key package", published);
        self.account_changed();
    }

    /// The person's own, for a tab that attaches. It hears of the others next.
    pub(super) fn server_views(&self) -> Vec<Server> {
        self.moved.attached.set(true);
        self.servers.iter().map(|relay| self.server_view(relay)).collect()
    }

    fn server_view(&self, relay: &RelayUrl) -> Server {
        let link = self.pool.get(relay);
        let standing = self.standings.get(relay);
        Server {
            url: relay.clone(),
            link: link.map_or(LinkState::Offline { retry_at: None }, |link| {
                link.view(|at| self.clock.unix_at(at))
            }),
            opened_in_ms: link.and_then(|link| link.opened_in_ms),
            answers_in_ms: self.standings.answers_in_ms(relay),
            score: standing.and_then(Standing::score),
            advice: standing.and_then(Standing::advice),
            chats: self.chats_on(relay),
            held: self.read_back.held(relay),
            waiting: self.waiting_at(relay),
            said: link.and_then(|link| link.said.clone()),
        }
    }

    /// How many messages the person wrote a server has still to take: those on their way
    /// there, and those of its chats that are not even encrypted yet.
    fn waiting_at(&self, relay: &RelayUrl) -> u32 {
        let rows = self.outbox.open_at(relay).into_iter().filter_map(|id| self.outbox.row(id));
        let out = rows.filter(|row| matches!(row.purpose, Purpose::Message { .. })).count();
        let here = self.chats.values().filter(|chat| chat.relays().any(|other| other == relay));
        let queued: usize = here.map(|chat| chat.queued.len()).sum();
        u32::try_from(out + queued).unwrap_or(u32::MAX)
    }

    /// Tells how a server is. Of one that only chats use it is said right after that it is
    /// not in the person's list: the last word counts.
    pub(super) fn server_changed(&mut self, relay: &RelayUrl) {
        let own = self.servers.contains(relay);
        if own || self.is_of_open_chat(relay) {
            self.update(Update::ServerChanged(self.server_view(relay)));
        }
        if !own && self.is_of_open_chat(relay) {
            self.update(Update::ServerRemoved(relay.clone()));
        }
    }

    /// Something small about a server changed: told with others like it, a little later.
    pub(super) fn server_moved(&mut self, relay: &RelayUrl) {
        self.moved.servers.insert(relay.clone());
        self.moved.due_at.get_or_insert(Timestamp(self.now.0 + GATHER_MS));
    }

    /// Servers that accepted chats use and that are not in the person's list.
    fn foreign_servers(&self) -> SortedSet<RelayUrl> {
        let open = self.chats.values().filter(|chat| chat.row.stage != Stage::Requested);
        let all = open.flat_map(|chat| chat.relays());
        all.filter(|relay| !self.servers.contains(relay)).cloned().collect()
    }

    /// More or less waits to be sent: no server says so.
    fn note_written(&mut self) {
        let queued = self.chats.values().map(|chat| chat.queued.len()).sum();
        let written = (self.outbox.next_id(), queued);
        if std::mem::replace(&mut self.moved.written, written) != written {
            let urls: Vec<RelayUrl> = self.pool.urls().cloned().collect();
            urls.iter().for_each(|relay| self.server_moved(relay));
        }
    }

    pub(super) fn tell_moved_servers(&mut self) {
        self.note_written();
        if self.moved.attached.take() {
            self.foreign_servers().iter().for_each(|relay| self.server_changed(relay));
        }
        if self.moved.due_at.take_if(|at| *at <= self.now).is_some() {
            for relay in std::mem::take(&mut self.moved.servers) {
                self.server_changed(&relay);
            }
        }
    }

    pub(super) fn server_said(&mut self, relay: &RelayUrl, text: &str) {
        let text: String = text.chars().filter(|c| !c.is_control()).take(MAX_SAID).collect();
        if let Some(link) = self.pool.get_mut(relay).filter(|_| !text.is_empty()) {
            link.said = Some(text);
            // However much it says.
            self.server_moved(relay);
        }
    }

    /// Connects to what is needed now, and to nothing else. Before there is an
    /// account there is nothing to say to anyone.
    pub(super) fn connect(&mut self) {
        let mut wanted = SortedSet::new();
        let mut want = |relay: &RelayUrl| {
            if wanted.len() < MAX_CONNECTIONS {
                wanted.insert(relay.clone());
            }
        };
        if self.account.is_some() {
            // The person's own first; then one of each chat, a second of each, and so on,
            // so that no chat is crowded out by another's long list; then what has to reach others;
            // and last those who may be made up. A stranger's request gets us to nobody's servers.
            self.servers.iter().for_each(&mut want);
            for in_turn in [false, true] {
                let chats = self.chats.values().filter(|chat| chat.in_turn == in_turn);
                let chats = chats.filter(|chat| chat.row.stage != Stage::Requested);
                let chats: Vec<_> = chats.map(|chat| chat.first_relays(MAX_PER_CHAT)).collect();
                for at in 0..MAX_PER_CHAT {
                    chats.iter().filter_map(|relays| relays.get(at).copied()).for_each(&mut want);
                }
                let is_first = |row: &OutgoingRow| in_turn || !self.is_for_one_in_turn(row);
                self.outbox.relays_of(is_first).for_each(&mut want);
            }
        }
        for socket in self.pool.want(&wanted, self.now) {
            let output = match socket {
                Socket::Open(relay) => Output::Connect(relay),
                Socket::Close(relay) => {
                    self.outbox.disconnected(&relay, self.now);
                    self.read_back.disconnected(&relay);
                    self.catchup.disconnected(&relay, self.now);
                    self.findable.disconnected(&relay);
                    if !self.servers.contains(&relay) {
                        // No chat uses it any more either.
                        self.update(Update::ServerChanged(self.server_view(&relay)));
                        self.update(Update::ServerRemoved(relay.clone()));
                    }
                    Output::Disconnect(relay)
                }
            };
            self.outputs.push_back(output);
        }
    }

    /// Whether an accepted chat lives on this relay.
    pub(super) fn is_of_open_chat(&self, relay: &RelayUrl) -> bool {
        self.chats_on(relay) > 0
    }

    /// How many accepted chats live on this relay.
    fn chats_on(&self, relay: &RelayUrl) -> u16 {
        let open = self.chats.values().filter(|chat| chat.row.stage != Stage::Requested);
        let here = open.filter(|chat| chat.relays().any(|other| other == relay));
        u16::try_from(here.count()).unwrap_or(u16::MAX)
    }
}
