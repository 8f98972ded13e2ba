//! What a relay says.

use super::{MessageError, SubscriptionId, begin, bytes, parse, write_bytes};
use crate::nostr::{Event, EventId, hex, json};
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use std::fmt;
use zajil_api::UnixTime;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RelayMessage {
    /// An event a subscription asked for. Nothing about it has been verified.
    Event { subscription: SubscriptionId, event: Box<Event> },
    /// Whether it took the event with this id, and why (not).
    Ok { id: EventId, accepted: bool, message: String },
    /// All stored events of the subscription have been sent.
    Eose(SubscriptionId),
    /// The relay ended the subscription.
    Closed { subscription: SubscriptionId, message: String },
    /// Words for people.
    Notice(String),
    /// A challenge: sign it to prove who you are (NIP-42).
    Auth { challenge: String },
    /// Its next word about what one of us lacks (NIP-77).
    NegMsg { subscription: SubscriptionId, message: Vec<u8> },
    /// It ended that conversation.
    NegErr { subscription: SubscriptionId, reason: String },
    /// A message of a NIP that we do not speak, by its name.
    Unknown(String),
}

impl RelayMessage {
    pub fn parse(frame: &str) -> Result<Self, MessageError> {
        parse(frame)
    }

    pub fn to_json(&self) -> String {
        let mut out = String::new();
        match self {
            Self::Event { subscription, event } => {
                out = begin("EVENT");
                out.push(',');
                subscription.write(&mut out);
                out.push(',');
                event.write(&mut out);
            }
            Self::Ok { id, accepted, message } => {
                out = begin("OK");
                out.push(',');
                json::hex(&mut out, id.as_bytes());
                out.push_str(if *accepted { ",true," } else { ",false," });
                json::string(&mut out, message);
            }
            Self::Eose(subscription) => {
                out = begin("EOSE");
                out.push(',');
                subscription.write(&mut out);
            }
            Self::Closed { subscription, message } => {
                out = begin("CLOSED");
                out.push(',');
                subscription.write(&mut out);
                out.push(',');
                json::string(&mut out, message);
            }
            Self::Notice(message) => {
                out = begin("NOTICE");
                out.push(',');
                json::string(&mut out, message);
            }
            Self::Auth { challenge } => {
                out = begin("AUTH");
                out.push(',');
                json::string(&mut out, challenge);
            }
            Self::NegMsg { subscription, message } => {
                out = begin("NEG-MSG");
                out.push(',');
                subscription.write(&mut out);
                out.push(',');
                write_bytes(&mut out, message);
            }
            Self::NegErr { subscription, reason } => {
                out = begin("NEG-ERR");
                out.push(',');
                subscription.write(&mut out);
                out.push(',');
                json::string(&mut out, reason);
            }
            Self::Unknown(name) => {
                out.push('[');
                json::string(&mut out, name);
            }
        }
        out.push(']');
        out
    }
}

impl<'de> Deserialize<'de> for RelayMessage {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_seq(MessageVisitor)
    }
}

struct MessageVisitor;

impl<'de> Visitor<'de> for MessageVisitor {
    type Value = RelayMessage;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a relay's message")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<RelayMessage, A::Error> {
        let name: String = next(&mut seq)?;
        let message = match name.as_str() {
            "EVENT" => RelayMessage::Event {
                subscription: next(&mut seq)?,
                event: Box::new(next(&mut seq)?),
            },
            "OK" => RelayMessage::Ok {
                id: next(&mut seq)?,
                accepted: next(&mut seq)?,
                message: words(&mut seq)?,
            },
            "EOSE" => RelayMessage::Eose(next(&mut seq)?),
            "CLOSED" => {
                RelayMessage::Closed { subscription: next(&mut seq)?, message: words(&mut seq)? }
            }
            "NOTICE" => RelayMessage::Notice(next(&mut seq)?),
            "AUTH" => RelayMessage::Auth { challenge: next(&mut seq)? },
            "NEG-MSG" => RelayMessage::NegMsg {
                subscription: next(&mut seq)?,
                message: bytes(&next::<String, A>(&mut seq)?)?,
            },
            "NEG-ERR" => {
                RelayMessage::NegErr { subscription: next(&mut seq)?, reason: words(&mut seq)? }
            }
            _ => RelayMessage::Unknown(name),
        };
        // What later NIPs add at the end does not concern us.
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(message)
    }
}

fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(seq: &mut A) -> Result<T, A::Error> {
    seq.next_element()?.ok_or_else(|| A::Error::custom("a message is cut short"))
}

/// The closing words of a message. Some relays leave them out.
fn words<'de, A: SeqAccess<'de>>(seq: &mut A) -> Result<String, A::Error> {
    Ok(seq.next_element()?.unwrap_or_default())
}

/// The date in an EVENT frame that does not parse.
pub fn peek_created_at(frame: &str) -> Option<UnixTime> {
    const MEMBER: &str = "\"created_at\":";
    let rest = frame.strip_prefix("[\"EVENT\"")?;
    let from = rest.find(MEMBER)? + MEMBER.len();
    let rest = rest.get(from..)?.trim_start();
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok().map(UnixTime)
}

/// The id in an EVENT frame, found without parsing it, so that what other relays have already
/// delivered is dropped for the price of a search. `None` means: parse it.
///
/// It is only what the frame says. Drop a frame on the word of an id that was *verified* when it
/// was first seen, and a relay that lies here withholds nothing but its own frame.
pub fn peek_event_id(frame: &str) -> Option<EventId> {
    const MEMBER: &str = "\"id\":";
    let rest = frame.strip_prefix("[\"EVENT\"")?;
    // Two letters between unescaped quotes, and a colon: inside a JSON string this cannot stand.
    let from = rest.find(MEMBER)? + MEMBER.len();
    let rest = rest.get(from..)?.trim_start().strip_prefix('"')?;
    let (digits, rest) = rest.as_bytes().split_at_checked(64)?;
    if !rest.starts_with(b"\"") {
        return None;
    }
    hex::decode(digits).map(EventId::from_bytes).ok()
}
