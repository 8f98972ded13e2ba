//! What leaves over a connection: within its server's limits, at its server's pace.

use super::catchup::Catchup;
use super::progress::{Progress, Step};
use super::{Engine, Output, Timestamp, fetch};
use crate::nostr::ClientMessage;
use crate::relay::{Limits, is_rate_limit};
use zajil_api::RelayUrl;

impl Engine {
    /// What a server lets itself be asked, as far as it said.
    pub(super) fn limits(&self, relay: &RelayUrl) -> Limits {
        self.pool.limits(relay)
    }

    /// Tells a server something, now or never; a question (REQ) as soon as the server
    /// takes one more.
    pub(super) fn say(&mut self, relay: &RelayUrl, message: &ClientMessage) {
        let Some(link) = self.pool.get_mut(relay).filter(|link| link.is_open()) else { return };
        match message {
            ClientMessage::Req { subscription, .. } => {
                link.subscriptions.ask(subscription.as_str(), message.to_json());
                self.ask_waiting(relay);
            }
            ClientMessage::Close(subscription) => {
                if link.subscriptions.ended(subscription.as_str()) {
                    let text = message.to_json();
                    self.outputs.push_back(Output::Send { relay: relay.clone(), text });
                }
                self.ask_waiting(relay);
            }
            ClientMessage::Event(_)
            | ClientMessage::Auth(_)
            | ClientMessage::NegOpen { .. }
            | ClientMessage::NegMsg { .. } => {
                self.transmit(relay, message.to_json());
            }
            ClientMessage::NegClose(_) => {
                let text = message.to_json();
                self.outputs.push_back(Output::Send { relay: relay.clone(), text });
            }
        }
    }

    /// The server ended a subscription, for the reason it gives: what it carried is asked
    /// for again in time, and there is room for another.
    pub(super) fn handle_closed_subscription(
        &mut self,
        relay: &RelayUrl,
        subscription: &str,
        words: &str,
    ) {
        if let Some(link) = self.pool.get_mut(relay) {
            link.subscriptions.ended(subscription);
        }
        let was_probe = self.handle_probe_end(relay, subscription);
        if let Some(number) = fetch::number_of(subscription) {
            self.fetch_closed(relay, number);
        } else if !was_probe && !self.read_back_closed(relay, subscription) {
            self.handle_subscription_closed(relay, subscription);
        }
        if words.starts_with("auth-required:") {
            self.read_wants_proof(relay);
        } else if is_rate_limit(words) {
            self.slow_down(relay);
        }
        if !was_probe {
            self.server_said(relay, words);
        }
        self.ask_waiting(relay);
    }

    /// Sends the questions that wait, as many as the server takes now.
    pub(super) fn ask_waiting(&mut self, relay: &RelayUrl) {
        let limit = self.limits(relay).subscriptions;
        let now = self.now;
        let Some(link) = self.pool.get_mut(relay).filter(|link| link.is_open()) else { return };
        if let Some(until) = link.questions_wait_until(now) {
            self.catchup.hold(relay, until);
            return;
        }
        let frames = link.subscriptions.take(limit);
        let waiting: Vec<String> = link.subscriptions.waiting().map(str::to_owned).collect();
        for frame in frames {
            self.transmit(relay, frame);
        }
        // A server is not silent that was not asked.
        for name in waiting {
            if let Some(number) = fetch::number_of(&name) {
                self.catchup.claims.wait_until(relay, Some(number), now);
            } else if let Some((feed, _)) = self.feed_of(relay, &name)
                && let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed))
            {
                progress.wait_until(now);
            }
        }
    }

    /// Sends a frame that wants an answer. What is too long for the server is not sent;
    /// it would end the connection.
    pub(super) fn transmit(&mut self, relay: &RelayUrl, text: String) {
        if !self.takes(relay, &text) {
            self.server_said(relay, "does not take messages as long as one for it");
            return;
        }
        let now = self.now;
        if let Some(link) = self.pool.get_mut(relay) {
            link.asked(now);
        }
        self.outputs.push_back(Output::Send { relay: relay.clone(), text });
    }

    /// Whether a frame is short enough for a server.
    pub(super) fn takes(&self, relay: &RelayUrl, text: &str) -> bool {
        text.len() <= self.limits(relay).message
    }

    /// When a server may be asked again, where it wants to be left in peace or has still to
    /// believe who we are.
    pub(super) fn questions_wait_until(&self, relay: &RelayUrl) -> Option<Timestamp> {
        self.pool.get(relay)?.questions_wait_until(self.now)
    }

    /// The server wants to be asked less: neither reads nor writes go to it for a while,
    /// a longer one each time.
    pub(super) fn slow_down(&mut self, relay: &RelayUrl) {
        let now = self.now;
        let Some(link) = self.pool.get_mut(relay) else { return };
        let until = link.slow_down(now, &mut self.rng);
        self.outbox.pause(relay, until);
        self.catchup.hold(relay, until);
    }
}

impl Catchup {
    /// This server is not asked again for what it ended before then, and its silence until
    /// then is none.
    pub fn hold(&mut self, relay: &RelayUrl, until: Timestamp) {
        for ((url, _), progress) in &mut self.feeds {
            if url == relay {
                progress.wait_until(until);
            }
        }
        self.claims.wait_until(relay, None, until);
    }
}

impl Progress {
    fn wait_until(&mut self, until: Timestamp) {
        match &mut self.step {
            Step::Failed { retry_at } => *retry_at = until.max(*retry_at),
            Step::Paging => {
                self.heard_at = until.max(self.heard_at);
                self.page_asked_at = until.max(self.page_asked_at);
            }
            Step::Listening => self.page_asked_at = until.max(self.page_asked_at),
            Step::Comparing => {
                if let Some(comparison) = &mut self.comparison {
                    comparison.wait_until(until);
                }
            }
            Step::Fetching | Step::Ready { .. } | Step::Settling | Step::Live => {}
        }
    }
}
