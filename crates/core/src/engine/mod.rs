//! The engine: one input in, then drain the outputs, in order.
//!
//! It holds one account's chats and tells whoever hosts it what to save, send and
//! show. Time and randomness come from outside, so that the same inputs lead to the
//! same place, in a test as in a browser.
//!
//! | File | Story |
//! |---|---|
//! | `port` | what goes in and comes out |
//! | `command` | what the person asks for |
//! | `account`, `findable` | the key pair, the name, key packages, and that others find them |
//! | `servers` | the person's servers |
//! | `links`, `transmit`, `proof` | connections, what leaves over them, who we are |
//! | `standing`, `practice` | what servers did so far; cutting them on purpose |
//! | `clock`, `stamps` | time for timers, the time of day, and the times that events bear |
//! | `invite`, `start` | from a link to a founded group |
//! | `welcomes`, `join` | from a Welcome to a chat; until it is answered |
//! | `requests` | what somebody may say before they are accepted |
//! | `send`, `outbox`, `names`, `fit`, `refused`, `publish` | from the composer to every server |
//! | `promises`, `readback` | asking servers for what they said they keep |
//! | `delivery`, `unsettled` | what became of an own message |
//! | `converge`, `groups` | one state for all members; which of several groups is written to |
//! | `copies` | somebody else with our keys |
//! | `frames`, `feed`, `shares`, `progress`, `catchup`, `counted` | from a server's frame to an event worth reading, once |
//! | `reconcile`, `claims`, `fetch` | what servers have and we lack, each event from one of them |
//! | `held`, `take`, `told` | in which order it is read, and what people are told of it |
//! | `cursor`, `seen`, `search` | how far back is asked, what was handled, looking once more |
//! | `receive`, `arrivals`, `parked` | from an event to a message in its place, or to what waits for a key |
//! | `heard`, `gaps`, `unread`, `again` | which messages are missing, and how they come after all |
//! | `receipts`, `reading` | ticks and typing; how far was read |
//! | `tidy` | letting go of what nothing more will become of |
//! | `message`, `history` | a message as it is said and shown; pages of a chat |
//! | `chat`, `record`, `load`, `save`, `migrate` | what is held, how it is stored, and was before |
//! | `error` | why a step failed, and by whose fault |
//!
//! It does not do I/O, does not know a browser, and never waits.

mod account;
mod again;
mod arrivals;
mod catchup;
mod chat;
mod claims;
mod clock;
mod command;
mod converge;
mod copies;
mod counted;
mod cursor;
mod dates;
mod delivery;
mod error;
mod feed;
mod fetch;
mod findable;
mod fit;
mod frames;
mod gaps;
mod groups;
mod heard;
mod held;
mod history;
mod in_turn;
mod invite;
mod join;
mod links;
mod load;
mod lookups;
mod message;
mod migrate;
mod missing;
mod names;
mod outbox;
mod parked;
mod port;
mod practice;
mod progress;
mod promises;
mod proof;
mod publish;
mod readback;
mod reading;
mod receipts;
mod receive;
mod reconcile;
mod record;
mod refused;
mod requests;
mod save;
mod search;
mod seen;
mod send;
mod servers;
mod shares;
mod silence;
mod stamps;
mod standing;
mod start;
mod take;
mod tidy;
mod told;
mod transmit;
mod unread;
mod unsettled;
mod welcomes;

pub use crate::relay::Network;
pub use crate::time::Timestamp;
pub use migrate::{MigrateError, migrate};
pub use port::{Config, Input, LoadToken, OpenError, Output, VaultKey};

use crate::mls::Provider;
use crate::mutant::{self, Mutant};
use crate::nostr::PublicKey;
use crate::relay::Pool;
use crate::sorted::{SortedMap, SortedSet};
use crate::store::{Changes, Vault};
use account::Account;
use arrivals::{Arrival, Batch};
use catchup::Catchup;
use chat::Chat;
use clock::Clock;
use converge::States;
use error::EngineError;
use findable::Findable;
use history::Pages;
use outbox::Outbox;
use promises::ReadBack;
use rand_chacha::ChaCha20Rng;
use record::{ChatKey, ParkedRow};
use save::Dirty;
use seen::Seen;
use servers::Moved;
use standing::Standings;
use std::collections::VecDeque;
use unsettled::Unsettled;
use zajil_api::{Place, RelayUrl, Settings, UnixTime, Update};

/// Owns the whole protocol story of one account. Does no I/O: see [`Output`].
pub struct Engine {
    clock: Clock,
    /// For timers: it never goes back. The time of day is the clock's.
    now: Timestamp,
    rng: ChaCha20Rng,
    vault: Vault,
    default_relays: Vec<RelayUrl>,

