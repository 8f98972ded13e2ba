//! A relay as NIP-01, NIP-42 and NIP-77 describe it, and what may be wrong with it.

mod compare;
mod noise;
mod query;
mod shelf;

pub use shelf::{Kept, Shelf};

use crate::dice::Dice;
use crate::fault::Fault;
use compare::Session;
use query::Query;
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Seconds that a strict relay lets an event be dated ahead.
const MOST_AHEAD: u64 = 900;

/// A connection, of all relays'.
pub type Line = u64;

/// A frame on its way out.
pub struct Saying {
    pub to: Line,
    pub text: String,
    /// Milliseconds that it takes longer than usual, overtaken by others.
    pub late: u64,
}

/// Somebody who is connected.
struct Guest {
    person: usize,
    asked: BTreeMap<String, Vec<Query>>,
    /// Comparisons that are going on.
    compared: BTreeMap<String, Session>,
    challenged: bool,
    proven: bool,
}

#[derive(Clone, Copy)]
struct Suffering {
    began: u64,
    until: u64,
    /// A bit for each person whom it concerns.
    people: u8,
}

pub struct Relay {
    pub shelf: Shelf,
    faults: BTreeMap<Fault, Suffering>,
    guests: BTreeMap<Line, Guest>,
    page: usize,
    /// Whether it knows NIP-77.
    compares: bool,
}

fn frame(parts: &[Value]) -> String {
    Value::Array(parts.to_vec()).to_string()
}

impl Relay {
    pub fn new(page: usize, compares: bool) -> Self {
        let (shelf, faults, guests) = Default::default();
        Self { shelf, faults, guests, page, compares }
    }

    pub fn has(&self, fault: Fault) -> bool {
        self.faults.contains_key(&fault)
    }

    /// Until when a fault lasts, where it concerns this person.
    pub fn concerns(&self, fault: Fault, person: usize) -> Option<u64> {
        let suffering = self.faults.get(&fault)?;
        (suffering.people >> person & 1 == 1).then_some(suffering.until)
    }

    pub fn until(&self, fault: Fault) -> Option<u64> {
        self.faults.get(&fault).map(|suffering| suffering.until)
    }

    pub fn began(&self, fault: Fault) -> u64 {
        self.faults.get(&fault).map_or(u64::MAX, |suffering| suffering.began)
    }

    /// The longer of two of a kind holds.
    pub fn suffer(&mut self, fault: Fault, began: u64, until: u64, people: u8) {
        let suffering = self.faults.entry(fault).or_insert(Suffering { began, until, people });
        suffering.until = suffering.until.max(until);
        suffering.people |= people;
    }

    pub fn recover(&mut self, fault: Fault) {
        self.faults.remove(&fault);
        if fault == Fault::Wipes {
            self.shelf.clear();
        }
    }

    pub fn faults(&self) -> Vec<Fault> {
        self.faults.keys().copied().collect()
    }

    /// Its NIP-11 document, where it is there to give one.
    pub fn describe(&self) -> Option<String> {
        let silent = [Fault::Dead, Fault::Hung, Fault::HungThenReset, Fault::Amnesiac];
        let limits = format!("{{\"limitation\":{{\"max_limit\":{}}}}}", self.page);
        (!silent.into_iter().any(|fault| self.has(fault))).then_some(limits)
    }

    pub fn enter(&mut self, line: Line, person: usize) {
        let (asked, compared) = Default::default();
        let guest = Guest { person, asked, compared, challenged: false, proven: false };
        self.guests.insert(line, guest);
    }

    pub fn leave(&mut self, line: Line) {
        self.guests.remove(&line);
    }

    pub fn lines(&self) -> Vec<Line> {
        self.guests.keys().copied().collect()
    }

    /// What a client said at `now` (seconds). `known` are events that some relay has parsed already.
    pub fn hear(
        &mut self,
        line: Line,
        text: &str,
        known: Option<Rc<Kept>>,
        now: u64,
        dice: &mut Dice,
    ) -> Vec<Saying> {
        if !self.guests.contains_key(&line) {
            return Vec::new();
        }
        if let Some(kept) = known {
            return self.publish(line, &kept, now, dice);
        }
        let Ok(Value::Array(parts)) = serde_json::from_str(text) else { return Vec::new() };
        let name = |at: usize| parts.get(at).and_then(Value::as_str).unwrap_or_default();
        match name(0) {
            "REQ" => {
                let queries = parts.iter().skip(2).filter_map(Query::of).collect();
                self.ask(line, name(1), queries, dice)
            }
            "CLOSE" => {
                if let Some(guest) = self.guests.get_mut(&line) {
                    guest.asked.remove(name(1));
                }
                Vec::new()
            }
            "AUTH" => {
                if let Some(guest) = self.guests.get_mut(&line) {
                    guest.proven = true;
                }
                let id = parts.get(1).and_then(|event| event.get("id")).cloned();
                self.say(line, &["OK".into(), id.unwrap_or_default(), true.into(), "".into()])
            }
            "NEG-OPEN" if self.compares => {
                let query = parts.get(2).and_then(Query::of).unwrap_or_default();
                self.begin_comparing(line, name(1), &query, name(3), dice)
            }
            "NEG-MSG" if self.compares => self.compare(line, name(1), name(2), dice),
            "NEG-CLOSE" if self.compares => {
                if let Some(guest) = self.guests.get_mut(&line) {
                    guest.compared.remove(name(1));
                }
                Vec::new()
            }
            other => {
                let words = format!("unknown message {other}");
                self.say(line, &["NOTICE".into(), words.into()])
            }
        }
    }

