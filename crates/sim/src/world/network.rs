//! Devices without a network: nothing closes, nothing arrives, and not always does anybody say.

use super::{Step, World};
use zajil_core::engine::Input;
use zajil_core::relay::Network;

/// Whether the device hears of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    Told,
    Untold,
}

#[derive(Clone, Copy, Debug)]
pub struct Drift {
    until: u64,
    loss: Loss,
}

impl Drift {
    pub fn until(self, until: u64) -> Self {
        Self { until, ..self }
    }
}

impl World {
    pub(super) fn lose_network(&mut self, who: usize, span: u64, loss: Loss) {
        let before = self.people[who].adrift.map_or(0, |drift| drift.until);
        let until = before.max(self.now + span);
        self.people[who].adrift = Some(Drift { until, loss });
        self.upset(who, until);
        // What is open stays open, and is never heard of again.
        self.deaden_lines_of(who);
        self.tell_network(who);
        self.plan(until, Step::Network { who });
    }

    pub(super) fn regain_network(&mut self, who: usize) {
        let Some(drift) = self.people[who].adrift.filter(|drift| drift.until <= self.now) else {
            return;
        };
        self.people[who].adrift = None;
        self.log(|| format!("P{who} has a network again"));
        if drift.loss == Loss::Told {
            self.input(who, Input::NetworkChanged(Network::Online));
        }
    }

    /// What the device says of its network, where that is not what is taken for granted.
    pub(super) fn tell_network(&mut self, who: usize) {
        if self.people[who].adrift.is_some_and(|drift| drift.loss == Loss::Told) {
            self.input(who, Input::NetworkChanged(Network::Offline));
        }
    }
}
