//! What leaves over a connection: within its server's limits, at its server's pace.

use super::catchup::Catchup;
use super::progress::{Progress, Step};
use super::{Engine, Output, Timestamp, fetch};
use crate::nostr::ClientMessage;
use crate::relay::{Limits, is_rate_limit};
use zajil_api::RelayUrl;

const TOO_LONG: &str = "does not take messages as long as one for it";

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
        let questions = link.subscriptions.take(limit);
        for (name, frame) in questions {
            match self.takes(relay, &frame) {
                true => self.transmit(relay, frame),
                false => self.cannot_ask(relay, &name),
            }
        }
        self.wait_in_line(relay);
        let link = self.pool.get(relay);
        let in_the_way = link.and_then(|link| link.subscriptions.in_the_way());
        if let Some((feed, _)) = in_the_way.and_then(|name| self.feed_of(relay, name)) {
            // It is back in line with the next change of the chats.
            self.stop_feed(relay, feed);
        }
    }

    /// A question is too long for a server: what it is about was not asked.
    fn cannot_ask(&mut self, relay: &RelayUrl, name: &str) {
        let now = self.now;
        if let Some(link) = self.pool.get_mut(relay) {
            link.subscriptions.ended(name);
        }
        if let Some((feed, _)) = self.feed_of(relay, name)
            && let Some(progress) = self.catchup.progress(relay, feed)
        {
            progress.fail(now);
        }
        self.server_said(relay, TOO_LONG);
    }

    /// Servers are not silent about what still waits in line to be asked.
    pub(super) fn wait_in_lines(&mut self) {
        let open: Vec<RelayUrl> = self.pool.open().cloned().collect();
        for relay in open {
            self.wait_in_line(&relay);
        }
    }

    fn wait_in_line(&mut self, relay: &RelayUrl) {
        let now = self.now;
        let Some(link) = self.pool.get(relay) else { return };
        let waiting: Vec<String> = link.subscriptions.waiting().map(str::to_owned).collect();
        for name in waiting {
            if let Some(number) = fetch::number_of(&name) {
                self.catchup.claims.wait_until(relay, Some(number), now);
            } else if self.read_back.is_question(relay, &name) {
                self.read_back.wait_until(relay, now);
            } else if self.findable.is_question(relay, &name) {
                self.findable.wait_until(relay, now);
            } else if let Some((feed, _)) = self.feed_of(relay, &name)
                && let Some(progress) = self.catchup.progress(relay, feed)
            {
                progress.wait_until(now);
            }
        }
    }

    /// Sends a frame that wants an answer. What is too long for the server is not sent;
    /// it would end the connection.
    pub(super) fn transmit(&mut self, relay: &RelayUrl, text: String) {
        if !self.takes(relay, &text) {
            self.server_said(relay, TOO_LONG);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cursor::Since;
    use crate::engine::feed::{Ask, Feed};
    use crate::engine::shares::Share;
    use crate::engine::{Config, Input, VaultKey};
    use crate::nostr::{Filter, Kind};
    use crate::sorted::SortedSet;
    use zajil_api::{Command, CommandId, Request};

    const START: u64 = 1_700_000_000_000;

    fn drain(engine: &mut Engine) -> Vec<String> {
        let outputs = std::iter::from_fn(|| engine.poll_output());
        let sent = outputs.filter_map(|output| match output {
            Output::Send { text, .. } => Some(text),
            _ => None,
        });
        sent.collect()
    }

    #[test]
    fn a_server_is_not_silent_about_what_waits_in_line_to_be_asked() {
        let relay = RelayUrl::new("wss://r");
        let (vault_key, seed) = (VaultKey([1; 32]), [2; 32]);
        let config = Config { vault_key, seed, default_relays: vec![relay.clone()] };
        let mut engine = Engine::open(config, Timestamp(START), &[]).unwrap();
        let hear = |text: String| Input::RelayFrame { relay: RelayUrl::new("wss://r"), text };
        let command = Command::CreateAccount { name: "Alice".to_owned() };
        let document = Some(r#"{"limitation":{"max_subscriptions":5}}"#.to_owned());
        for input in [
            Input::Request(Request { id: CommandId(1), command }),
            Input::RelayOpened(relay.clone()),
            Input::RelayInfo { relay: relay.clone(), document },
        ] {
            engine.handle_input(Timestamp(START), input);
        }
        // It takes no more subscriptions than it has, and keeps what it was sent.
        engine.stop_feed(&relay, Feed::Inbox);
        for number in 1..=5 {
            engine.req(&relay, &format!("x-{number}"), Filter::new());
        }
        let ask = Ask { filter: Filter::new().kinds([Kind::GROUP_MESSAGE]), of: SortedSet::new() };
        let feed = Feed::Groups(Share::Own(0));
        engine.begin_feed(&relay, feed, ask, Since::default());
        let ids: Vec<String> =
            engine.outbox.rows().filter_map(|row| Some(row.made.as_ref()?.id.to_hex())).collect();
        assert!(!ids.is_empty());
        for id in ids {
            engine.handle_input(Timestamp(START), hear(format!(r#"["OK","{id}",true,""]"#)));
        }
        for second in 1..=60 {
            let notice = hear(r#"["NOTICE","busy"]"#.to_owned());
            engine.handle_input(Timestamp(START + second * 1_000), notice);
        }
        let asked = |frames: &[String], name: &str| {
            frames.iter().any(|frame| frame.starts_with(&format!("[\"REQ\",\"{name}")))
        };
        let before = drain(&mut engine);
        assert!(asked(&before, "x-5") && !asked(&before, "b-") && !asked(&before, "g"));
        let question = |engine: &Engine| {
            engine.read_back.relays.get(&relay).and_then(|r| Some(r.asked.as_ref()?.name.clone()))
        };
        assert_eq!(question(&engine).as_deref(), Some("b-1"), "the first is still to be asked");
        assert_eq!(engine.catchup.progress(&relay, feed).unwrap().step, Step::Listening);
        for number in 1..=2 {
            engine.close(&relay, &format!("x-{number}"));
        }
        let after = drain(&mut engine);
        assert!(asked(&after, "b-1") && asked(&after, "g"), "{after:?}");
    }
}
