//! Bob's account after some talk: with Alice, whose device is as his, and with Carol,
//! who has no device of ours and can say whatever she likes.

use super::device::{Device, RELAY};
use super::peer::Peer;
use super::{carol, now};
use std::collections::VecDeque;
use std::sync::LazyLock;
use zajil_api::{ChatId, Command, RelayUrl, Update};
use zajil_core::engine::{Input, Output, Timestamp};
use zajil_core::nostr::{ClientMessage, Event, Kind, RelayMessage};
use zajil_core::store::{Row, Table};

const ALICE: usize = 0;
const BOB: usize = 1;
/// The numbers of their devices.
const NUMBERS: [u8; 2] = [11, 12];

/// What came of it.
pub struct Session {
    pub invite: String,
    /// Bob's store.
    pub rows: Vec<(Table, Row)>,
    /// His chat with Alice.
    pub chat: ChatId,
    /// What the server said to Bob when he started again, in order.
    pub frames: Vec<String>,
    pub carol: Peer,
    pub carols_chat: ChatId,
}

static SESSION: LazyLock<Session> = LazyLock::new(|| Talk::new().run());

pub fn session() -> &'static Session {
    &SESSION
}

/// Bob's device, started from `rows`; not connected yet.
pub fn bobs_device(rows: &[(Table, Row)]) -> Option<Device> {
    Device::open(NUMBERS[BOB], rows, later())
}

fn later() -> Timestamp {
    Timestamp(now().0 + 120_000)
}

struct Talk {
    devices: Vec<Device>,
    outputs: VecDeque<(usize, Output)>,
    events: Vec<Event>,
    updates: Vec<(usize, Update)>,
    frames: Vec<String>,
}

impl Talk {
    fn new() -> Self {
        let devices = NUMBERS.map(|number| Device::open(number, &[], now()).expect("open"));
        Self {
            devices: devices.into_iter().collect(),
            outputs: VecDeque::new(),
            events: Vec::new(),
            updates: Vec::new(),
            frames: Vec::new(),
        }
    }

    fn run(mut self) -> Session {
        for (who, name) in [(ALICE, "Alice"), (BOB, "Bob")] {
            self.command(who, Command::CreateAccount { name: name.to_owned() });
        }
        let invite = self.find(BOB, |update| match update {
            Update::AccountChanged(account) => Some(account.invite.clone()),
            _ => None,
        });
        self.command(ALICE, Command::StartChat { link: invite.clone() });
        self.pass(10_000);
        let chats = [ALICE, BOB].map(|who| {
            self.find(who, |update| match update {
                Update::ChatChanged(chat) => Some(chat.id.clone()),
                _ => None,
            })
        });
        self.say(ALICE, &chats, "hello");
        self.say(BOB, &chats, "hello you");
        self.pass(10_000);
        let carol = self.invite_by_carol(&invite);
        self.pass(10_000);
        let carols_chat = self.find(BOB, |update| match update {
            Update::ChatChanged(chat) if chat.id != chats[BOB] => Some(chat.id.clone()),
            _ => None,
        });
        // Bob is away while Alice writes.
        let rows = self.devices[BOB].rows();
        self.devices[BOB].subscriptions.clear();
        self.say(ALICE, &chats, "are you there?");
        self.frames.clear();
        self.devices[BOB] = bobs_device(&rows).expect("the store is whole");
        self.devices[ALICE].now = later();
        let opened = self.devices[BOB].handle(Input::RelayOpened(RelayUrl::new(RELAY)));
        self.take(BOB, opened);
        self.pass(30_000);
        self.say(ALICE, &chats, "now you are");
        self.pass(10_000);
        let [_, chat] = chats;
        Session { invite, rows, chat, frames: self.frames, carol, carols_chat }
    }

    fn invite_by_carol(&mut self, invite: &str) -> Peer {
        let last = self.events.iter().rev();
        let mut key_packages = last.filter(|event| event.kind == Kind::KEY_PACKAGE);
        let bobs = key_packages.find(|event| Peer::is_of(event, invite)).expect("published");
        let (peer, wrap) = Peer::found(carol(), bobs, invite, RELAY);
        self.publish(&wrap);
        self.settle();
        peer
    }

    fn find<T>(&self, who: usize, what: impl Fn(&Update) -> Option<T>) -> T {
        let mut mine = self.updates.iter().rev().filter(|(to, _)| *to == who);
        mine.find_map(|(_, update)| what(update)).expect("told")
    }

    fn say(&mut self, who: usize, chats: &[ChatId; 2], text: &str) {
        let (chat, text) = (chats[who].clone(), text.to_owned());
        self.command(who, Command::SendMessage { chat, text });
    }

    fn command(&mut self, who: usize, command: Command) {
        let outputs = self.devices[who].command(command);
        self.take(who, outputs);
    }

    fn pass(&mut self, milliseconds: u64) {
        for _ in 0..milliseconds / 500 {
            for who in [ALICE, BOB] {
                let outputs = self.devices[who].wait(500);
                self.take(who, outputs);
            }
        }
    }

    fn take(&mut self, who: usize, outputs: Vec<Output>) {
        self.outputs.extend(outputs.into_iter().map(|output| (who, output)));
        self.settle();
    }

    fn settle(&mut self) {
        while let Some((who, output)) = self.outputs.pop_front() {
            match output {
                Output::Connect(relay) => {
                    let outputs = self.devices[who].handle(Input::RelayOpened(relay));
                    self.outputs.extend(outputs.into_iter().map(|output| (who, output)));
                }
                Output::Send { text, .. } => self.serve(who, &text),
                Output::Update(update) => self.updates.push((who, update)),
                _ => {}
            }
        }
    }

    fn serve(&mut self, who: usize, text: &str) {
        match ClientMessage::parse(text).expect("our own frames parse") {
            ClientMessage::Event(event) => {
                let ok = RelayMessage::Ok { id: event.id, accepted: true, message: String::new() };
                self.answer(who, &ok);
                self.publish(&event);
            }
            ClientMessage::Req { subscription, filters } => {
                let stored: Vec<Event> = self.events.iter().rev().cloned().collect();
                for event in stored.into_iter().filter(|e| filters.iter().any(|f| f.matches(e))) {
                    let (subscription, event) = (subscription.clone(), Box::new(event));
                    self.answer(who, &RelayMessage::Event { subscription, event });
                }
                self.answer(who, &RelayMessage::Eose(subscription));
            }
            ClientMessage::NegOpen { .. } => {
                let notice = RelayMessage::Notice("ERROR: bad msg: unknown cmd".to_owned());
                self.answer(who, &notice);
            }
            _ => {}
        }
    }

    fn publish(&mut self, event: &Event) {
        self.events.push(event.clone());
        for who in [ALICE, BOB] {
            let subscriptions = self.devices[who].subscriptions.clone().into_iter();
            for (subscription, filters) in subscriptions {
                if filters.iter().any(|filter| filter.matches(event)) {
                    let event = Box::new(event.clone());
                    self.answer(who, &RelayMessage::Event { subscription, event });
                }
            }
        }
    }

    fn answer(&mut self, who: usize, message: &RelayMessage) {
        let text = message.to_json();
        if who == BOB {
            self.frames.push(text.clone());
        }
        let outputs = self.devices[who].frame(text);
        self.outputs.extend(outputs.into_iter().map(|output| (who, output)));
    }
}
