//! A relay as NIP-01 describes it, and the ways in which real ones fall short.

use super::manners::Manners;
use super::negentropy::Comparing;
use std::collections::BTreeMap;
use zajil_core::nostr::{ClientMessage, Event, Filter, RelayMessage, Signature, SubscriptionId};

/// What real relays hand out at most per filter.
const LIMIT: usize = 100;

pub type Who = &'static str;

pub struct SimRelay {
    pub up: bool,
    pub events: Vec<Event>,
    /// Says OK and keeps nothing.
    pub forgets: bool,
    /// Passes on to whoever listens what it does not keep.
    pub echoes: bool,
    /// Takes events and says nothing to whoever sent them.
    pub silent: bool,
    /// Refuses every event with these words.
    pub refuses: Option<&'static str>,
    /// Hands out events with a signature that is not theirs.
    pub breaks_signatures: bool,
    /// Never says that the stored events are over.
    pub endless: bool,
    /// Ends every subscription with these words.
    pub closes: Option<&'static str>,
    /// Hands out pages whose subscriptions' names begin or end so only when released.
    pub slow_pages: Option<&'static str>,
    pub delayed: Vec<(Who, String)>,
    /// Serves only whoever has proven who they are (NIP-42).
    pub wants_proof: bool,
    pub manners: Manners,
    challenged: Vec<Who>,
    pub(super) proven: Vec<Who>,
    /// So many events a filter, at most.
    pub page: usize,
    /// How it compares instead of handing out pages (NIP-77).
    pub comparing: Comparing,
    /// Answers so many questions for events by their ids, and then no more.
    pub answers_ids: usize,
    /// Hands out events whose content is not theirs.
    pub garbles: bool,
    subscriptions: BTreeMap<(Who, String), Vec<Filter>>,
    connected: Vec<Who>,
    /// Frames received, for tests that count.
    pub frames: usize,
    /// Their bytes, and those of the answers.
    pub bytes_in: usize,
    pub bytes_out: usize,
    /// Events handed out.
    pub handed_out: usize,
    /// The longest frame received, in bytes.
    pub longest_in: usize,
}

impl Default for SimRelay {
    fn default() -> Self {
        Self {
            up: true,
            events: Vec::new(),
            forgets: false,
            echoes: false,
            silent: false,
            refuses: None,
            breaks_signatures: false,
            endless: false,
            closes: None,
            slow_pages: None,
            page: LIMIT,
            delayed: Vec::new(),
            wants_proof: false,
            manners: Manners::default(),
            challenged: Vec::new(),
            proven: Vec::new(),
            comparing: Comparing::default(),
            answers_ids: usize::MAX,
            garbles: false,
            subscriptions: BTreeMap::new(),
            connected: Vec::new(),
            frames: 0,
            bytes_in: 0,
            bytes_out: 0,
            handed_out: 0,
            longest_in: 0,
        }
    }
}

impl SimRelay {
    /// What it says at once.
    pub fn connect(&mut self, who: Who) -> Vec<(Who, String)> {
        self.connected.push(who);
        let challenge = self.manners.challenges.map(str::to_owned);
        let challenge = challenge.map(|challenge| RelayMessage::Auth { challenge });
        challenge.map(|challenge| (who, challenge.to_json())).into_iter().collect()
    }

    /// The connection is over; nobody is told.
    pub fn disconnect(&mut self, who: Who) {
        self.connected.retain(|other| *other != who);
        self.subscriptions.retain(|(other, _), _| *other != who);
        self.proven.retain(|other| *other != who);
        self.challenged.retain(|other| *other != who);
        self.comparing.disconnect(who);
        self.manners.unheard.retain(|(other, _)| *other != who);
    }

    pub fn subscriptions_of(&self, who: Who) -> Vec<String> {
        let all = self.subscriptions.keys();
        all.filter(|(other, _)| *other == who).map(|(_, name)| name.clone()).collect()
    }

    /// Somebody has proven who they are.
    pub fn prove(&mut self, who: Who) {
        self.proven.push(who);
    }

    pub fn clear_connections(&mut self) -> Vec<Who> {
        self.subscriptions.clear();
        std::mem::take(&mut self.connected)
    }

    pub fn handle(&mut self, who: Who, text: &str) -> Vec<(Who, String)> {
        if !self.connected.contains(&who) {
            return Vec::new();
        }
        self.frames += 1;
        self.longest_in = self.longest_in.max(text.len());
        if let Some(said) = self.manners.turns_away(who, text) {
            return said;
        }
        self.bytes_in += text.len();
        match ClientMessage::parse(text).expect("our own frames parse") {
            ClientMessage::Event(event) => self.publish(who, *event),
            ClientMessage::Req { subscription, filters } => {
                self.subscribe(who, subscription, filters)
            }
            ClientMessage::Close(subscription) => {
                self.subscriptions.remove(&(who, subscription.as_str().to_owned()));
                Vec::new()
            }
            ClientMessage::NegOpen { subscription, filter, message } => {
                self.neg_open(who, subscription, &filter, &message)
            }
            ClientMessage::NegMsg { subscription, message } => {
                self.neg_msg(who, subscription, &message)
            }
            ClientMessage::NegClose(subscription) => {
                self.neg_close(who, &subscription);
                Vec::new()
            }
            ClientMessage::Auth(event) => {
                event.verify().expect("our own answers verify");
                self.manners.answers.push((who, event.id));
                let Some((accepted, words)) = self.manners.verdict else { return Vec::new() };
                if accepted {
                    self.proven.push(who);
                }
                let (id, message) = (event.id, words.to_owned());
                vec![(who, RelayMessage::Ok { id, accepted, message }.to_json())]
            }
        }
    }

