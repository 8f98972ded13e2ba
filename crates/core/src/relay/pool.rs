//! Every relay we want to be connected to.

use super::link::Action;
use super::{Limits, Link, Network, Reached, RelayInfo};
use crate::sorted::{SortedMap, SortedSet};
use crate::time::Timestamp;
use rand_core::RngCore;
use zajil_api::RelayUrl;

/// What a relay says about itself is asked for again after so long.
const INFO_KEPT_MS: u64 = 86_400_000;

/// What is to be done with a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Socket {
    Open(RelayUrl),
    Close(RelayUrl),
}

/// The connections, each independent of its neighbours.
#[derive(Debug, Default)]
pub struct Pool {
    links: SortedMap<RelayUrl, Link>,
    network: Network,
    /// When somebody was last known to look.
    looked_at: Option<Timestamp>,
    /// What relays said about themselves, and when.
    infos: SortedMap<RelayUrl, (Timestamp, RelayInfo)>,
    /// Cut on purpose until then, whether wanted or not.
    cut: SortedMap<RelayUrl, Timestamp>,
}

impl Pool {
    /// Makes `wanted` the relays to be connected to; says what to open and close.
    pub fn want(&mut self, wanted: &SortedSet<RelayUrl>, now: Timestamp) -> Vec<Socket> {
        let mut sockets = Vec::new();
        self.links.retain(|url, _| {
            let keep = wanted.contains(url);
            if !keep {
                sockets.push(Socket::Close(url.clone()));
            }
            keep
        });
        self.infos.retain(|url, _| wanted.contains(url));
        self.cut.retain(|_, until| *until > now);
        for url in wanted {
            if self.links.contains_key(url) {
                continue;
            }
            let mut link = Link::connecting(now);
            // An engine starts because somebody came.
            link.looked_at(*self.looked_at.get_or_insert(now));
            match self.cut.get(url) {
                Some(until) => link.cut(*until),
                None => sockets.push(Socket::Open(url.clone())),
            }
            self.links.insert(url.clone(), link);
        }
        sockets
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

    pub fn urls(&self) -> impl Iterator<Item = &RelayUrl> {
        self.links.keys()
    }

    pub fn open(&self) -> impl Iterator<Item = &RelayUrl> {
        self.links.iter().filter(|(_, link)| link.is_open()).map(|(url, _)| url)
    }

    /// Which relays can be reached now. While none can, the fault is probably not theirs,
    /// and nothing is said against any.
    pub fn reached(&self) -> Vec<(RelayUrl, Reached)> {
        let blame = self.network == Network::Online && self.open().next().is_some();
        let all = self.links.iter().filter_map(|(url, link)| Some((url.clone(), link.reached()?)));
        all.filter(|(_, reached)| blame || *reached == Reached::Yes).collect()
    }

    pub fn closed(&mut self, url: &RelayUrl, now: Timestamp, rng: &mut impl RngCore) {
        let network = self.network;
        if let Some(link) = self.links.get_mut(url) {
            link.closed(now, network, rng);
        }
    }

    /// The device's word on its network, or `None` when it woke or somebody looks again. Open sockets are doubted;
    /// with a network, those that wait are opened. Names what is given up.
    pub fn roused(
        &mut self,
        network: Option<Network>,
        now: Timestamp,
        rng: &mut impl RngCore,
    ) -> Vec<RelayUrl> {
        self.network = network.unwrap_or(self.network);
        if network.is_none() {
            self.looked_at = Some(now);
        }
        let mut given_up = Vec::new();
        for (url, link) in &mut self.links {
            if network.is_none() {
                link.looked_at(now);
            }
            match network {
                Some(Network::Offline) => link.suspect(),
                Some(Network::Online) | None => {
                    if link.hurry(now, rng) == Some(Action::Abandon) {
                        given_up.push(url.clone());
                    }
                }
            }
        }
        given_up
    }

    /// Cuts a relay until then; whether there was a socket.
    pub fn cut(&mut self, url: &RelayUrl, until: Timestamp) -> bool {
        self.cut.insert(url.clone(), until);
        let Some(link) = self.links.get_mut(url) else { return false };
        let had_socket = link.has_socket();
        link.cut(until);
        had_socket
    }

    /// Ends all cuts; names the relays that were cut.
    pub fn mend(&mut self, now: Timestamp) -> Vec<RelayUrl> {
        let cut: Vec<RelayUrl> = std::mem::take(&mut self.cut).into_keys().collect();
        for url in &cut {
            if let Some(link) = self.links.get_mut(url) {
                link.mend(now);
            }
        }
        cut
    }

    /// Whether a relay's document is not known, or known for long.
    pub fn lacks_info(&self, url: &RelayUrl, now: Timestamp) -> bool {
        self.infos.get(url).is_none_or(|(at, _)| at.0 + INFO_KEPT_MS <= now.0)
    }

    pub fn informed(&mut self, url: &RelayUrl, info: RelayInfo, now: Timestamp) {
        if self.links.contains_key(url) {
            self.infos.insert(url.clone(), (now, info));
        }
    }

    pub fn info(&self, url: &RelayUrl) -> Option<&RelayInfo> {
        self.infos.get(url).map(|(_, info)| info)
    }

    pub fn limits(&self, url: &RelayUrl) -> Limits {
        self.info(url).map_or_else(|| RelayInfo::default().limits(), RelayInfo::limits)
    }

    pub fn next_timeout(&self) -> Option<Timestamp> {
        self.links.values().filter_map(Link::next_timeout).min()
    }

    /// What is due, relay by relay.
    pub fn timed_out(&mut self, now: Timestamp, rng: &mut impl RngCore) -> Vec<(RelayUrl, Action)> {
        let network = self.network;
        self.cut.retain(|_, until| *until > now);
        let mut actions = Vec::new();
        for (url, link) in &mut self.links {
            while let Some(action) = link.timed_out(now, network, rng) {
                actions.push((url.clone(), action));
            }
        }
        actions
    }
}