    fn say(&self, to: Line, parts: &[Value]) -> Vec<Saying> {
        vec![Saying { to, text: frame(parts), late: 0 }]
    }

    fn closed(&self, line: Line, name: &str, why: &str) -> Vec<Saying> {
        self.say(line, &["CLOSED".into(), name.into(), why.into()])
    }

    /// Whether somebody has still to prove who they are; the challenge, the first time.
    fn challenge(&mut self, line: Line) -> Option<Vec<Saying>> {
        let demands = self.has(Fault::DemandsProof);
        let guest = self.guests.get_mut(&line)?;
        if !demands || guest.proven {
            return None;
        }
        let first = !std::mem::replace(&mut guest.challenged, true);
        let words = format!("who-{line}");
        let said = if first { self.say(line, &["AUTH".into(), words.into()]) } else { Vec::new() };
        Some(said)
    }

    fn publish(&mut self, line: Line, kept: &Rc<Kept>, now: u64, dice: &mut Dice) -> Vec<Saying> {
        let ok = |accepted: bool, why: &str| {
            let id = Value::from(kept.id.as_str());
            let text = frame(&["OK".into(), id, accepted.into(), why.into()]);
            Saying { to: line, text, late: 0 }
        };
        if let Some(mut said) = self.challenge(line) {
            said.push(ok(false, "auth-required: who are you"));
            return said;
        }
        if self.has(Fault::Refuses) {
            return vec![ok(false, "blocked: not here")];
        }
        if self.has(Fault::RefusesFuture) && kept.event.created_at.0 > now + MOST_AHEAD {
            return vec![ok(false, "invalid: created_at is too far ahead")];
        }
        if self.has(Fault::RateLimits) && dice.chance(60) {
            return vec![ok(false, "rate-limited: slow down")];
        }
        if self.shelf.holds(&kept.id) {
            return vec![ok(true, "duplicate: have it")];
        }
        let mut said = Vec::new();
        if !self.has(Fault::Mute) {
            said.push(ok(true, ""));
        }
        let forgets = self.has(Fault::Amnesiac);
        if !forgets {
            self.shelf.insert(kept);
        }
        // What is passed on need not have been kept.
        if !forgets || dice.chance(50) {
            said.extend(self.pass_on(kept, dice));
        }
        said
    }

    /// To everybody who asked for such.
    fn pass_on(&self, kept: &Rc<Kept>, dice: &mut Dice) -> Vec<Saying> {
        let mut said = Vec::new();
        for (line, guest) in &self.guests {
            if self.concerns(Fault::Equivocates, guest.person).is_some() {
                continue;
            }
            for (name, queries) in &guest.asked {
                if queries.iter().any(|query| query.matches(&kept.event)) {
                    let late = if self.has(Fault::Reorders) { dice.below(3_000) } else { 0 };
                    let text = self.event(name, kept, dice);
                    said.push(Saying { to: *line, text, late });
                }
            }
        }
        said
    }

    fn event(&self, name: &str, kept: &Kept, dice: &mut Dice) -> String {
        match self.has(Fault::Forges) && dice.chance(40) {
            true => noise::forged(name, kept, dice),
            false => format!("[\"EVENT\",\"{name}\",{}]", kept.json),
        }
    }

    fn ask(&mut self, line: Line, name: &str, queries: Vec<Query>, dice: &mut Dice) -> Vec<Saying> {
        if let Some(mut said) = self.challenge(line) {
            said.extend(self.closed(line, name, "auth-required: who are you"));
            return said;
        }
        if self.has(Fault::RateLimits) && dice.chance(40) {
            return self.closed(line, name, "rate-limited: slow down");
        }
        if self.has(Fault::Closes) && dice.chance(80) {
            return self.closed(line, name, "error: too busy");
        }
        let Some(guest) = self.guests.get(&line) else { return Vec::new() };
        let hidden = self.concerns(Fault::Equivocates, guest.person).is_some();
        let mut said = Vec::new();
        for query in queries.iter().filter(|_| !hidden) {
            let mut found = self.shelf.find(query, self.page);
            if self.has(Fault::Reorders) {
                dice.shuffle(&mut found);
            }
            for kept in found {
                said.push(Saying { to: line, text: self.event(name, &kept, dice), late: 0 });
            }
        }
        if !self.has(Fault::NeverEnds) {
            said.extend(self.say(line, &["EOSE".into(), name.into()]));
        }
        if let Some(guest) = self.guests.get_mut(&line) {
            guest.asked.insert(name.to_owned(), queries);
        }
        said
    }
}
