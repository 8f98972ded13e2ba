//! What a relay has and we lack, found by comparing fingerprints of ranges of time instead of
//! naming everything (NIP-77, negentropy protocol version 1).
//!
//! The protocol is the negentropy crate's. Ours is what a client wants of it: a first message
//! that costs next to nothing where both sides have the same, the ids that are lacking with
//! where they stand in time, and limits for relays that never come to an end.

use super::EventId;
use negentropy::{Id, Negentropy, NegentropyStorageBase, NegentropyStorageVector};
use std::collections::HashSet;
use std::fmt;
use thiserror::Error;
use zajil_api::UnixTime;

/// The longest message we write, in bytes; its hex is twice as long, and relays take frames
/// of about 128 KiB.
const LONGEST: u64 = 30_000;
/// Messages of one conversation at most: each brings up to a few thousand ids.
const MAX_ROUNDS: u32 = 256;
const ID: usize = 32;

/// Why a conversation is over before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Nip77Error {
    /// The relay's words are not of the protocol.
    #[error("not a message of negentropy")]
    Malformed,
    #[error("a comparison that does not come to an end")]
    Endless,
}

/// What one message of the relay's taught.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The relay has these and we do not; sorted by where their ranges begin, oldest first, where
    /// the relay is honest. One answer after the other is not: a later one may name what is
    /// older.
    pub wanted: Vec<(Bound, EventId)>,
    /// We know these and the relay does not have them.
    pub lacking: Vec<EventId>,
    /// To be sent next; `None` when everything was compared.
    pub next: Option<Vec<u8>>,
}

/// Our end of one comparison.
pub struct Reconciler {
    negentropy: Negentropy<'static, NegentropyStorageVector>,
    rounds: u32,
}

impl Reconciler {
    /// Begins to compare `known` with what the relay has; the first message.
    pub fn new(
        known: impl IntoIterator<Item = (EventId, UnixTime)>,
    ) -> Result<(Self, Vec<u8>), Nip77Error> {
        let (mut storage, mut count) = (NegentropyStorageVector::new(), 0);
        for (id, time) in known {
            storage.insert(time.0, Id::from_byte_array(id.to_bytes())).map_err(ended)?;
            count += 1;
        }
        storage.seal().map_err(ended)?;
        // One fingerprint of all there is: where both have the same, that is the whole price.
        let fingerprint = storage.fingerprint(0, storage.size().map_err(ended)?).map_err(ended)?;
        let mut negentropy = Negentropy::owned(storage, LONGEST).map_err(ended)?;
        let first = match count {
            0 => negentropy.initiate().map_err(ended)?,
            _ => {
                negentropy.set_initiator();
                // Version 1; up to the end of time, with no prefix of an id; a fingerprint.
                [[0x61, 0, 0, 1].as_slice(), fingerprint.as_slice()].concat()
            }
        };
        Ok((Self { negentropy, rounds: 0 }, first))
    }

    /// Reads the relay's answer.
    pub fn answer(&mut self, message: &[u8]) -> Result<Difference, Nip77Error> {
        self.rounds += 1;
        if self.rounds > MAX_ROUNDS {
            return Err(Nip77Error::Endless);
        }
        let (mut lacking, mut wanted) = (Vec::new(), Vec::new());
        let next = self
            .negentropy
            .reconcile_with_ids(message, &mut lacking, &mut wanted)
            .map_err(ended)?;
        let event_id = |id: Id| EventId::from_bytes(id.to_bytes());
        let wanted: HashSet<Id> = wanted.into_iter().collect();
        let named = named(message).ok_or(Nip77Error::Malformed)?.into_iter();
        let wanted = named.filter(|(_, id)| wanted.contains(id));
        Ok(Difference {
            wanted: wanted.map(|(begins, id)| (begins, event_id(id))).collect(),
            lacking: lacking.into_iter().map(event_id).collect(),
            next,
        })
    }
}

/// Where a range begins: a time, and among what is dated so the first bytes of an id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    time: u64,
    prefix: [u8; ID],
}

/// The ids that a message names, in its order, each with where its range begins (negentropy
/// protocol version 1, "Message"); `None` where it is not such a message.
fn named(message: &[u8]) -> Option<Vec<(Bound, Id)>> {
    const SKIP: u64 = 0;
    const FINGERPRINT: u64 = 1;
    const IDS: u64 = 2;
    let mut rest = message.get(1..)?;
    let (mut begins, mut named) = (Bound::default(), Vec::new());
    while !rest.is_empty() {
        let ends = bound(&mut rest, begins.time)?;
        match number(&mut rest)? {
            SKIP => {}
            FINGERPRINT => {
                take(&mut rest, 16)?;
            }
            IDS => {
                for _ in 0..number(&mut rest)? {
                    named.push((begins, Id::from_slice(take(&mut rest, ID)?).ok()?));
                }
            }
            _ => return None,
        }
        begins = ends;
    }
    Some(named)
}

/// Times are differences to the one before, plus one; 0 is the end of time.
fn bound(rest: &mut &[u8], before: u64) -> Option<Bound> {
    let time = match number(rest)? {
        0 => u64::MAX,
        more => before.checked_add(more - 1)?,
    };
    let length = usize::try_from(number(rest)?).ok()?;
    let mut prefix = [0; ID];
    prefix.get_mut(..length)?.copy_from_slice(take(rest, length)?);
    Some(Bound { time, prefix })
}

