//! Ids of events that were handled, so that each is handled once, whoever sends it.

use crate::store::Key;
use std::collections::HashMap;
use zajil_api::UnixTime;

const DAY: u64 = 86_400;
const NAME: usize = 16;

/// An id as it is stored: hidden, because relays know the ids.
pub(super) type SeenName = [u8; NAME];

/// Each id's name, and the day it was handled.
#[derive(Debug, Default)]
pub(super) struct Seen {
    days: HashMap<SeenName, u32>,
}

impl Seen {
    pub fn load(&mut self, key: &[u8]) {
        if let Some((day, name)) = read_key(key) {
            self.days.insert(name, day);
        }
    }

    pub fn contains(&self, name: &SeenName) -> bool {
        self.days.contains_key(name)
    }

    /// Remembers an id; the row to save.
    pub fn insert(&mut self, name: SeenName, now: UnixTime) -> Key {
        let day = u32::try_from(now.0 / DAY).unwrap_or(u32::MAX);
        self.days.insert(name, day);
        key(day, &name)
    }

    /// Forgets an id; the row to delete.
    pub fn remove(&mut self, name: &SeenName) -> Option<Key> {
        self.days.remove(name).map(|day| key(day, name))
    }

    /// Forgets what was handled before the day of `time`; the rows to delete.
    pub fn drop_before(&mut self, time: UnixTime) -> Vec<Key> {
        let first = u32::try_from(time.0 / DAY).unwrap_or(u32::MAX);
        let mut gone = Vec::new();
        self.days.retain(|name, day| {
            if *day < first {
                gone.push(key(*day, name));
            }
            *day >= first
        });
        gone
    }
}

fn key(day: u32, name: &SeenName) -> Key {
    [day.to_be_bytes().as_slice(), name].concat()
}

fn read_key(key: &[u8]) -> Option<(u32, SeenName)> {
    let (day, name) = key.split_at_checked(4)?;
    Some((u32::from_be_bytes(day.try_into().ok()?), name.try_into().ok()?))
}
