//! Whether others can find us: what speaks for the account is looked for on each of our
//! servers, and published again where one has lost it.
//!
//! Nobody who opens an invite link gets further than a missing key package, and servers do
//! lose things. So after a start each of our servers is asked for our key package, and at each
//! later connection, and now and then, for the smallest of what we published: where that is gone,
//! so is the rest.

use super::{Engine, Timestamp};
use crate::nostr::{ClientMessage, Event, Filter, Kind, SubscriptionId};
use crate::sorted::{SortedMap, SortedSet};
use crate::time::doubled;
use zajil_api::RelayUrl;

/// A server that does not say so long that it is done is not waited for.
const PATIENCE_MS: u64 = 10_000;
/// All of it is published again at most once in so long.
const EVERY_MS: u64 = 600_000;
/// A server that did not know us is asked again after that, ever later, and one that did after
/// the longest wait.
const FIRST_AGAIN_MS: u64 = EVERY_MS;
const LONGEST_AGAIN_MS: u64 = 6 * 3_600_000;

#[derive(Debug, Default)]
pub(super) struct Findable {
    asked: SortedMap<RelayUrl, Question>,
    /// Servers that had our key package since this start.
    knows: SortedSet<RelayUrl>,
    again: SortedMap<RelayUrl, Again>,
    last_number: u32,
    published_at: Option<Timestamp>,
}

/// When a server is asked once more, unless it connects anew before.
#[derive(Debug, Default)]
struct Again {
    at: Option<Timestamp>,
    /// How often in a row it did not know us.
    failures: u32,
}

#[derive(Debug)]
struct Question {
    name: String,
    at: Timestamp,
    wanted: Vec<Kind>,
    found: Vec<Kind>,
}

impl Question {
    fn timeout(&self) -> Timestamp {
        Timestamp(self.at.0 + PATIENCE_MS)
    }

    fn is_answered(&self) -> bool {
        self.wanted.iter().all(|kind| self.found.contains(kind))
    }
}

impl Findable {
    pub fn disconnected(&mut self, relay: &RelayUrl) {
        self.asked.remove(relay);
        if let Some(again) = self.again.get_mut(relay) {
            again.at = None;
        }
    }

    pub fn next_timeout(&self) -> Option<Timestamp> {
        let asked = self.asked.values().map(Question::timeout);
        asked.chain(self.again.values().filter_map(|again| again.at)).min()
    }

    /// `knows_us`: what it answered, if it did and had been given the time to know.
    fn ask_again(&mut self, relay: &RelayUrl, knows_us: Option<bool>, now: Timestamp) {
        let again = self.again.entry(relay.clone()).or_default();
        let wait_ms = match knows_us {
            Some(true) => LONGEST_AGAIN_MS,
            Some(false) => doubled(FIRST_AGAIN_MS, again.failures, LONGEST_AGAIN_MS),
            None => FIRST_AGAIN_MS,
        };
        again.at = Some(Timestamp(now.0 + wait_ms));
        again.failures = match knows_us {
            Some(true) => 0,
            Some(false) => again.failures.saturating_add(1),
            None => again.failures,
        };
    }

    /// Servers that are to be asked again now.
    fn due(&mut self, now: Timestamp) -> Vec<RelayUrl> {
        let due = self.again.iter_mut().filter(|(_, again)| again.at.is_some_and(|at| at <= now));
        due.map(|(relay, again)| {
            again.at = None;
            relay.clone()
        })
        .collect()
    }

    pub fn is_question(&self, relay: &RelayUrl, name: &str) -> bool {
        self.asked.get(relay).is_some_and(|question| question.name == name)
    }

    /// The server is not silent about what it was not asked yet.
    pub fn wait_until(&mut self, relay: &RelayUrl, until: Timestamp) {
        if let Some(question) = self.asked.get_mut(relay) {
            question.at = until.max(question.at);
        }
    }
}