/// Seven bits a byte, the highest first.
fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut number: u64 = 0;
    loop {
        let byte = *take(rest, 1)?.first()?;
        number = number.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(count)?;
    *rest = after;
    Some(taken)
}

fn ended(_: negentropy::Error) -> Nip77Error {
    Nip77Error::Malformed
}

impl fmt::Debug for Reconciler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reconciler").field("rounds", &self.rounds).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sorted::SortedSet;

    fn events(numbers: impl Iterator<Item = u64>) -> Vec<(EventId, UnixTime)> {
        let id = |number: u64| {
            let mut bytes = [0; 32];
            // Ids tell nothing of time.
            bytes[..8].copy_from_slice(&(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_be_bytes());
            EventId::from_bytes(bytes)
        };
        numbers.map(|number| (id(number), UnixTime(1_700_000_000 + number / 3))).collect()
    }

    /// A relay that has `events`, as any software would do it.
    struct Relay(Negentropy<'static, NegentropyStorageVector>);

    impl Relay {
        fn new(events: &[(EventId, UnixTime)]) -> Self {
            let mut storage = NegentropyStorageVector::new();
            for (id, time) in events {
                storage.insert(time.0, Id::from_byte_array(id.to_bytes())).unwrap();
            }
            storage.seal().unwrap();
            Self(Negentropy::owned(storage, 60_000).unwrap())
        }
    }

    /// What both ends find, and the bytes and rounds it took.
    fn compare(
        ours: &[(EventId, UnixTime)],
        theirs: &[(EventId, UnixTime)],
    ) -> (Difference, usize, usize) {
        let mut relay = Relay::new(theirs);
        let (mut client, mut message) = Reconciler::new(ours.iter().copied()).unwrap();
        let (mut found, mut bytes, mut rounds) = (Difference::default(), 0, 0);
        loop {
            let answer = relay.0.reconcile(&message).unwrap();
            bytes += message.len() + answer.len();
            rounds += 1;
            let difference = client.answer(&answer).unwrap();
            found.wanted.extend(difference.wanted);
            found.lacking.extend(difference.lacking);
            match difference.next {
                Some(next) => message = next,
                None => return (found, bytes, rounds),
            }
        }
    }

    #[test]
    fn where_both_have_the_same_it_is_one_round_of_a_few_bytes() {
        for count in [0, 1, 31, 32, 5_000] {
            let all = events(0..count);
            let (found, bytes, rounds) = compare(&all, &all);
            assert_eq!((found, rounds), (Difference::default(), 1));
            assert!(bytes < 40, "{bytes} bytes for {count} events");
        }
    }

    #[test]
    fn what_is_lacking_is_found_whole_and_can_be_put_in_its_order() {
        let all = events(0..6_000);
        let few = |number: &usize| (0..40).contains(number) || (900..910).contains(number);
        for known in [
            (0..0).collect::<Vec<usize>>(),
            (0..1).collect(),
            (0..3_000).collect(),
            (2_900..2_990).collect(),
            (0..5_999).collect(),
            (5_999..6_000).collect(),
            (0..6_000).filter(few).collect(),
            (0..6_000).filter(|number| number % 97 == 0).collect(),
        ] {
            let known: SortedSet<usize> = known.into_iter().collect();
            let ours: Vec<_> = known.iter().map(|number| all[*number]).collect();
            let (mut found, ..) = compare(&ours, &all);
            found.wanted.sort_by_key(|(begins, _)| *begins);
            let wanted: Vec<EventId> = found.wanted.iter().map(|(_, id)| *id).collect();
            let mut expected: Vec<_> = all.clone();
            expected.sort_by_key(|(id, time)| (*time, *id));
            expected.retain(|event| !ours.contains(event));
            let expected: Vec<EventId> = expected.into_iter().map(|(id, _)| id).collect();
            assert_eq!(wanted, expected, "{} known", known.len());
            assert_eq!(found.lacking, []);
        }
    }

    #[test]
    fn what_the_relay_lacks_is_named_too() {
        let all = events(0..500);
        let (found, ..) = compare(&all, &all[..490]);
        assert_eq!(found.wanted, []);
        assert_eq!(found.lacking.len(), 10);
    }

    #[test]
    fn a_relay_that_never_ends_is_left() {
        let all = events(0..200);
        let (mut client, _) = Reconciler::new(all).unwrap();
        // The same range, and a fingerprint of nothing we have.
        let tease = [[0x61, 0, 0, 1].as_slice(), &[7; 16]].concat();
        let mut rounds = 0;
        let error = loop {
            match client.answer(&tease) {
                Ok(difference) => assert!(difference.next.is_some()),
                Err(error) => break error,
            }
            rounds += 1;
        };
        assert_eq!((error, rounds), (Nip77Error::Endless, MAX_ROUNDS));
    }

    #[test]
    fn another_version_is_refused() {
        let (mut client, _) = Reconciler::new([]).unwrap();
        assert_eq!(client.answer(&[0x62]), Err(Nip77Error::Malformed));
        assert_eq!(client.answer(&[]), Err(Nip77Error::Malformed));
    }
}
