//! From stored rows back to an engine.

use super::account::Account;
use super::arrivals::Batch;
use super::catchup::Catchup;
use super::chat::Chat;
use super::clock::Clock;
use super::converge::States;
use super::findable::Findable;
use super::history::Pages;
use super::outbox::Outbox;
use super::promises::ReadBack;
use super::record::{ChatRow, Heard, Record, StateRow, UnsettledRow, VERSION};
use super::save::{Dirty, HEADER};
use super::seen::Seen;
use super::servers::Moved;
use super::standing::Standings;
use super::unsettled::Unsettled;
use super::{Config, Engine, OpenError, Timestamp};
use crate::mls::{Group, Provider};
use crate::mutant::{self, Mutant};
use crate::relay::Pool;
use crate::sorted::{SortedMap, SortedSet};
use crate::store::{Changes, Row, Table, Vault};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use std::collections::{HashMap, VecDeque};
use zajil_api::{Settings, UnixTime};

impl Engine {
    /// Rebuilds the engine from what the store holds. `rows` are all rows of
    /// [`Table::Records`] and [`Table::Seen`]; none on a fresh device.
    pub fn open(config: Config, now: Timestamp, rows: &[(Table, Row)]) -> Result<Self, OpenError> {
        let vault = Vault::new(&config.vault_key);
        let mut rng = ChaCha20Rng::from_seed(config.seed);
        let mut mls_seed = [0; 32];
        rng.fill_bytes(&mut mls_seed);
        let mut engine = Self {
            clock: Clock::new(now),
            now,
            rng,
            vault,
            default_relays: config.default_relays.clone(),
            account: None,
            settings: Settings::default(),
            servers: SortedSet::new(),
            chats: SortedMap::new(),
            blocked: SortedSet::new(),
            own_at: UnixTime::default(),
            provider: Provider::new(mls_seed, HashMap::new()),
            pool: Pool::default(),
            standings: Standings::default(),
            moved: Moved::default(),
            outbox: Outbox::default(),
            read_back: ReadBack::default(),
            findable: Findable::default(),
            catchup: Catchup::default(),
            cursors: SortedMap::new(),
            seen: Seen::default(),
            parked: Vec::new(),
            states: SortedMap::new(),
            arrivals: None,
            hurried_at: None,
            tidied_at: now,
            batch: Batch::default(),
            unsettled: Unsettled::default(),
            pages: Pages::default(),
            dirty: Dirty::default(),
            changes: Changes::default(),
            outputs: VecDeque::new(),
            untold: Vec::new(),
        };
        let mut mls = HashMap::new();
        let mut chats = Vec::new();
        let (mut queued, mut doubted) = (Vec::new(), Vec::new());
        let (mut runs, mut withdrawn, mut receipts) = (Vec::new(), Vec::new(), Vec::new());
        let mut states: SortedMap<[u8; 32], Vec<StateRow>> = SortedMap::new();
        engine.check_version(rows)?;
        for (table, (key, sealed)) in rows {
            match table {
                Table::Seen => engine.load_seen(key, sealed),
                Table::Messages => {}
                Table::Records => match engine.read_record(key, sealed)? {
                    Record::Chat(row) => chats.push(row),
                    Record::Queued(row) => queued.push(row),
                    Record::Doubted(row) => doubted.push(row),
                    Record::Runs { chat, runs: counted } => runs.push((chat, counted)),
                    Record::Withdrawn { chat, counts } => withdrawn.push((chat, counts)),
                    Record::Receipts(row) => receipts.push(row),
                    Record::State(row) => states.entry(row.group).or_default().push(*row),
                    Record::Mls(row) => {
                        mls.insert(row.key.clone(), row.value.clone());
                    }
                    record => engine.load_record(record)?,
                },
            }
        }
        engine.provider = Provider::new(mls_seed, mls);
        for row in chats {
            let chat = engine.load_chat(*row)?;
            engine.chats.insert(chat.row.key, chat);
        }
        for (group, rows) in states {
            if let Some(states) = States::load(rows) {
                engine.states.insert(group, states);
            }
        }
        engine.begin_missing_states();
        for (chat, runs) in runs {
            if let Some(chat) = engine.chats.get_mut(&chat) {
                chat.runs = runs;
            }
        }
        for (chat, counts) in withdrawn {
            if let Some(chat) = engine.chats.get_mut(&chat) {
                chat.withdrawn = counts;
            }
        }
        for row in receipts {
            if let Some(chat) = engine.chats.get_mut(&row.chat) {
                chat.receipts = row;
            }
        }
        for row in queued {
            if let Some(chat) = engine.chats.get_mut(&row.chat) {
                chat.queued.insert(row.place, row.rumor);
            }
        }
        engine.recall_in_turn();
        engine.begin();
        for row in doubted {
            engine.look_for_known(row.chat, row.row);
        }
        Ok(engine)
    }

