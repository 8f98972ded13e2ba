//! A chat between two engines over one server, and what Bob's device has of it.

use super::{config, now};
use std::collections::{BTreeMap, VecDeque};
use std::sync::LazyLock;
use zajil_api::{ChatId, Command, CommandId, RelayUrl, Request, Update};
use zajil_core::engine::{Engine, Input, Output, Timestamp};
use zajil_core::nostr::{ClientMessage, Event, Filter, RelayMessage};
use zajil_core::store::{Row, Table};

pub const RELAY: &str = "wss://a.example";
/// The two engines: Alice, Bob.
const NUMBERS: [u8; 2] = [11, 12];

/// What came of it.
pub struct Session {
    pub invite: String,
    /// Bob's store.
    pub rows: Vec<(Table, Row)>,
    pub chat: ChatId,
    /// What the server said to Bob after he last started, in order.
    pub frames: Vec<String>,
}

static SESSION: LazyLock<Session> = LazyLock::new(|| Talk::new().run());

pub fn session() -> &'static Session {
    &SESSION
}

impl Session {
    /// Bob's engine, started from `rows` and connected.
    pub fn resumed(rows: &[(Table, Row)]) -> Option<Engine> {
        let mut engine = Engine::open(config(NUMBERS[1]), later(), rows).ok()?;
        engine.handle_input(later(), Input::RelayOpened(RelayUrl::new(RELAY)));
        Some(engine)
    }
}

fn later() -> Timestamp {
    Timestamp(now().0 + 60_000)
}

type Who = usize;
type Rows = BTreeMap<(Table, Vec<u8>), Vec<u8>>;

struct Talk {
    engines: Vec<Engine>,
    stores: Vec<Rows>,
    inbox: VecDeque<(Who, Input)>,
    events: Vec<Event>,
    subscriptions: BTreeMap<(Who, String), Vec<Filter>>,
    updates: Vec<(Who, Update)>,
    frames: Vec<String>,
    now: Timestamp,
}

impl Talk {
    fn new() -> Self {
        let engines = NUMBERS.map(|number| Engine::open(config(number), now(), &[]).expect("open"));
        Self {
            engines: engines.into_iter().collect(),
            stores: vec![Rows::new(); NUMBERS.len()],
            inbox: VecDeque::new(),
            events: Vec::new(),
            subscriptions: BTreeMap::new(),
            updates: Vec::new(),
            frames: Vec::new(),
            now: now(),
        }
    }

    fn run(mut self) -> Session {
        for (who, name) in ["Alice", "Bob"].into_iter().enumerate() {
            self.command(who, Command::CreateAccount { name: name.to_owned() });
        }
        let invite = self.find(1, |update| match update {
            Update::AccountChanged(account) => Some(account.invite.clone()),
            _ => None,
        });
        self.command(0, Command::StartChat { link: invite.clone() });
        self.pass(10_000);
        let chats: Vec<ChatId> = (0..2)
            .map(|who| {
                self.find(who, |update| match update {
                    Update::ChatChanged(chat) => Some(chat.id.clone()),
                    _ => None,
                })
            })
            .collect();
        for (who, chat) in chats.iter().enumerate() {
            self.say(who, chat, "hello");
        }
        self.pass(10_000);
        let rows = self.stores.pop().expect("two stores").into_iter();
        let rows: Vec<_> = rows.map(|((table, key), value)| (table, (key, value))).collect();
        let stored: Vec<_> =
            rows.iter().filter(|(table, _)| *table != Table::Messages).cloned().collect();
        // Bob was away while Alice wrote, and starts again.
        self.subscriptions.retain(|(who, _), _| *who == 0);
        self.say(0, &chats[0], "are you there?");
        self.pass(10_000);
        self.engines[1] = Session::resumed(&stored).expect("the store is whole");
        self.stores.push(Rows::new());
        self.frames.clear();
        self.now = later();
        self.pass(30_000);
        self.say(0, &chats[0], "now you are");
        self.pass(10_000);
        Session { invite, rows, chat: chats[1].clone(), frames: self.frames }
    }

