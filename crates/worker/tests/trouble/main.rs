//! A whole conversation over disks that fail at every so many-th access.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod device;
mod relay;

use device::{Device, TestClock};
use relay::SmallRelay;
use std::collections::BTreeMap;
use zajil_api::{ChatId, Command, CommandId, Page, RelayUrl, Storage, Update};
use zajil_worker::{Effect, Generation, LinkEvent};

fn relay() -> RelayUrl {
    RelayUrl::new("wss://relay.example")
}

/// Two people and a relay.
struct Pair {
    clock: TestClock,
    relay: SmallRelay,
    people: BTreeMap<&'static str, Device>,
    links: BTreeMap<&'static str, Generation>,
}

impl Pair {
    fn new() -> Self {
        let clock = TestClock::default();
        // Today, because OpenMLS asks the system how late it is.
        let today = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        clock.0.set(today.unwrap().as_millis() as u64);
        let alice = Device::new(1, clock.clone());
        let bob = Device::new(2, clock.clone());
        let people = BTreeMap::from([("Alice", alice), ("Bob", bob)]);
        Self { clock, relay: SmallRelay::default(), people, links: BTreeMap::new() }
    }

    fn person(&mut self, who: &'static str) -> &mut Device {
        self.people.get_mut(who).unwrap()
    }

    fn pass(&mut self, milliseconds: u64) {
        for _ in 0..milliseconds.div_ceil(50) {
            self.settle();
            self.clock.0.set(self.clock.0.get() + 50);
        }
        self.settle();
    }

    fn settle(&mut self) {
        loop {
            let mut is_quiet = true;
            for who in ["Alice", "Bob"] {
                for effect in self.person(who).settle() {
                    is_quiet = false;
                    self.perform(who, effect);
                }
            }
            if is_quiet {
                return;
            }
        }
    }

    fn perform(&mut self, who: &'static str, effect: Effect) {
        match effect {
            Effect::Connect { relay, generation } => {
                self.links.insert(who, generation);
                self.person(who).hear(generation, &relay, LinkEvent::Opened);
            }
            Effect::Disconnect(_) => {
                self.relay.disconnect(who);
                self.links.remove(who);
            }
            Effect::Send { text, .. } => {
                for (to, text) in self.relay.handle(who, &text) {
                    if let Some(generation) = self.links.get(to) {
                        self.people[to].hear(*generation, &relay(), LinkEvent::Frame { text });
                    }
                }
            }
            _ => {}
        }
    }

    /// Waits until the first update in which `find` finds something.
    fn hear<T>(&mut self, who: &'static str, find: impl Fn(&Update) -> Option<T>) -> T {
        for _ in 0..600 {
            if let Some(found) = self.person(who).told.iter().find_map(&find) {
                return found;
            }
            self.pass(100);
        }
        panic!("{who} was not told: {:?}", self.person(who).told);
    }

    fn answer(&mut self, who: &'static str, id: CommandId) -> Update {
        self.hear(who, |update| (update.answers() == Some(id)).then(|| update.clone()))
    }

    fn begin(&mut self, who: &'static str) -> String {
        self.person(who).ask(Command::CreateAccount { name: who.to_owned() });
        self.hear(who, |update| match update {
            Update::AccountChanged(account) => Some(account.invite.clone()),
            _ => None,
        })
    }

    fn texts(&mut self, who: &'static str, chat: &ChatId) -> Vec<String> {
        let chat = chat.clone();
        let id =
            self.person(who).ask(Command::LoadMessages { chat, page: Page::Newest, limit: 99 });
        match self.answer(who, id) {
            Update::PageLoaded { messages, .. } => messages.into_iter().map(|it| it.text).collect(),
            other => panic!("{other:?}"),
        }
    }
}

fn conversation(every: u32, times: u32) {
    let mut pair = Pair::new();
    for who in ["Alice", "Bob"] {
        pair.person(who).fail(every, times);
    }
    let invite = pair.begin("Alice");
    pair.begin("Bob");
    let id = pair.person("Bob").ask(Command::StartChat { link: invite });
    let Update::ChatOpened { chat: of_bob, .. } = pair.answer("Bob", id) else { panic!() };
    let of_alice = pair.hear("Alice", |update| match update {
        Update::ChatChanged(chat) => Some(chat.id.clone()),
        _ => None,
    });
    let mut said = Vec::new();
    for number in 0..12 {
        for (who, chat) in [("Alice", &of_alice), ("Bob", &of_bob)] {
            let text = format!("{number} from {who}");
            said.push(text.clone());
            let id = pair.person(who).ask(Command::SendMessage { chat: chat.clone(), text });
            let answer = pair.answer(who, id);
            assert!(matches!(answer, Update::MessageAdded { .. }), "{answer:?}");
            // So that their order is not a matter of ties.
            pair.pass(1_000);
        }
    }
    pair.pass(120_000);
    for who in ["Alice", "Bob"] {
        let told = &pair.people[who].told;
        let full = told.contains(&Update::StorageChanged(Storage::Full));
        assert!(full, "{who} was told that the disk is full");
        let last = told.iter().rev().find_map(|update| match update {
            Update::StorageChanged(storage) => Some(*storage),
            _ => None,
        });
        assert_eq!(last, Some(Storage::Working), "{who}");
        assert!(pair.people[who].faults() > 20, "{} faults", pair.people[who].faults());
        pair.person(who).fail(0, 1);
    }
    for (who, chat) in [("Alice", &of_alice), ("Bob", &of_bob)] {
        assert_eq!(pair.texts(who, chat), said, "{who}, every {every}, {times} times");
    }

    // What was kept stands by itself.
    let people = std::mem::take(&mut pair.people);
    pair.people = people.into_iter().map(|(who, device)| (who, device.restart())).collect();
    for who in ["Alice", "Bob"] {
        pair.relay.disconnect(who);
    }
    pair.links.clear();
    for (who, chat) in [("Alice", &of_alice), ("Bob", &of_bob)] {
        assert_eq!(pair.texts(who, chat), said, "{who} after a restart");
    }
}

#[test]
fn a_conversation_survives_a_disk_that_fails_at_every_other_access() {
    conversation(2, 1);
}

#[test]
fn a_conversation_survives_a_disk_that_fails_now_and_then() {
    for every in [3, 4, 5] {
        conversation(every, 1);
    }
}

#[test]
fn a_conversation_survives_a_disk_that_fails_many_times_in_a_row() {
    conversation(3, 4);
}
