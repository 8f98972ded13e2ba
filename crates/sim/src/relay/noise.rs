//! What relays say that nobody asked for.

use super::{Kept, Line, Relay, Saying};
use crate::dice::Dice;
use crate::fault::Fault;
use std::rc::Rc;
use zajil_api::UnixTime;
use zajil_core::nostr::{Event, Kind, SecretKey, Tag, UnsignedEvent};

/// A true event with something wrong about it.
pub fn forged(name: &str, kept: &Kept, dice: &mut Dice) -> String {
    let mut json = kept.json.clone();
    match dice.below(4) {
        // The same id over other content: who believes it never reads the true one.
        0 => json = json.replacen("\"content\":\"", "\"content\":\"AA", 1),
        1 => json = json.replacen(&kept.id, &"7".repeat(64), 1),
        2 => {
            if let Some(at) = json.rfind("\"sig\":\"") {
                json.replace_range(at + 7..at + 23, "0123456789abcdef");
            }
        }
        _ => json.truncate(json.len() / 2),
    }
    format!("[\"EVENT\",\"{name}\",{json}]")
}

/// An event that fits a chat's routing id, by somebody who need not be in it.
fn made_up(routing: &str, at: u64, content: String, dice: &mut Dice) -> Option<Rc<Kept>> {
    let mut rng = dice.rng();
    let author = SecretKey::generate(&mut rng);
    let unsigned = UnsignedEvent {
        pubkey: author.public_key(),
        created_at: UnixTime(at),
        kind: Kind::GROUP_MESSAGE,
        tags: vec![Tag::new("h", [routing])],
        content,
    };
    let event = Event::sign(unsigned, &author, &mut rng).ok()?;
    Kept::of(&event.to_json())
}

impl Relay {
    /// Now and then, while something is wrong. `now` is in seconds.
    pub fn rave(&mut self, now: u64, dice: &mut Dice) -> Vec<Saying> {
        let Some(line) = self.any_line(dice) else { return Vec::new() };
        let mut said = Vec::new();
        if self.has(Fault::Notices) {
            said.extend(self.say(line, &["NOTICE".into(), "read our terms".into()]));
        }
        if self.has(Fault::Closes) {
            said.extend(self.hang_up(line));
        }
        if self.has(Fault::Replays) {
            said.extend(self.replay(line, dice));
        }
        if self.has(Fault::Forges) {
            said.push(Saying { to: line, text: "[\"EVENT\"".to_owned(), late: 0 });
            said.extend(self.rubbish(now, 120, dice));
        }
        if self.has(Fault::FutureDated) {
            let ahead = dice.between(3_600, 5 * 86_400);
            said.extend(self.rubbish(now + ahead, 120, dice));
        }
        if self.has(Fault::Rewraps) {
            said.extend(self.rewrap(now, dice));
        }
        if self.has(Fault::Oversized) && dice.chance(30) {
            said.extend(self.rubbish(now, 140 * 1024, dice));
            let text = format!("[\"NOTICE\",\"{}\"]", "x".repeat(300 << 10));
            said.push(Saying { to: line, text, late: 0 });
        }
        said
    }

    fn any_line(&self, dice: &mut Dice) -> Option<Line> {
        let lines = self.lines();
        (!lines.is_empty()).then(|| dice.pick(&lines))
    }

    /// Ends whatever somebody listens to.
    fn hang_up(&mut self, line: Line) -> Vec<Saying> {
        let Some(guest) = self.guests.get_mut(&line) else { return Vec::new() };
        let names: Vec<String> = std::mem::take(&mut guest.asked).into_keys().collect();
        names.iter().flat_map(|name| self.closed(line, name, "error: shutting down")).collect()
    }

    /// Events out of the past, on a subscription that they fit.
    fn replay(&self, line: Line, dice: &mut Dice) -> Vec<Saying> {
        let Some(guest) = self.guests.get(&line) else { return Vec::new() };
        let mut said = Vec::new();
        for _ in 0..5 {
            let Some(kept) = self.shelf.nth(dice.index(self.shelf.len().max(1))) else { continue };
            for (name, queries) in &guest.asked {
                if queries.iter().any(|query| query.matches(&kept.event)) {
                    let text = format!("[\"EVENT\",\"{name}\",{}]", kept.json);
                    said.push(Saying { to: line, text, late: dice.below(2_000) });
                }
            }
        }
        said
    }

    /// What somebody in a chat wrote, signed anew by somebody who is not.
    fn rewrap(&mut self, now: u64, dice: &mut Dice) -> Vec<Saying> {
        let said = (0..8).find_map(|_| {
            let kept = self.shelf.nth(dice.index(self.shelf.len().max(1)))?;
            let routing = kept.event.tag_value("h")?.to_owned();
            Some((routing, kept.event.content.clone()))
        });
        let Some((routing, content)) = said else { return Vec::new() };
        let Some(kept) = made_up(&routing, now, content, dice) else { return Vec::new() };
        self.shelf.insert(&kept);
        self.pass_on(&kept, dice)
    }

    /// For a chat that lives here; kept and passed on like any other event.
    fn rubbish(&mut self, at: u64, bytes: usize, dice: &mut Dice) -> Vec<Saying> {
        let asked = self.guests.values().flat_map(|guest| guest.asked.values().flatten());
        let values = asked.flat_map(|query| &query.tags).filter(|(name, _)| name == "h");
        let routing: Vec<String> = values.flat_map(|(_, values)| values.clone()).collect();
        if routing.is_empty() {
            return Vec::new();
        }
        let routing = &routing[dice.index(routing.len())];
        let content = "QUJD".repeat(bytes / 4);
        let Some(kept) = made_up(routing, at, content, dice) else { return Vec::new() };
        self.shelf.insert(&kept);
        self.pass_on(&kept, dice)
    }
}