    /// Before anything else is read: rows of a newer version may not even parse.
    /// Nothing at all is stored before there is an account.
    fn check_version(&self, rows: &[(Table, Row)]) -> Result<(), OpenError> {
        if rows.is_empty() {
            return Ok(());
        }
        let header = self.vault.name(HEADER);
        let found =
            rows.iter().find(|(table, (key, _))| *table == Table::Records && *key == header);
        // Under another vault key the row would have another name.
        let Some((_, (key, sealed))) = found else { return Err(OpenError::Sealed) };
        match self.read_record(key, sealed)? {
            Record::Header { version: VERSION } => Ok(()),
            Record::Header { version: found } => Err(OpenError::Newer { found, known: VERSION }),
            _ => Err(OpenError::Malformed("the header".to_owned())),
        }
    }

    fn read_record(&self, key: &[u8], sealed: &[u8]) -> Result<Record, OpenError> {
        let plaintext =
            self.vault.open(Table::Records, key, sealed).map_err(|_| OpenError::Sealed)?;
        postcard::from_bytes(&plaintext).map_err(|error| OpenError::Malformed(error.to_string()))
    }

    fn load_record(&mut self, record: Record) -> Result<(), OpenError> {
        match record {
            Record::Account(row) => {
                let account = Account::from_row(row)
                    .ok_or_else(|| OpenError::Malformed("the account's key".to_owned()))?;
                self.account = Some(account);
            }
            Record::Settings(settings) => self.settings = settings,
            Record::Server(relay) => {
                self.servers.insert(relay);
            }
            Record::Outgoing(row) => self.outbox.load(row),
            Record::Unsettled(row) => {
                self.unsettled.insert(row);
            }
            Record::Delivered(row, delivered_at) => {
                self.unsettled.insert(UnsettledRow { delivered_at, ..row });
            }
            Record::Cursor { relay, at } => {
                self.cursors.insert(relay, at);
            }
            Record::Parked(row) => self.parked.push(row),
            Record::Blocked(who) => {
                self.blocked.insert(who);
            }
            Record::Standing(row) => self.standings.load(&row),
            Record::Held(relay, count) => drop(self.read_back.held.insert(relay, count)),
            // Handled where the rows are read.
            Record::Header { .. }
            | Record::Chat(_)
            | Record::Mls(_)
            | Record::Queued(_)
            | Record::State(_)
            | Record::Runs { .. }
            | Record::Withdrawn { .. }
            | Record::Receipts(_)
            | Record::Doubted(_) => {}
        }
        Ok(())
    }

    fn load_chat(&self, row: ChatRow) -> Result<Chat, OpenError> {
        let groups = row
            .groups
            .iter()
            .map(|group| Group::load(&self.provider, &group.id))
            .collect::<Result<_, _>>()
            .map_err(|error| OpenError::Malformed(error.to_string()))?;
        let sent = if mutant::active(Mutant::CountTwice) { 0 } else { row.sent };
        let mut row = ChatRow { sent, ..row };
        row.heard.iter_mut().for_each(Heard::ask_anew);
        Ok(Chat::new(row, groups))
    }

    /// What every start does once the rows are read.
    fn begin(&mut self) {
        self.parked.sort_by_key(|row| row.at);
        for row in &self.parked {
            // What was too far ahead may not be any more.
            if let Some(chat) = self.chats.get_mut(&row.chat) {
                chat.has_out_of_reach = true;
            }
        }
        self.doubt_what_was_on_its_way();
        self.drop_old_seen();
        self.drop_old_standings();
        self.tidy_up();
        self.connect();
        self.show_up();
        for key in self.open_chats() {
            self.gaps_due(key);
            self.receipts_due(key);
        }
    }
}
