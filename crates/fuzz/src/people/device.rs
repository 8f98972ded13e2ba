//! An engine with its store and one server, driven by hand.

use super::config;
use futures::FutureExt;
use std::collections::VecDeque;
use zajil_api::{Command, CommandId, RelayUrl, Request};
use zajil_core::engine::{Engine, Input, Output, Timestamp};
use zajil_core::nostr::{ClientMessage, Event, Filter, RelayMessage, SubscriptionId};
use zajil_core::store::{Changes, MemoryStore, Order, Range, Row, Store, Table};

/// The one server.
pub const RELAY: &str = "wss://a.example";
/// Outputs after one input: more than this is a loop.
const MOST_OUTPUTS: usize = 10_000;

pub struct Device {
    pub now: Timestamp,
    /// What a server with nothing stored, that does not compare, answers.
    unanswered: VecDeque<RelayMessage>,
    pub subscriptions: Vec<(SubscriptionId, Vec<Filter>)>,
    number: u8,
    commands: u64,
    engine: Engine,
    store: MemoryStore,
}

impl Device {
    /// Starts from `rows`; `None` where these are no account's.
    pub fn open(number: u8, rows: &[(Table, Row)], now: Timestamp) -> Option<Self> {
        let mut changes = Changes::default();
        for (table, (key, sealed)) in rows {
            changes.put(*table, key.clone(), sealed.clone());
        }
        let store = MemoryStore::default();
        store.commit(&changes).now_or_never()?.ok()?;
        let at_start: Vec<_> =
            rows.iter().filter(|(table, _)| *table != Table::Messages).cloned().collect();
        let engine = Engine::open(config(number), now, &at_start).ok()?;
        let (subscriptions, commands) = (Vec::new(), 0);
        let unanswered = VecDeque::new();
        Some(Self { now, unanswered, subscriptions, number, commands, engine, store })
    }

    /// Takes one input, saves and loads what is to be, and hands back the rest.
    pub fn handle(&mut self, input: Input) -> Vec<Output> {
        self.engine.handle_input(self.now, input);
        let mut others = Vec::new();
        for _ in 0..MOST_OUTPUTS {
            match self.engine.poll_output() {
                None => return others,
                Some(Output::Save(changes)) => {
                    self.store.commit(&changes).now_or_never().expect("at once").expect("saved");
                }
                Some(Output::Load { token, range }) => {
                    let rows = self.load(&range);
                    self.engine.handle_input(self.now, Input::Loaded { token, rows });
                }
                Some(output) => {
                    if let Output::Send { text, .. } = &output {
                        self.note_subscription(text);
                    }
                    others.push(output);
                }
            }
        }
        assert!(self.engine.poll_output().is_none(), "an engine that does not come to rest");
        others
    }

    pub fn command(&mut self, command: Command) -> Vec<Output> {
        self.commands += 1;
        self.handle(Input::Request(Request { id: CommandId(self.commands), command }))
    }

    pub fn frame(&mut self, text: String) -> Vec<Output> {
        self.handle(Input::RelayFrame { relay: RelayUrl::new(RELAY), text })
    }

    pub fn wait(&mut self, milliseconds: u64) -> Vec<Output> {
        self.now = Timestamp(self.now.0 + milliseconds);
        self.handle(Input::TimedOut)
    }

    /// The server is there, and has nothing stored that was asked for.
    pub fn connect(&mut self) {
        self.handle(Input::RelayOpened(RelayUrl::new(RELAY)));
        while let Some(answer) = self.unanswered.pop_front() {
            self.frame(answer.to_json());
        }
        self.wait(10_000);
    }

    /// The server hands out an event to whatever subscription asked for it.
    pub fn receive(&mut self, event: &Event) -> Vec<Output> {
        let asked = |(_, filters): &&(_, Vec<Filter>)| filters.iter().any(|f| f.matches(event));
        match self.subscriptions.iter().find(asked).cloned() {
            Some((subscription, _)) => {
                let event = Box::new(event.clone());
                self.frame(RelayMessage::Event { subscription, event }.to_json())
            }
            None => Vec::new(),
        }
    }

    /// Everything in the store.
    pub fn rows(&self) -> Vec<(Table, Row)> {
        let all = |table| Range {
            table,
            from: Vec::new(),
            to: None,
            order: Order::Ascending,
            limit: None,
        };
        let tables = Table::ALL.into_iter();
        let rows = |table| self.load(&all(table)).into_iter().map(move |row| (table, row));
        tables.flat_map(rows).collect()
    }

    /// Starts once more from what is stored.
    pub fn restart(&self) -> Option<Self> {
        Self::open(self.number, &self.rows(), self.now)
    }

    fn load(&self, range: &Range) -> Vec<Row> {
        self.store.load(range).now_or_never().expect("at once").expect("loaded")
    }

    fn note_subscription(&mut self, text: &str) {
        match ClientMessage::parse(text).expect("our own frames parse") {
            ClientMessage::NegOpen { .. } => {
                let notice = RelayMessage::Notice("ERROR: bad msg: unknown cmd".to_owned());
                self.unanswered.push_back(notice);
            }
            ClientMessage::Req { subscription, filters } => {
                self.unanswered.push_back(RelayMessage::Eose(subscription.clone()));
                self.subscriptions.retain(|(name, _)| *name != subscription);
                self.subscriptions.push((subscription, filters));
            }
            ClientMessage::Close(subscription) => {
                self.subscriptions.retain(|(name, _)| *name != subscription);
            }
            _ => {}
        }
    }
}
