//! Since when nothing is wrong, with whom.

use super::World;
use crate::fault::Fault;
use crate::history::EVER;
use crate::ledger::Missing;

/// With these a relay talks more, or wants to hear more, and does what it should.
const NO_MATTER: [Fault; 2] = [Fault::Notices, Fault::DemandsProof];

/// In milliseconds since 1970. What is still wrong ends later than now, or never.
pub struct Calm {
    people: Vec<u64>,
    /// The honest relay.
    relay: u64,
}

impl Calm {
    pub fn new(people: usize, start: u64) -> Self {
        Self { people: vec![start; people], relay: start }
    }
}

impl World {
    /// Something is wrong with somebody's device.
    pub(super) fn upset(&mut self, who: usize, until: u64) {
        let calm = &mut self.calm.people[who];
        *calm = until.max(*calm);
    }

    /// Something is wrong with a relay.
    pub(super) fn upset_relay(&mut self, relay: usize, fault: Fault, until: u64) {
        if relay == self.history.honest && !NO_MATTER.contains(&fault) {
            self.calm.relay = until.max(self.calm.relay);
        }
    }

    /// Everything is wrong that can be.
    pub(super) fn upset_all(&mut self) {
        self.calm.relay = self.calm.relay.max(self.now);
        self.calm.people.iter_mut().for_each(|calm| *calm = self.now.max(*calm));
    }

    /// Somebody's device is well, whatever was to come.
    pub(super) fn calm_down(&mut self, who: usize) {
        let calm = &mut self.calm.people[who];
        if *calm < EVER {
            *calm = self.now.min(*calm);
        }
    }

    /// What is late by more than `within` milliseconds though the honest relay and both devices
    /// were well all the while.
    pub fn overdue(&mut self, within: u64) -> Vec<Missing> {
        let Calm { people, relay } = &self.calm;
        let between = |a: usize, b: usize| people[a].max(people[b]).max(*relay);
        self.ledger.overdue(self.now, within, between)
    }

    /// What its author keeps to themselves for more than `within` milliseconds though the honest
    /// relay and their device were well all the while.
    pub fn unposted(&self, within: u64) -> Option<(usize, String)> {
        let Calm { people, relay } = &self.calm;
        let well = |who: usize| people[who].max(*relay);
        self.ledger.unposted(self.now, within, self.history.honest, well)
    }
}
