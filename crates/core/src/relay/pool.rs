//! Every relay we want to be connected to.

use super::Link;
use super::link::Action;
use crate::engine::{Output, Timestamp};
use rand_core::RngCore;
use std::collections::{BTreeMap, BTreeSet};
use zajil_api::RelayUrl;

/// The connections, each independent of its neighbours.
#[derive(Debug, Default)]
pub struct Pool {
    links: BTreeMap<RelayUrl, Link>,
}

impl Pool {
    /// Makes `wanted` the relays to be connected to; says what to open and close.
    pub fn want(&mut self, wanted: &BTreeSet<RelayUrl>, now: Timestamp) -> Vec<Output> {
        let mut outputs = Vec::new();
        self.links.retain(|url, _| {
            let keep = wanted.contains(url);
            if !keep {
                outputs.push(Output::Disconnect(url.clone()));
            }
            keep
        });
        for url in wanted {
            if !self.links.contains_key(url) {
                self.links.insert(url.clone(), Link::connecting(now));
                outputs.push(Output::Connect(url.clone()));
            }
        }
        outputs
    }

    pub fn get(&self, url: &RelayUrl) -> Option<&Link> {
        self.links.get(url)
    }

    pub fn get_mut(&mut self, url: &RelayUrl) -> Option<&mut Link> {
        self.links.get_mut(url)
    }

    pub fn is_open(&self, url: &RelayUrl) -> bool {
        self.get(url).is_some_and(Link::is_open)
    }

    pub fn open(&self) -> impl Iterator<Item = &RelayUrl> {
        self.links.iter().filter(|(_, link)| link.is_open()).map(|(url, _)| url)
    }

    pub fn next_timeout(&self) -> Option<Timestamp> {
        self.links.values().filter_map(Link::next_timeout).min()
    }

    /// Carries out what is due; names the relays whose state changed.
    pub fn timed_out(
        &mut self,
        now: Timestamp,
        rng: &mut impl RngCore,
    ) -> (Vec<RelayUrl>, Vec<Output>) {
        let (mut changed, mut outputs) = (Vec::new(), Vec::new());
        for (url, link) in &mut self.links {
            match link.timed_out(now, rng) {
                Some(Action::Connect) => outputs.push(Output::Connect(url.clone())),
                Some(Action::Abandon) => outputs.push(Output::Disconnect(url.clone())),
                None => continue,
            }
            changed.push(url.clone());
        }
        (changed, outputs)
    }
}