    fn find<T>(&self, who: Who, what: impl Fn(&Update) -> Option<T>) -> T {
        let mut mine = self.updates.iter().rev().filter(|(to, _)| *to == who);
        mine.find_map(|(_, update)| what(update)).expect("told")
    }

    fn say(&mut self, who: Who, chat: &ChatId, text: &str) {
        self.command(who, Command::SendMessage { chat: chat.clone(), text: text.to_owned() });
    }

    fn command(&mut self, who: Who, command: Command) {
        let request = Request { id: CommandId(1), command };
        self.inbox.push_back((who, Input::Request(request)));
        self.pass(0);
    }

    fn pass(&mut self, milliseconds: u64) {
        let end = Timestamp(self.now.0 + milliseconds);
        loop {
            self.settle();
            self.now = Timestamp(self.now.0 + 500);
            if self.now > end {
                self.now = end;
                return;
            }
            self.inbox.extend((0..self.engines.len()).map(|who| (who, Input::TimedOut)));
        }
    }

    fn settle(&mut self) {
        loop {
            for who in 0..self.engines.len() {
                while let Some(output) = self.engines[who].poll_output() {
                    self.carry_out(who, output);
                }
            }
            let Some((who, input)) = self.inbox.pop_front() else { return };
            if let (1, Input::RelayFrame { text, .. }) = (who, &input) {
                self.frames.push(text.clone());
            }
            self.engines[who].handle_input(self.now, input);
        }
    }

    fn carry_out(&mut self, who: Who, output: Output) {
        match output {
            Output::Save(changes) => {
                for (table, key, value) in changes.iter() {
                    match value {
                        Some(value) => {
                            self.stores[who].insert((table, key.to_vec()), value.to_vec())
                        }
                        None => self.stores[who].remove(&(table, key.to_vec())),
                    };
                }
            }
            Output::Connect(relay) => self.inbox.push_back((who, Input::RelayOpened(relay))),
            Output::Send { text, .. } => self.serve(who, &text),
            Output::Update(update) => self.updates.push((who, update)),
            _ => {}
        }
    }

    fn serve(&mut self, who: Who, text: &str) {
        match ClientMessage::parse(text).expect("our own frames parse") {
            ClientMessage::Event(event) => {
                let ok = RelayMessage::Ok { id: event.id, accepted: true, message: String::new() };
                self.answer(who, &ok);
                let asked = self.subscriptions.iter();
                let asked = asked.filter(|(_, filters)| filters.iter().any(|f| f.matches(&event)));
                let to: Vec<(Who, String)> = asked.map(|(key, _)| key.clone()).collect();
                for (who, subscription) in to {
                    self.hand_out(who, &subscription, &event);
                }
                self.events.push(*event);
            }
            ClientMessage::Req { subscription, filters } => {
                let stored: Vec<Event> = self.events.iter().rev().cloned().collect();
                for event in stored.iter().filter(|e| filters.iter().any(|f| f.matches(e))) {
                    self.hand_out(who, subscription.as_str(), event);
                }
                self.answer(who, &RelayMessage::Eose(subscription.clone()));
                self.subscriptions.insert((who, subscription.as_str().to_owned()), filters);
            }
            ClientMessage::Close(subscription) => {
                self.subscriptions.remove(&(who, subscription.as_str().to_owned()));
            }
            _ => {}
        }
    }

    fn hand_out(&mut self, who: Who, subscription: &str, event: &Event) {
        let subscription =
            zajil_core::nostr::SubscriptionId::new(subscription).expect("it was read");
        let event = Box::new(event.clone());
        self.answer(who, &RelayMessage::Event { subscription, event });
    }

    fn answer(&mut self, who: Who, message: &RelayMessage) {
        let relay = RelayUrl::new(RELAY);
        self.inbox.push_back((who, Input::RelayFrame { relay, text: message.to_json() }));
    }
}
