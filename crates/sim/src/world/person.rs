//! Somebody's device: an engine, a disk, a clock that may be wrong.

use super::network::Drift;
use crate::dice::Dice;
use crate::ledger::Tabs;
use futures::FutureExt;
use std::collections::{BTreeMap, VecDeque};
use zajil_api::{Command, CommandId, RelayUrl, Request};
use zajil_core::engine::{Config, Engine, Input, OpenError, Timestamp, VaultKey};
use zajil_core::mutant::{Mutant, active};
use zajil_core::store::{Changes, MemoryStore, Order, Range, Row, Store, Table};

pub struct Person {
    pub engine: Option<Engine>,
    disk: MemoryStore,
    /// What its rows are sealed under.
    vault_key: [u8; 32],
    backup: Option<MemoryStore>,
    /// How much the device's clock is ahead, in milliseconds.
    pub skew: i64,
    pub asleep_until: Option<u64>,
    pub full_until: Option<u64>,
    /// Never to come back.
    pub gone: bool,
    /// Without a network.
    pub adrift: Option<Drift>,
    /// A write that found no room: everything behind it waits.
    pub stuck: Option<Changes>,
    /// What arrived while nothing could be handled.
    pub backlog: VecDeque<Input>,
    /// Outputs until the device dies, and for how long.
    pub crash: Option<(u32, u64)>,
    pub tabs: Tabs,
    /// The current line to each relay.
    pub lines: Vec<Option<u64>>,
    /// When the engine wants to be called, in true time.
    pub due: Option<u64>,
    /// How often the engine was started.
    pub starts: u32,
    /// At which start the chat with each was last looked at, where that was not the first.
    pub looked: BTreeMap<usize, u32>,
    commands: u64,
    /// An engine that was opened beside the other, in a world without locks.
    shadow: Option<Engine>,
}

impl Person {
    pub fn new(number: usize, relays: usize) -> Self {
        Self {
            engine: None,
            disk: MemoryStore::default(),
            vault_key: [number as u8 + 1; 32],
            backup: None,
            skew: 0,
            asleep_until: None,
            full_until: None,
            gone: false,
            adrift: None,
            stuck: None,
            backlog: VecDeque::new(),
            crash: None,
            tabs: Tabs::Stay,
            lines: vec![None; relays],
            due: None,
            starts: 0,
            looked: BTreeMap::new(),
            commands: 0,
            shadow: None,
        }
    }

    /// What the device's clock says.
    pub fn clock(&self, now: u64) -> Timestamp {
        Timestamp(now.saturating_add_signed(self.skew))
    }

    /// Works out when to call the engine next; at least a millisecond from now.
    pub fn look_at_timer(&mut self, now: u64) {
        let at = self.engine.as_ref().and_then(Engine::poll_timeout);
        let at = at.map(|at| at.0.saturating_add_signed(self.skew.saturating_neg()).max(now + 1));
        self.due = at.filter(|_| !self.is_busy());
    }

    /// Whether inputs have to wait.
    pub fn is_busy(&self) -> bool {
        self.asleep_until.is_some() || self.stuck.is_some()
    }

    /// An engine from the disk; why not, where that fails.
    pub fn start(&mut self, now: u64, relays: &[RelayUrl], dice: &mut Dice) -> Result<(), String> {
        let mut fresh = None;
        if active(Mutant::LeadWithoutLock) {
            fresh = self.shadow.take();
            self.shadow = self.open(now, relays, dice).ok();
        }
        let opened = match fresh {
            Some(engine) => Ok(engine),
            None => self.open(now, relays, dice),
        };
        self.engine = Some(opened.map_err(|error| error.to_string())?);
        self.starts += 1;
        Ok(())
    }

    fn open(&self, now: u64, relays: &[RelayUrl], dice: &mut Dice) -> Result<Engine, OpenError> {
        let config = Config {
            vault_key: VaultKey(self.vault_key),
            seed: dice.bytes(),
            default_relays: relays.to_vec(),
        };
        let mut rows = Vec::new();
        for table in [Table::Records, Table::Seen] {
            let all = Range { table, from: vec![], to: None, order: Order::Ascending, limit: None };
            rows.extend(self.load(&all).into_iter().map(|row| (table, row)));
        }
        Engine::open(config, self.clock(now), &rows)
    }

    /// Everything in memory is gone.
    pub fn stop(&mut self) {
        self.engine = None;
        self.due = None;
        self.stuck = None;
        self.crash = None;
        self.backlog.clear();
    }

    pub fn request(&mut self, command: Command) -> (CommandId, Input) {
        self.commands += 1;
        let id = CommandId(self.commands);
        (id, Input::Request(Request { id, command }))
    }

    pub fn save(&self, changes: &Changes) {
        let _ = self.disk.commit(changes).now_or_never();
    }

    pub fn load(&self, range: &Range) -> Vec<Row> {
        self.disk.load(range).now_or_never().and_then(Result::ok).unwrap_or_default()
    }

    /// All of the browser's data, as it is now.
    pub fn copy(&self) -> (MemoryStore, [u8; 32]) {
        (self.disk.clone(), self.vault_key)
    }

    pub fn go_on_from(&mut self, copy: (MemoryStore, [u8; 32])) {
        (self.disk, self.vault_key) = copy;
    }

    pub fn back_up(&mut self) {
        self.backup = Some(self.disk.clone());
    }

    /// Goes on from the copy, where there is one.
    pub fn restore(&mut self) -> bool {
        let Some(backup) = self.backup.clone() else { return false };
        self.disk = backup;
        true
    }
}
