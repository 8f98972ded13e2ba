//! How many may be connected: in all, and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

pub struct Doors {
    total: usize,
    per_address: usize,
    hall: Arc<Hall>,
}

#[derive(Default)]
struct Hall {
    inside: Mutex<HashMap<IpAddr, usize>>,
    left: Notify,
}

/// Held for as long as a client is connected.
pub struct Place {
    address: IpAddr,
    hall: Arc<Hall>,
}

impl Doors {
    pub fn new(total: usize, per_address: usize) -> Self {
        Self { total, per_address, hall: Arc::default() }
    }

    pub fn enter(&self, address: IpAddr) -> Option<Place> {
        let mut inside = self.hall.inside();
        let here = inside.get(&address).copied().unwrap_or_default();
        if here >= self.per_address || inside.values().sum::<usize>() >= self.total {
            return None;
        }
        inside.insert(address, here + 1);
        Some(Place { address, hall: self.hall.clone() })
    }

    /// Ready when nobody is inside.
    pub async fn empty(&self) {
        loop {
            let left = self.hall.left.notified();
            if self.hall.inside().is_empty() {
                return;
            }
            left.await;
        }
    }
}

impl Hall {
    /// Counting cannot leave the map half changed, so a panic elsewhere does not matter.
    fn inside(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.hall.inside();
        match inside.get_mut(&self.address) {
            Some(here) if *here > 1 => *here -= 1,
            _ => drop(inside.remove(&self.address)),
        }
        drop(inside);
        self.hall.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_limits_hold_and_a_place_is_given_back() {
        let [a, b, c] = [1, 2, 3].map(|n| IpAddr::from([10, 0, 0, n]));
        let doors = Doors::new(3, 2);
        let first = doors.enter(a).unwrap();
        let _second = doors.enter(a).unwrap();
        assert!(doors.enter(a).is_none(), "two from one address");
        let _third = doors.enter(b).unwrap();
        assert!(doors.enter(c).is_none(), "three in all");
        drop(first);
        assert!(doors.enter(c).is_some());
    }

    #[tokio::test]
    async fn emptiness_is_noticed() {
        let doors = Doors::new(9, 9);
        let place = doors.enter(IpAddr::from([10, 0, 0, 1])).unwrap();
        let (_, ()) = tokio::join!(async { drop(place) }, doors.empty());
    }
}
