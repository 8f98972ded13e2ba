//! A store of version 1 is brought up to date, wherever the device dies.

use super::*;
use crate::engine::{Config, Engine, Input, Output, Timestamp};
use crate::nostr::{EventId, PublicKey};
use crate::store::MemoryStore;
use futures::FutureExt;
use std::cell::Cell;
use zajil_api::{Command, CommandId, Direction, Page, Preview, Request, Stage, Update};

const CHAT: ChatKey = ChatKey([7; 16]);
const START: u64 = 1_780_000_000;

fn config() -> Config {
    Config { vault_key: VaultKey([1; 32]), seed: [2; 32], default_relays: Vec::new() }
}

fn id(seq: u64) -> EventId {
    let mut bytes = [0xee; 32];
    bytes[..8].copy_from_slice(&seq.to_be_bytes());
    EventId::from_bytes(bytes)
}

fn key(byte: u8) -> PublicKey {
    crate::nostr::SecretKey::from_bytes(zeroize::Zeroizing::new([byte; 32])).unwrap().public_key()
}

/// 1,000 messages, every third one's own, some with times that run backwards.
fn store() -> MemoryStore {
    let store = MemoryStore::default();
    let vault = Vault::new(&config().vault_key);
    let rng = ChaCha20Rng::from_seed([3; 32]);
    let mut migration = Migration { store: &store, vault, rng };
    let mut changes = Changes::default();
    for seq in 1..=1_000u64 {
        let mine = seq % 3 == 0;
        let wrong = if seq % 10 == 0 { 500 } else { 0 };
        let row = v1::MessageRow {
            id: id(seq),
            author: key(if mine { 1 } else { 2 }),
            mine,
            text: format!("message {seq}"),
            sent_at: UnixTime(START + seq * 10 - wrong),
            received_at: UnixTime(START + seq * 10),
        };
        let at = |part| v1::message_key(CHAT, seq, part);
        migration.put(&mut changes, Table::Messages, at(0), &row);
        if mine {
            let state = MessageState::Delivered;
            migration.put(&mut changes, Table::Messages, at(1), &state);
        }
    }
    let chat = v1::ChatRow {
        key: CHAT,
        peer: key(2),
        peer_name: "Bob".to_owned(),
        stage: Stage::Connecting,
        groups: Vec::new(),
        wanted: None,
        next_seq: 1_001,
        sent: 333,
        read_up_to: 900,
        unread: 67,
        last: Some(Preview {
            text: "message 1000".to_owned(),
            direction: Direction::Incoming,
            sent_at: UnixTime(START),
        }),
        touched_at: UnixTime(START),
        queued: vec![v1::QueuedRow { seq: 999, rumor: "{}".to_owned() }],
        to_confirm: Vec::new(),
        to_mark_read: None,
        last_incoming: Some((1_000, id(1_000))),
    };
    let unsettled =
        v1::UnsettledRow { chat: CHAT, seq: 999, id: id(999), state: MessageState::Sending };
    for (name, record) in [
        (HEADER.to_vec(), v1::Record::Header { version: 1 }),
        (b"chat/7".to_vec(), v1::Record::Chat(chat)),
        (b"unsettled/999".to_vec(), v1::Record::Unsettled(unsettled)),
    ] {
        let name = migration.vault.name(&name);
        migration.put(&mut changes, Table::Records, name, &record);
    }
    store.commit(&changes).now_or_never().unwrap().unwrap();
    store
}

/// Dies before its n-th write.
struct Dying<'a> {
    store: &'a MemoryStore,
    left: Cell<u32>,
}

impl Store for Dying<'_> {
    async fn commit(&self, changes: &Changes) -> Result<(), StoreError> {
        let Some(left) = self.left.get().checked_sub(1) else { return Err(StoreError::Full) };
        self.left.set(left);
        self.store.commit(changes).await
    }

    async fn load(&self, range: &Range) -> Result<Vec<Row>, StoreError> {
        self.store.load(range).await
    }
}

fn messages(store: &MemoryStore) -> Vec<zajil_api::Message> {
    let load = |range: &Range| store.load(range).now_or_never().unwrap().unwrap();
    let rows: Vec<(Table, Row)> =
        load(&all(Table::Records)).into_iter().map(|row| (Table::Records, row)).collect();
    // There is no account in this store: the rows are read as the engine reads them.
    let mut engine = Engine::open(config(), Timestamp(START * 1_000), &rows).unwrap();
    let mut read = Vec::new();
    let mut page = Page::Newest;
    loop {
        engine.load_messages(CommandId(1), CHAT, page, 200);
        let mut loaded = None;
        while let Some(output) = engine.poll_output() {
            match output {
                Output::Load { token, range } => {
                    let rows = load(&range);
                    let input = Input::Loaded { token, rows };
                    engine.handle_input(Timestamp(START * 1_000), input);
                }
                Output::Update(Update::PageLoaded { messages, is_last, .. }) => {
                    loaded = Some((messages, is_last));
                }
                _ => {}
            }
        }
        let (messages, is_last) = loaded.unwrap();
        page = Page::Before(messages[0].place);
        read.splice(0..0, messages);
        if is_last {
            return read;
        }
    }
}

#[test]
fn every_message_of_version_one_is_there_in_its_order_wherever_the_device_died() {
    let mut writes = 0;
    loop {
        let store = store();
        let dying = Dying { store: &store, left: Cell::new(writes) };
        let died = migrate(&dying, &config().vault_key, [4; 32]).now_or_never().unwrap().is_err();
        if died {
            migrate(&store, &config().vault_key, [5; 32]).now_or_never().unwrap().unwrap();
        }
        let read = messages(&store);
        let texts: Vec<&str> = read.iter().map(|message| message.text.as_str()).collect();
        let expected: Vec<String> = (1..=1_000).map(|seq| format!("message {seq}")).collect();
        assert_eq!(texts, expected, "died before write {writes}");
        assert_eq!(read[998].direction, Direction::Outgoing(MessageState::Sending));
        assert_eq!(read[995].direction, Direction::Outgoing(MessageState::Delivered));
        // Once more changes nothing.
        migrate(&store, &config().vault_key, [5; 32]).now_or_never().unwrap().unwrap();
        if !died {
            assert!(writes >= 4, "only {writes} writes were tried");
            return;
        }
        writes += 1;
    }
}

#[test]
fn what_was_read_and_what_waits_is_known_after_it() {
    let store = store();
    migrate(&store, &config().vault_key, [5; 32]).now_or_never().unwrap().unwrap();
    let rows = store.load(&all(Table::Records)).now_or_never().unwrap().unwrap();
    let rows: Vec<(Table, Row)> = rows.into_iter().map(|row| (Table::Records, row)).collect();
    let mut engine = Engine::open(config(), Timestamp(START * 1_000), &rows).unwrap();
    let attach = Request { id: CommandId(1), command: Command::Attach };
    engine.handle_input(Timestamp(START * 1_000), Input::Request(attach));
    let chat = std::iter::from_fn(|| engine.poll_output()).find_map(|output| match output {
        Output::Update(Update::Attached { snapshot, .. }) => snapshot.chats.into_iter().next(),
        _ => None,
    });
    let chat = chat.unwrap();
    let read = messages(&store);
    assert_eq!((chat.unread, chat.read_up_to), (67, read[899].place));
    assert_eq!(chat.last.unwrap().text, "message 1000");
    assert_eq!(engine.chats.get(&CHAT).unwrap().queued.keys().next(), Some(&read[998].place));
}