    /// Puts an event in as if somebody outside this world had published it.
    pub fn inject(&mut self, event: Event) -> Vec<(Who, String)> {
        let frames = self.fan_out(&event);
        self.events.push(event);
        frames
    }

    /// Counts what it says.
    pub fn count_out(&mut self, text: &str) {
        self.bytes_out += text.len();
        self.handed_out += usize::from(text.starts_with("[\"EVENT\""));
    }

    fn publish(&mut self, who: Who, event: Event) -> Vec<(Who, String)> {
        event.verify().expect("our own events verify");
        let id = event.id;
        let ok = |accepted, message: &str| {
            let message = message.to_owned();
            (who, RelayMessage::Ok { id, accepted, message }.to_json())
        };
        if self.manners.wants_proof_to_write && !self.proven.contains(&who) {
            return vec![ok(false, "auth-required: say who you are")];
        }
        if let Some(words) = self.refuses {
            return vec![ok(false, words)];
        }
        if self.events.iter().any(|known| known.id == id) {
            return vec![ok(true, "duplicate: have it")];
        }
        // NIP-01: of what replaces what came before, the latest is kept; of two of one second,
        // the one with the lower id.
        let place =
            |event: &Event| (event.kind, event.pubkey, event.tag_value("d").map(str::to_owned));
        let age = |event: &Event| (event.created_at, std::cmp::Reverse(event.id));
        if event.kind.is_replaceable() || event.kind.is_addressable() {
            let same = |known: &&Event| place(known) == place(&event);
            if self.events.iter().filter(same).any(|known| age(known) > age(&event)) {
                return vec![ok(true, "duplicate: have a newer one")];
            }
            self.events.retain(|known| place(known) != place(&event));
        }
        let mut frames = if self.silent { Vec::new() } else { vec![ok(true, "")] };
        let told = match self.forgets {
            false => self.inject(event),
            true if self.echoes => self.fan_out(&event),
            true => Vec::new(),
        };
        frames.extend(told.into_iter().filter(|(to, _)| !self.silent || *to != who));
        frames
    }

    fn fan_out(&self, event: &Event) -> Vec<(Who, String)> {
        let matching = self
            .subscriptions
            .iter()
            .filter(|(_, filters)| filters.iter().any(|filter| filter.matches(event)));
        matching.map(|((who, name), _)| (*who, self.frame(name, event))).collect()
    }

    fn subscribe(
        &mut self,
        who: Who,
        subscription: SubscriptionId,
        filters: Vec<Filter>,
    ) -> Vec<(Who, String)> {
        let name = subscription.as_str().to_owned();
        let closed = |message: &str| {
            let message = message.to_owned();
            let subscription = subscription.clone();
            (who, RelayMessage::Closed { subscription, message }.to_json())
        };
        if self.wants_proof && !self.proven.contains(&who) {
            let mut frames = Vec::new();
            if !self.challenged.contains(&who) {
                self.challenged.push(who);
                let challenge = "who are you".to_owned();
                frames.push((who, RelayMessage::Auth { challenge }.to_json()));
            }
            frames.push(closed("auth-required: say who you are"));
            return frames;
        }
        if let Some(words) = self.closes {
            return vec![closed(words)];
        }
        if name.starts_with("f-") {
            let Some(left) = self.answers_ids.checked_sub(1) else { return Vec::new() };
            self.answers_ids = left;
        }
        let mut found: Vec<&Event> = Vec::new();
        for filter in &filters {
            let mut matching: Vec<&Event> =
                self.events.iter().filter(|e| filter.matches(e)).collect();
            // Newest first, and no more than the limit: this is what clients must cope with.
            matching.sort_by_key(|event| std::cmp::Reverse((event.created_at, event.id)));
            found.extend(
                matching.into_iter().take(
                    filter.wanted().map_or(self.page, |wanted| self.page.min(wanted as usize)),
                ),
            );
        }
        if self.manners.upside_down {
            found.reverse();
        }
        let mut frames: Vec<(Who, String)> =
            found.into_iter().map(|e| (who, self.frame(&name, e))).collect();
        let never_ends = self.manners.never_ends.is_some_and(|part| name.starts_with(part));
        if !self.endless && !never_ends {
            frames.push((who, RelayMessage::Eose(subscription).to_json()));
        }
        let is_slow = |part: &str| name.starts_with(part) || name.ends_with(part);
        let is_page = filters.iter().all(|filter| filter.wanted() != Some(0));
        let is_delayed = is_page && self.slow_pages.is_some_and(is_slow);
        self.subscriptions.insert((who, name), filters);
        self.manners.most_subscriptions =
            self.manners.most_subscriptions.max(self.subscriptions_of(who).len());
        if is_delayed {
            self.delayed.append(&mut frames);
        }
        frames
    }

    fn frame(&self, name: &str, event: &Event) -> String {
        let (subscription, mut event) = (SubscriptionId::new(name).unwrap(), event.clone());
        if self.breaks_signatures {
            event.sig = Signature::from_bytes([7; 64]);
        }
        if self.garbles {
            event.content.push('A');
        }
        let frame = RelayMessage::Event { subscription, event: Box::new(event) };
        self.manners.mangle(frame.to_json())
    }
}
