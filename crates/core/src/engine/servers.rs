//! The person's servers, and every other relay a chat needs.

use super::Engine;
use super::record::{Answer, Outgoing};
use crate::engine::Output;
use crate::relay::parse_relay_url;
use std::collections::BTreeSet;
use zajil_api::{Failure, LinkState, RelayUrl, Server, Stage, Update};

/// Connections at most, whatever others write into their lists.
const MAX_CONNECTIONS: usize = 32;
/// Connections for one chat.
const MAX_PER_CHAT: usize = 8;
/// Characters of what a server said that are shown.
const MAX_SAID: usize = 200;

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
        Server {
            url: relay.clone(),
            link: link.map_or(LinkState::Offline { retry_at: None }, |link| link.view()),
            opened_in_ms: link.and_then(|link| link.opened_in_ms),
            answers_in_ms: None,
            score: None,
            advice: None,
            chats: 0,
            held: 0,
            waiting: 0,
            said: link.and_then(|link| link.said.clone()),
        }
    }

    pub(super) fn server_changed(&mut self, relay: &RelayUrl) {
        if self.servers.contains(relay) {
            let view = self.server_view(relay);
            self.update(Update::ServerChanged(view));
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
        let mut wanted = BTreeSet::new();
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
        let outputs = self.pool.want(&wanted, self.now);
        for output in &outputs {
            if let Output::Disconnect(relay) = output {
                self.outbox.disconnected(relay);
                self.read_back.disconnected(relay);
                self.catchup.disconnected(relay);
            }
        }
        self.outputs.extend(outputs);
    }

    /// Whether an accepted chat lives on this relay.
    pub(super) fn is_of_open_chat(&self, relay: &RelayUrl) -> bool {
        let mut open = self.chats.values().filter(|chat| chat.row.stage != Stage::Requested);
        open.any(|chat| chat.relays().any(|other| other == relay))
    }

    pub(super) fn handle_opened(&mut self, relay: &RelayUrl) {
        let now = self.now;
        let Some(link) = self.pool.get_mut(relay) else { return };
        link.opened(now);
        self.server_changed(relay);
        self.subscribe(relay);
        self.reopen(relay);
        self.read_back_all(relay);
        self.dispatch(relay);
    }

    pub(super) fn handle_closed(&mut self, relay: &RelayUrl, reason: &str) {
        let now = self.now;
        let Some(link) = self.pool.get_mut(relay) else { return };
        tracing::debug!(%relay, reason, "closed");
        link.closed(now, &mut self.rng);
        self.outbox.disconnected(relay);
        self.read_back.disconnected(relay);
        self.catchup.disconnected(relay);
        self.server_changed(relay);
    }

    pub(super) fn time_out_links(&mut self) {
        let (changed, outputs) = self.pool.timed_out(self.now, &mut self.rng);
        self.outputs.extend(outputs);
        for relay in changed {
            self.server_changed(&relay);
        }
    }
}
