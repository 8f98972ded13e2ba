//! What a client says.

use super::{MessageError, SubscriptionId, begin, bytes, parse, write_bytes};
use crate::nostr::{Event, Filter};
use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientMessage {
    /// Keep this event and pass it on.
    Event(Box<Event>),
    /// Send what matches any of the filters, now and from now on.
    Req { subscription: SubscriptionId, filters: Vec<Filter> },
    /// Send no more for this subscription.
    Close(SubscriptionId),
    /// The signed answer to a challenge (NIP-42).
    Auth(Box<Event>),
    /// Find out what one of us lacks of the events that match (NIP-77).
    NegOpen { subscription: SubscriptionId, filter: Filter, message: Vec<u8> },
    /// The next word of that conversation.
    NegMsg { subscription: SubscriptionId, message: Vec<u8> },
    /// The end of it.
    NegClose(SubscriptionId),
}

impl ClientMessage {
    /// Reads what a client sent: for relays, as tests play them.
    pub fn parse(frame: &str) -> Result<Self, MessageError> {
        parse(frame)
    }

    pub fn to_json(&self) -> String {
        let mut out;
        match self {
            Self::Event(event) => {
                out = begin("EVENT");
                out.push(',');
                event.write(&mut out);
            }
            Self::Req { subscription, filters } => {
                out = begin("REQ");
                out.push(',');
                subscription.write(&mut out);
                for filter in filters {
                    out.push(',');
                    filter.write(&mut out);
                }
            }
            Self::Close(subscription) => {
                out = begin("CLOSE");
                out.push(',');
                subscription.write(&mut out);
            }
            Self::Auth(event) => {
                out = begin("AUTH");
                out.push(',');
                event.write(&mut out);
            }
            Self::NegOpen { subscription, filter, message } => {
                out = begin("NEG-OPEN");
                out.push(',');
                subscription.write(&mut out);
                out.push(',');
                filter.write(&mut out);
                out.push(',');
                write_bytes(&mut out, message);
            }
            Self::NegMsg { subscription, message } => {
                out = begin("NEG-MSG");
                out.push(',');
                subscription.write(&mut out);
                out.push(',');
                write_bytes(&mut out, message);
            }
            Self::NegClose(subscription) => {
                out = begin("NEG-CLOSE");
                out.push(',');
                subscription.write(&mut out);
            }
        }
        out.push(']');
        out
    }
}

impl<'de> Deserialize<'de> for ClientMessage {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_seq(MessageVisitor)
    }
}

struct MessageVisitor;

impl<'de> Visitor<'de> for MessageVisitor {
    type Value = ClientMessage;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a client's message")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ClientMessage, A::Error> {
        let name: String = next(&mut seq)?;
        match name.as_str() {
            "EVENT" => Ok(ClientMessage::Event(Box::new(next(&mut seq)?))),
            "REQ" => {
                let subscription = next(&mut seq)?;
                let mut filters = vec![next(&mut seq)?];
                while let Some(filter) = seq.next_element()? {
                    filters.push(filter);
                }
                Ok(ClientMessage::Req { subscription, filters })
            }
            "CLOSE" => Ok(ClientMessage::Close(next(&mut seq)?)),
            "AUTH" => Ok(ClientMessage::Auth(Box::new(next(&mut seq)?))),
            "NEG-OPEN" => Ok(ClientMessage::NegOpen {
                subscription: next(&mut seq)?,
                filter: next(&mut seq)?,
                message: bytes(&next::<String, A>(&mut seq)?)?,
            }),
            "NEG-MSG" => Ok(ClientMessage::NegMsg {
                subscription: next(&mut seq)?,
                message: bytes(&next::<String, A>(&mut seq)?)?,
            }),
            "NEG-CLOSE" => Ok(ClientMessage::NegClose(next(&mut seq)?)),
            _ => Err(A::Error::custom("an unknown message")),
        }
    }
}

fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(seq: &mut A) -> Result<T, A::Error> {
    seq.next_element()?.ok_or_else(|| A::Error::custom("a message is cut short"))
}