impl Engine {
    /// Asks a server of ours for what others look for.
    pub(super) fn look_for_own(&mut self, relay: &RelayUrl) {
        let Some(account) = self.account.as_ref().filter(|_| self.servers.contains(relay)) else {
            return;
        };
        if self.is_publishing_to(relay) {
            // It is only just being published there, and will be read back.
            self.findable.ask_again(relay, None, self.now);
            return;
        }
        let mut wanted = vec![Kind::INBOX_RELAYS];
        if !self.findable.knows.contains(relay) {
            wanted.push(Kind::KEY_PACKAGE);
        }
        let author = account.keys.public_key();
        let filter = Filter::new().authors([author]).kinds(wanted.iter().copied());
        self.findable.last_number += 1;
        // The hyphen: it ends by itself.
        let name = format!("o-{}", self.findable.last_number);
        let question = Question { name: name.clone(), at: self.now, wanted, found: Vec::new() };
        if let Some(before) = self.findable.asked.insert(relay.clone(), question) {
            self.close(relay, &before.name);
        }
        if let Some(subscription) = SubscriptionId::new(&name) {
            self.say(relay, &ClientMessage::Req { subscription, filters: vec![filter] });
        }
    }

    /// Whether the frame was about that question.
    pub(super) fn own_event(
        &mut self,
        relay: &RelayUrl,
        subscription: &str,
        event: &Event,
    ) -> bool {
        let is_newest = self.is_newest_of_ours(event);
        let Some(question) = self.findable.asked.get_mut(relay) else { return false };
        if question.name != subscription {
            return false;
        }
        if is_newest {
            question.found.push(event.kind);
        }
        true
    }

    /// A key package that somebody else with our keys published is of no use to us.
    fn is_newest_of_ours(&self, event: &Event) -> bool {
        let Some(account) = &self.account else { return false };
        let newest = account.row.key_packages.last().map(|row| hex::encode(&row.reference));
        let is_key_package = event.kind == Kind::KEY_PACKAGE;
        event.pubkey == account.keys.public_key()
            && (!is_key_package || event.tag_value("i").map(str::to_owned) == newest)
    }

    pub(super) fn own_ended(&mut self, relay: &RelayUrl, subscription: &str) -> bool {
        if !self.findable.is_question(relay, subscription) {
            return false;
        }
        let Some(question) = self.findable.asked.remove(relay) else { return false };
        self.close(relay, subscription);
        if question.is_answered() {
            self.findable.ask_again(relay, Some(true), self.now);
            self.findable.knows.insert(relay.clone());
            return true;
        }
        self.findable.knows.remove(relay);
        tracing::debug!(%relay, "a server does not know us");
        let long_ago = |at: Timestamp| at.0 + EVERY_MS <= self.now.0 && at <= question.at;
        let publishes = self.findable.published_at.is_none_or(long_ago);
        self.findable.ask_again(relay, publishes.then_some(false), self.now);
        if publishes {
            self.publish_account();
        }
        true
    }

    /// A server that never comes to an end would keep the question's place, and does not say
    /// what it lacks.
    pub(super) fn time_out_findable(&mut self) {
        let asked = self.findable.asked.iter();
        let late = asked.filter(|(_, question)| question.timeout() <= self.now);
        let late: Vec<RelayUrl> = late.map(|(relay, _)| relay.clone()).collect();
        for relay in late {
            let Some(question) = self.findable.asked.remove(&relay) else { continue };
            self.close(&relay, &question.name);
            let knows_us = question.is_answered().then_some(true);
            self.findable.ask_again(&relay, knows_us, self.now);
            if knows_us.is_some() {
                self.findable.knows.insert(relay);
            }
        }
        for relay in self.findable.due(self.now) {
            if self.pool.get(&relay).is_some_and(|link| link.is_open()) {
                self.look_for_own(&relay);
            }
        }
    }

    /// Publishes anew what speaks for the account.
    pub(super) fn publish_account(&mut self) {
        self.findable.published_at = Some(self.now);
        self.publish_relay_lists();
        let published = self.publish_key_package();
        self.note("publishing the key package", published);
    }
}
