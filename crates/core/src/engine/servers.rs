//! The person's servers, and every other relay a chat needs.

use super::record::{Answer, Outgoing, Purpose};
use super::{Engine, Timestamp};
use crate::engine::Output;
use crate::relay::{Socket, Standing, parse_relay_url};
use crate::sorted::SortedSet;
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
        self.cursors.remove(relay);
        self.forget_cursor(relay);
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
        let renewed = self.renew_key_package();
        self.note("renewing the key package", renewed);
        self.account_changed();
    }

    pub(super) fn server_views(&self) -> Vec<Server> {
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
            answers_in_ms: standing.and_then(Standing::answers_in_ms),
            score: standing.and_then(Standing::score),
            advice: standing.and_then(Standing::advice),
            chats: self.chats_on(relay),
            held: self.read_back.held(relay),
            waiting: self.waiting_at(relay),
            said: link.and_then(|link| link.said.clone()),
        }
    }

    /// How many messages people wrote a server has still to answer for.
    fn waiting_at(&self, relay: &RelayUrl) -> u32 {
        let rows = self.outbox.open_at(relay).into_iter().filter_map(|id| self.outbox.row(id));
        let messages = rows.filter(|row| matches!(row.purpose, Purpose::Message { .. }));
        u32::try_from(messages.count()).unwrap_or(u32::MAX)
    }

    pub(super) fn server_changed(&mut self, relay: &RelayUrl) {
        if self.servers.contains(relay) {
            let view = self.server_view(relay);
            self.update(Update::ServerChanged(view));
        }
    }

    /// Something small about a server changed: told with others like it, a little later.
    pub(super) fn server_moved(&mut self, relay: &RelayUrl) {
        if self.servers.contains(relay) {
            self.moved.servers.insert(relay.clone());
            self.moved.due_at.get_or_insert(Timestamp(self.now.0 + GATHER_MS));
        }
    }

    pub(super) fn tell_moved_servers(&mut self) {
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
            self.server_changed(relay);
        }
    }

    /// Connects to what is needed now, and to nothing else. Before there is an
    /// account there is nothing to say to anyone.
    pub(super) fn connect(&mut self) {
        let mut wanted = SortedSet::new();
        if self.account.is_some() {
            // The person's own first; then one of each chat, a second of each, and so on,
            // so that no chat is crowded out by another's long list. A stranger's request
            // gets us to nobody's servers.
            let chats = self.chats.values().filter(|chat| chat.row.stage != Stage::Requested);
            let lists: Vec<Vec<&RelayUrl>> = chats.map(|chat| chat.relays().collect()).collect();
            let of_chats =
                (0..MAX_PER_CHAT).flat_map(|at| lists.iter().filter_map(move |l| l.get(at)));
            let all = self.servers.iter().chain(of_chats.copied()).chain(self.outbox.relays());
            for relay in all {
                if wanted.len() < MAX_CONNECTIONS {
                    wanted.insert(relay.clone());
                }
            }
        }
        for socket in self.pool.want(&wanted, self.now) {
            self.outputs.push_back(match socket {
                Socket::Open(relay) => Output::Connect(relay),
                Socket::Close(relay) => {
                    self.outbox.disconnected(&relay);
                    self.read_back.disconnected(&relay);
                    self.catchup.disconnected(&relay);
                    Output::Disconnect(relay)
                }
            });
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
