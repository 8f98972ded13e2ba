//! Somebody with a device: an engine, a disk, and a screen.

use futures::FutureExt;
use zajil_api::{Account, Chat, Command, CommandId, RelayUrl, Request, Snapshot, Update};
use zajil_core::engine::{Config, Engine, Input, Timestamp, VaultKey};
use zajil_core::store::{Changes, MemoryStore, Order, Range, Row, Store, Table};

pub struct Person {
    pub engine: Option<Engine>,
    pub disk: MemoryStore,
    /// Everything the screen was told since the last start.
    pub updates: Vec<Update>,
    /// Bytes saved so far.
    pub saved: usize,
    number: u8,
    starts: u8,
    commands: u64,
    relays: Vec<RelayUrl>,
}

impl Person {
    pub fn new(number: u8, relays: Vec<RelayUrl>, now: Timestamp) -> Self {
        let mut person = Self {
            engine: None,
            disk: MemoryStore::default(),
            updates: Vec::new(),
            saved: 0,
            number,
            starts: 0,
            commands: 0,
            relays,
        };
        person.start(now);
        person
    }

    pub fn start(&mut self, now: Timestamp) {
        self.starts += 1;
        let mut seed = [self.number; 32];
        seed[0] = self.starts;
        let config = Config {
            vault_key: VaultKey([self.number; 32]),
            seed,
            default_relays: self.relays.clone(),
        };
        let mut rows = Vec::new();
        for table in [Table::Records, Table::Seen] {
            let all = Range { table, from: vec![], to: None, order: Order::Ascending, limit: None };
            rows.extend(self.load(&all).into_iter().map(|row| (table, row)));
        }
        self.updates.clear();
        self.engine = Some(Engine::open(config, now, &rows).expect("the disk is whole"));
        // The screen asks first thing; the world runs it with the next step.
        let request = self.request(Command::Attach);
        self.engine.as_mut().unwrap().handle_input(now, request);
    }

    pub fn request(&mut self, command: Command) -> Input {
        self.commands += 1;
        Input::Request(Request { id: CommandId(self.commands), command })
    }

    pub fn save(&mut self, changes: &Changes) {
        self.saved +=
            changes.iter().filter_map(|(.., value)| value).map(<[u8]>::len).sum::<usize>();
        self.disk.commit(changes).now_or_never().unwrap().unwrap();
    }

    pub fn load(&self, range: &Range) -> Vec<Row> {
        self.disk.load(range).now_or_never().unwrap().unwrap()
    }

    pub fn rows(&self, table: Table) -> usize {
        let all = Range { table, from: vec![], to: None, order: Order::Ascending, limit: None };
        self.load(&all).len()
    }

    pub fn disk_is_empty(&self) -> bool {
        Table::ALL.into_iter().all(|table| self.rows(table) == 0)
    }

    /// The first screen, brought up to date by every later update.
    fn snapshot(&self) -> Snapshot {
        let mut snapshot = None;
        for update in &self.updates {
            match update {
                Update::Attached { snapshot: attached, .. } => snapshot = Some(attached.clone()),
                Update::AccountChanged(account) => {
                    if let Some(snapshot) = &mut snapshot {
                        snapshot.account = Some(account.clone());
                    }
                }
                Update::ChatChanged(chat) => {
                    if let Some(snapshot) = &mut snapshot {
                        snapshot.chats.retain(|other| other.id != chat.id);
                        snapshot.chats.push(chat.clone());
                    }
                }
                Update::ChatRemoved(id) => {
                    if let Some(snapshot) = &mut snapshot {
                        snapshot.chats.retain(|other| other.id != *id);
                    }
                }
                _ => {}
            }
        }
        snapshot.expect("attached")
    }

    pub fn account(&self) -> Account {
        self.snapshot().account.expect("an account")
    }

    pub fn chats(&self) -> Vec<Chat> {
        self.snapshot().chats
    }
}
