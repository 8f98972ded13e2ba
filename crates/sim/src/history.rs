//! A history: who is there, and what is done to them when. All of it is written down
//! before it begins, so that it can be run again, and with less in it.

use crate::fault::Fault;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Of everything that the actions leave open.
    pub seed: u64,
    pub people: usize,
    pub relays: usize,
    /// The relay that keeps its word.
    pub honest: usize,
    /// Events a relay hands out at most per filter.
    pub page: usize,
    /// A bit for each relay that compares (NIP-77).
    pub compares: u8,
    /// Devices look at what arrived only every so many milliseconds, and take it in together; 0:
    /// each by itself and at once.
    pub turn: u64,
    /// In the order of their times.
    pub actions: Vec<Timed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timed {
    /// Milliseconds since the history began.
    pub at: u64,
    pub action: Action,
}

/// People and relays go by number, spans are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// `who` opens the invite link of `of`.
    Meet {
        who: usize,
        of: usize,
    },
    /// `who` writes to `to`; without a chat nothing happens.
    Send {
        who: usize,
        to: usize,
    },
    /// `who` looks through all that came from `of`.
    Read {
        who: usize,
        of: usize,
    },
    Type {
        who: usize,
        to: usize,
    },
    /// Takes back the latest message.
    Withdraw {
        who: usize,
        to: usize,
    },
    /// Presses on with the latest message.
    Retry {
        who: usize,
        to: usize,
    },
    /// The device dies after so many more outputs, and starts again later.
    Crash {
        who: usize,
        outputs: u32,
        down: u64,
    },
    /// The app is closed and opened again.
    Away {
        who: usize,
        span: u64,
    },
    /// The device sleeps: sockets die, nothing runs.
    Sleep {
        who: usize,
        span: u64,
    },
    /// The device has no network, and knows it.
    Offline {
        who: usize,
        span: u64,
    },
    /// The device has no network, and nobody tells it.
    Adrift {
        who: usize,
        span: u64,
    },
    /// The device's clock is set by so much.
    Clock {
        who: usize,
        by: i64,
    },
    /// The disk takes no writes.
    Full {
        who: usize,
        span: u64,
    },
    /// The disk is copied …
    Backup {
        who: usize,
    },
    /// … and the device goes on from the copy.
    Restore {
        who: usize,
    },
    /// The device goes on from a copy of the disk of `of`, who goes on as well. In written
    /// histories only: of what is shown to two who are one person, little can be judged.
    Clone {
        who: usize,
        of: usize,
    },
    /// The device goes away and never comes back.
    Leave {
        who: usize,
    },
    /// Every relay loses its disk.
    Wipe,
    /// A relay behaves so; `people` is a bit for each whom it concerns, where that matters.
    Fault {
        relay: usize,
        fault: Fault,
        span: u64,
        people: u8,
    },
}

/// A span without an end.
pub const EVER: u64 = u64::MAX;

impl Action {
    /// Who acts.
    pub fn who(&self) -> Option<usize> {
        match *self {
            Action::Meet { who, .. }
            | Action::Send { who, .. }
            | Action::Read { who, .. }
            | Action::Type { who, .. }
            | Action::Withdraw { who, .. }
            | Action::Retry { who, .. }
            | Action::Crash { who, .. }
            | Action::Away { who, .. }
            | Action::Sleep { who, .. }
            | Action::Offline { who, .. }
            | Action::Adrift { who, .. }
            | Action::Clock { who, .. }
            | Action::Full { who, .. }
            | Action::Backup { who }
            | Action::Restore { who }
            | Action::Clone { who, .. }
            | Action::Leave { who } => Some(who),
            Action::Wipe | Action::Fault { .. } => None,
        }
    }
}

impl History {
    pub fn end(&self) -> u64 {
        self.actions.last().map_or(0, |last| last.at)
    }

    /// How a relay is called.
    pub fn relay_url(number: usize) -> String {
        format!("wss://r{number}.example")
    }
}