    account: Option<Account>,
    settings: Settings,
    servers: SortedSet<RelayUrl>,
    chats: SortedMap<ChatKey, Chat>,
    blocked: SortedSet<PublicKey>,
    /// The date of what was published last for the account.
    own_at: UnixTime,
    provider: Provider,

    pool: Pool,
    standings: Standings,
    moved: Moved,
    outbox: Outbox,
    read_back: ReadBack,
    findable: Findable,
    catchup: Catchup,
    cursors: SortedMap<RelayUrl, UnixTime>,
    seen: Seen,
    parked: Vec<ParkedRow>,
    /// By routing id.
    states: SortedMap<[u8; 32], States>,
    /// Messages being read together, until they are put in order.
    arrivals: Option<Vec<Arrival>>,
    /// When servers were tried before their turn.
    hurried_at: Option<Timestamp>,
    tidied_at: Timestamp,
    /// The latest events that were read together.
    batch: Batch,
    unsettled: Unsettled,
    pages: Pages,

    dirty: Dirty,
    changes: Changes,
    outputs: VecDeque<Output>,
    /// The other's messages that are in no screen's log yet.
    untold: Vec<(ChatKey, Place)>,
}

impl Engine {
    /// Takes one input. Afterwards [`poll_output`](Self::poll_output) must be drained;
    /// several inputs may be handled before one drain, which then saves them as one.
    pub fn handle_input(&mut self, now: Timestamp, input: Input) {
        self.now = self.clock.tell(now);
        self.watch();
        match input {
            Input::Request(request) => self.handle_request(request),
            Input::RelayOpened(relay) => self.handle_opened(&relay),
            Input::RelayClosed { relay, reason } => self.handle_closed(&relay, &reason),
            Input::RelayFrame { relay, text } => self.handle_frame(&relay, &text),
            Input::RelayInfo { relay, document } => self.handle_info(&relay, document.as_deref()),
            Input::NetworkChanged(network) => self.handle_network(network),
            Input::Woke => self.handle_woke(),
            Input::Loaded { token, rows } => self.handle_loaded(token, &rows),
            Input::TimedOut => {}
        }
        self.handle_time();
    }

    /// The next thing for the host to do, in this order and no other.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.catchup.took = false;
        self.flush();
        let early = mutant::active(Mutant::SendBeforeSave) && !self.outputs.is_empty();
        if !early && !self.changes.is_empty() {
            self.save_standings();
            return Some(Output::Save(std::mem::take(&mut self.changes)));
        }
        let next = self.outputs.pop_front();
        if next.is_none() {
            self.untold.clear();
        }
        next
    }

    /// When to call with [`Input::TimedOut`], if nothing else comes first.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let chats = self.chats.values();
        let due = |chat: &Chat| {
            let inviting = chat.inviting.due_at();
            [
                chat.receipts_due_at,
                chat.gaps_due_at,
                chat.seeking.due_at,
                inviting,
                chat.answers_at(),
            ]
        };
        let chats = chats.flat_map(due).flatten();
        let own = [
            self.pool.next_timeout(),
            self.outbox.next_timeout(),
            self.read_back.next_timeout(),
            self.findable.next_timeout(),
            self.catchup.next_timeout(),
            self.next_cut_off(),
            self.next_take(),
        ];
        let next = own.into_iter().chain([self.moved.due_at]).flatten().chain(chats).min();
        next.map(|at| self.clock.wall_at(at))
    }

    fn handle_time(&mut self) {
        self.tidy_up_if_due();
        self.time_out_links();
        self.wait_in_lines();
        self.time_out_outbox();
        self.time_out_read_back();
        self.time_out_findable();
        self.time_out_catchup();
        self.send_due_receipts();
        self.look_after_gaps();
        self.answer_all_owed();
        self.seek_readers();
        self.invite_again();
        self.tell_moved_servers();
    }

    fn unix_now(&self) -> UnixTime {
        self.clock.unix_now()
    }

    fn update(&mut self, update: Update) {
        self.outputs.push_back(Output::Update(update));
    }

    /// Notes a step that failed. A peer's fault is their loss; ours must be found.
    fn note(&self, what: &'static str, outcome: Result<(), EngineError>) {
        match outcome {
            Ok(()) => {}
            Err(error) if error.is_ours() => tracing::error!(what, %error, "a fault of ours"),
            Err(error) => tracing::debug!(what, %error, "refused"),
        }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("chats", &self.chats.len()).finish_non_exhaustive()
    }
}
