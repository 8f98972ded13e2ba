//! Comparing what a relay keeps with what a client knows (NIP-77).

use super::query::Query;
use super::{Line, Relay, Saying};
use crate::dice::Dice;
use crate::fault::Fault;
use negentropy::{Id, Negentropy, NegentropyStorageVector};

pub(super) type Session = Negentropy<'static, NegentropyStorageVector>;

/// The longest answer, in bytes: a relay's usual one, and one that takes several rounds.
const LONGEST: [u64; 2] = [60_000, 4_096];
/// What a relay compares at once that finds everything too big.
const FEW: usize = 12;

impl Relay {
    pub(super) fn begin_comparing(
        &mut self,
        line: Line,
        name: &str,
        query: &Query,
        message: &str,
        dice: &mut Dice,
    ) -> Vec<Saying> {
        if let Some(mut said) = self.challenge(line) {
            said.extend(self.ended(line, name, "auth-required: who are you"));
            return said;
        }
        if self.has(Fault::RateLimits) && dice.chance(40) {
            return self.ended(line, name, "rate-limited: slow down");
        }
        if self.has(Fault::Closes) && dice.chance(60) {
            return self.ended(line, name, "closed: you took too long");
        }
        let Some(guest) = self.guests.get(&line) else { return Vec::new() };
        let hidden = self.concerns(Fault::Equivocates, guest.person).is_some();
        let found = if hidden { Vec::new() } else { self.shelf.find(query, usize::MAX) };
        if self.has(Fault::TooBig) && found.len() > FEW {
            return self.ended(line, name, "blocked: this query is too big");
        }
        let mut storage = NegentropyStorageVector::new();
        let mut inserted = Ok(());
        for kept in &found {
            let id = Id::from_byte_array(kept.event.id.to_bytes());
            inserted = inserted.and(storage.insert(kept.event.created_at.0, id));
        }
        if self.has(Fault::Invents) {
            let at = found.first().map_or(0, |kept| kept.event.created_at.0);
            for _ in 0..dice.between(1, 5) {
                inserted = inserted.and(storage.insert(at, Id::from_byte_array(dice.bytes())));
            }
        }
        let sealed = inserted.and_then(|()| storage.seal());
        let session = sealed.and_then(|()| Negentropy::owned(storage, dice.pick(&LONGEST)));
        let (Ok(session), Some(guest)) = (session, self.guests.get_mut(&line)) else {
            return self.ended(line, name, "error: cannot compare");
        };
        guest.compared.insert(name.to_owned(), session);
        self.compare(line, name, message, dice)
    }

    pub(super) fn compare(
        &mut self,
        line: Line,
        name: &str,
        message: &str,
        dice: &mut Dice,
    ) -> Vec<Saying> {
        if self.has(Fault::NeverEnds) {
            return Vec::new();
        }
        let guest = self.guests.get_mut(&line);
        let Some(session) = guest.and_then(|guest| guest.compared.get_mut(name)) else {
            return self.ended(line, name, "closed: unknown subscription");
        };
        let answer = hex::decode(message).ok().and_then(|words| session.reconcile(&words).ok());
        let Some(mut answer) = answer else {
            return self.ended(line, name, "error: cannot read this");
        };
        if self.has(Fault::Forges) && dice.chance(40) {
            let at = dice.index(answer.len());
            answer.truncate(at);
        }
        self.say(line, &["NEG-MSG".into(), name.into(), hex::encode(answer).into()])
    }

    fn ended(&self, line: Line, name: &str, why: &str) -> Vec<Saying> {
        self.say(line, &["NEG-ERR".into(), name.into(), why.into()])
    }
}
