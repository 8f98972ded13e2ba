//! Connections as they come, go, and are doubted.

use super::record::ChatKey;
use super::{Engine, Output};
use crate::mutant::{self, Mutant};
use crate::nostr::{ClientMessage, EventId, Filter, SubscriptionId};
use crate::relay::{Action, Network, RelayInfo};
use rand_core::RngCore;
use zajil_api::RelayUrl;

/// Begins the subscription of a probe. The hyphen: it ends by itself.
const PROBE: &str = "p-";
/// Somebody who writes while nothing can be reached has servers tried once in so long.
const HURRY_EVERY_MS: u64 = 15_000;

impl Engine {
    pub(super) fn handle_opened(&mut self, relay: &RelayUrl) {
        let now = self.now;
        // One that was cut or given up while it opened is not ours any more.
        let Some(link) = self.pool.get_mut(relay).filter(|link| link.has_socket()) else { return };
        link.opened(now);
        if let Some(until) = link.peace_until(now) {
            self.outbox.pause(relay, until);
        }
        self.server_changed(relay);
        if self.pool.lacks_info(relay, now) {
            self.outputs.push_back(Output::FetchInfo(relay.clone()));
        }
        self.subscribe(relay);
        self.reopen(relay);
        self.read_back_all(relay);
        self.look_for_own(relay);
        self.dispatch(relay);
    }

    pub(super) fn handle_closed(&mut self, relay: &RelayUrl, reason: &str) {
        let Some(link) = self.pool.get(relay) else { return };
        if !link.has_socket() {
            return;
        }
        tracing::debug!(%relay, reason, "closed");
        self.pool.closed(relay, self.now, &mut self.rng);
        self.lost(relay);
    }

    /// There is no connection any more: what was on its way over it is open again.
    pub(super) fn lost(&mut self, relay: &RelayUrl) {
        self.outbox.disconnected(relay, self.now);
        self.read_back.disconnected(relay);
        self.findable.disconnected(relay);
        if !mutant::active(Mutant::ReadOnce) {
            self.catchup.disconnected(relay, self.now);
        }
        self.server_changed(relay);
    }

    /// Something came in over a connection; whether it is one of ours.
    pub(super) fn heard(&mut self, relay: &RelayUrl) -> bool {
        let now = self.now;
        let Some(link) = self.pool.get_mut(relay).filter(|link| link.is_open()) else {
            return false;
        };
        link.heard(now);
        true
    }

    /// The device's network came or went.
    pub(super) fn handle_network(&mut self, network: Network) {
        self.rouse(Some(network));
    }

    /// The device slept: what was open may be dead, and what failed then says nothing.
    pub(super) fn handle_woke(&mut self) {
        self.rouse(None);
    }

    /// Somebody writes in a chat none of whose servers is there: they are tried now, rather
    /// than when their turn comes.
    pub(super) fn hurry_for(&mut self, key: ChatKey) {
        let Some(chat) = self.chats.get(&key) else { return };
        let is_there = chat.relays().any(|relay| self.pool.is_open(relay));
        let was_hurried = self.hurried_at.is_some_and(|at| at.0 + HURRY_EVERY_MS > self.now.0);
        if !is_there && !was_hurried {
            self.hurried_at = Some(self.now);
            self.handle_woke();
        }
    }

    fn rouse(&mut self, network: Option<Network>) {
        for relay in self.pool.roused(network, self.now, &mut self.rng) {
            self.outputs.push_back(Output::Disconnect(relay.clone()));
            self.lost(&relay);
        }
    }

    pub(super) fn time_out_links(&mut self) {
        for (relay, action) in self.pool.timed_out(self.now, &mut self.rng) {
            match action {
                Action::Connect if mutant::active(Mutant::NeverReconnect) => {}
                Action::Connect => {
                    self.outputs.push_back(Output::Connect(relay.clone()));
                    self.server_changed(&relay);
                }
                Action::Abandon => {
                    self.outputs.push_back(Output::Disconnect(relay.clone()));
                    self.lost(&relay);
                }
                Action::Probe(number) => self.probe(&relay, number),
                Action::Resume => self.ask_waiting(&relay),
            }
        }
    }

    /// Asks for an event that does not exist: any answer will do.
    fn probe(&mut self, relay: &RelayUrl, number: u32) {
        let mut id = [0; 32];
        self.rng.fill_bytes(&mut id);
        let Some(subscription) = SubscriptionId::new(format!("{PROBE}{number}")) else { return };
        let filters = vec![Filter::new().ids([EventId::from_bytes(id)]).limit(1)];
        // Past the line of questions: the worst answer, that there are too many, is one.
        self.transmit(relay, ClientMessage::Req { subscription, filters }.to_json());
    }

    /// The server is done with a subscription, or ended it; whether it was a probe's.
    pub(super) fn handle_probe_end(&mut self, relay: &RelayUrl, subscription: &str) -> bool {
        let Some(number) = subscription.strip_prefix(PROBE) else { return false };
        let now = self.now;
        let link = self.pool.get_mut(relay);
        let number = number.parse().ok();
        let took = number.zip(link).and_then(|(number, link)| link.probe_answered(number, now));
        if let Some(milliseconds) = took {
            self.standings.answered(relay, milliseconds);
            self.server_changed(relay);
        }
        true
    }

    /// A probe's subscription is not needed any more.
    pub(super) fn close_probe(&mut self, relay: &RelayUrl, subscription: SubscriptionId) {
        let text = ClientMessage::Close(subscription).to_json();
        self.outputs.push_back(Output::Send { relay: relay.clone(), text });
    }

    /// What a server says about itself, if it says anything.
    pub(super) fn handle_info(&mut self, relay: &RelayUrl, document: Option<&str>) {
        if let Some(info) = document.and_then(RelayInfo::parse) {
            let before = self.ids_at_once(relay);
            let warning = info.warning();
            self.pool.informed(relay, info, self.now);
            let said = self.pool.get(relay).is_some_and(|link| link.said.is_some());
            if let Some(words) = warning.filter(|_| !said) {
                self.server_said(relay, words);
            }
            self.ask_waiting(relay);
            if self.pool.is_open(relay) && self.ids_at_once(relay) != before {
                self.subscribe_groups(relay);
            }
        }
    }
}
