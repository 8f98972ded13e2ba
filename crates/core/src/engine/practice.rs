//! Practising an outage: servers are cut on purpose, and chats go on.
//!
//! Never stored: a restart ends it.

use super::{Engine, Output, Timestamp};
use zajil_api::{Failure, RelayUrl};

const LONGEST_SECONDS: u16 = 600;

impl Engine {
    /// Servers in the person's list, and those that only chats use. All may be cut: then what
    /// is written waits.
    pub(super) fn practise_outage(
        &mut self,
        servers: &[RelayUrl],
        seconds: u16,
    ) -> Result<(), Failure> {
        let is_known =
            |relay: &RelayUrl| self.servers.contains(relay) || self.is_of_open_chat(relay);
        let known = servers.iter().all(is_known);
        if servers.is_empty() || !known || !(1..=LONGEST_SECONDS).contains(&seconds) {
            return Err(Failure::PracticeInvalid);
        }
        // One practice at a time.
        self.end_practice();
        let until = Timestamp(self.now.0 + u64::from(seconds) * 1000);
        for relay in servers {
            if self.pool.cut(relay, until) {
                self.outputs.push_back(Output::Disconnect(relay.clone()));
            }
            self.lost(relay);
        }
        Ok(())
    }

    pub(super) fn end_practice(&mut self) {
        self.pool.mend(self.now);
    }
}
