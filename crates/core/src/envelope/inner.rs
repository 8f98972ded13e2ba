//! What people say: unsigned events inside MLS.
//!
//! Chat messages are the profile's kind 9, so that any implementation reads them.
//! Five kinds are ours, and others ignore them: a name told to a chat rather than to the world
//! (kind 0, as NIP-01 has it in public), receipts, typing, the question for what is missing, and
//! the word that something will not come.

use super::EnvelopeError;
use super::name::clean_and_cut;
use crate::nostr::{EventId, Kind, PublicKey, Rumor, Tag, UnsignedEvent};
use serde::{Deserialize, Serialize};
use std::fmt;
use zajil_api::{Place, UnixTime};

/// "These messages reached me", "I have seen everything up to this one".
const RECEIPT: Kind = Kind(4450);
/// "I am writing."
const TYPING: Kind = Kind(4451);
/// "Send these again."
const AGAIN: Kind = Kind(4452);
/// "These will not come."
const VOID: Kind = Kind(4453);
const WITHDRAWN: &str = "withdrawn";
const LOST: &str = "lost";
const DELIVERED: &str = "delivered";
const READ: &str = "read";
/// Our tag on a chat message: the author's count of messages in this chat, the chat's clock
/// (Lamport's), and the run of the count. On a receipt: how far the author's own count is.
const COUNT: &str = "seq";
/// Our tag that names messages by their count: first, last (included), run. On a receipt: which of
/// the reader's the author has heard of.
const RANGE: &str = "range";
/// Messages one receipt speaks of at most.
pub const MAX_RECEIPT: usize = 100;
/// Stretches of messages that one event names at most.
pub const MAX_RANGES: usize = 32;

/// A parsed inner event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inner {
    pub id: EventId,
    /// The account MLS authenticated; it equals the event's author.
    pub author: PublicKey,
    /// As the author's device said.
    pub created_at: UnixTime,
    pub kind: InnerKind,
}

#[derive(Clone, PartialEq, Eq)]
pub enum InnerKind {
    Chat {
        text: String,
        count: Count,
        /// One more than the largest the author had seen in this chat; 0 where they keep none.
        clock: u64,
    },
    /// How the author wants to be called in this chat; never empty once read.
    Name(String),
    Receipt {
        kind: ReceiptKind,
        of: Vec<EventId>,
        /// The author's own last message.
        last: Count,
        /// How far they have heard of the reader's, in the run heard of last. The reader's device
        /// may have forgotten having counted so far.
        heard: Option<Counts>,
    },
    /// "These of your messages have not reached me." Where it names none: "have I got all?"
    Again(Vec<Counts>),
    /// "These messages of mine will not come": they were taken back, or are lost.
    Void {
        why: Void,
        of: Vec<Counts>,
    },
    Typing,
    /// Valid, and nothing to us; what counts is of a newer version.
    Unknown {
        kind: Kind,
        count: Count,
    },
}

/// Messages by their author's count, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub run: u32,
    pub first: u64,
    pub last: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Void {
    Withdrawn,
    Lost,
}

/// The author's count of messages in a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Drawn anew by a device that may have lost count; 0 where nobody counts.
    pub run: u32,
    /// From 1 in each run; 0 where nobody counts.
    pub number: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptKind {
    /// Each of these reached the device.
    Delivered,
    /// Everything up to and including the last of these was on the screen.
    Read,
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    #[serde(default)]
    name: String,
}

impl Inner {
    /// The event to encrypt.
    pub fn rumor(author: PublicKey, created_at: UnixTime, kind: &InnerKind) -> Rumor {
        let (kind, tags, content) = match kind {
            InnerKind::Chat { text, count, clock } => {
                (Kind::CHAT, vec![count_tag(*count, *clock)], text.clone())
            }
            InnerKind::Name(name) => {
                let metadata = Metadata { name: name.clone() };
                let content = serde_json::to_string(&metadata).unwrap_or_default();
                (Kind::METADATA, Vec::new(), content)
            }
            InnerKind::Receipt { kind, of, last, heard } => {
                let word = match kind {
                    ReceiptKind::Delivered => DELIVERED,
                    ReceiptKind::Read => READ,
                };
                let ids = of.iter().map(|id| Tag::event(*id));
                let tags = ids.chain([count_tag(*last, 0)]).chain(range_tags(heard.as_slice()));
                (RECEIPT, tags.collect(), word.to_owned())
            }
            InnerKind::Again(of) => (AGAIN, range_tags(of), String::new()),
            InnerKind::Void { why, of } => {
                let word = match why {
                    Void::Withdrawn => WITHDRAWN,
                    Void::Lost => LOST,
                };
                (VOID, range_tags(of), word.to_owned())
            }
            InnerKind::Typing => (TYPING, Vec::new(), String::new()),
            InnerKind::Unknown { kind, count } => {
                (*kind, vec![count_tag(*count, 0)], String::new())
            }
        };
        Rumor::new(UnsignedEvent { pubkey: author, created_at, kind, tags, content })
    }

    /// Reads an application message that MLS authenticated as `sender`'s.
    pub fn parse(sender: &[u8; 32], payload: &[u8]) -> Result<Self, EnvelopeError> {
        let rumor = Rumor::parse_strict(payload)?;
        if rumor.pubkey.as_bytes() != sender {
            return Err(EnvelopeError::Mismatch("author"));
        }
        if rumor.created_at.0 >= Place::LARGEST {
            return Err(EnvelopeError::Encoding("time"));
        }
        let kind = match rumor.kind {
            Kind::CHAT => InnerKind::Chat {
                text: rumor.content.clone(),
                count: count(&rumor),
                clock: number(&rumor, 1),
            },
            Kind::METADATA => {
                let metadata: Metadata = serde_json::from_str(&rumor.content)
                    .map_err(|_| EnvelopeError::Encoding("name"))?;
                let name = clean_and_cut(&metadata.name).ok_or(EnvelopeError::Encoding("name"))?;
                InnerKind::Name(name)
            }
            RECEIPT => InnerKind::Receipt {
                kind: match rumor.content.as_str() {
                    DELIVERED => ReceiptKind::Delivered,
                    READ => ReceiptKind::Read,
                    _ => return Err(EnvelopeError::Encoding("receipt")),
                },
                of: rumor
                    .tags
                    .iter()
                    .filter(|tag| tag.name() == "e")
                    .filter_map(|tag| tag.value()?.parse().ok())
                    .take(MAX_RECEIPT)
                    .collect(),
                last: count(&rumor),
                heard: ranges(&rumor).pop(),
            },
            AGAIN => InnerKind::Again(ranges(&rumor)),
            VOID => InnerKind::Void {
                why: match rumor.content.as_str() {
                    WITHDRAWN => Void::Withdrawn,
                    LOST => Void::Lost,
                    _ => return Err(EnvelopeError::Encoding("void")),
                },
                of: ranges(&rumor),
            },
            TYPING => InnerKind::Typing,
            kind => InnerKind::Unknown { kind, count: count(&rumor) },
        };
        Ok(Self { id: rumor.id(), author: rumor.pubkey, created_at: rumor.created_at, kind })
    }
}

/// What was said, and what people are called, shows its length only.
impl fmt::Debug for InnerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chat { text, count, clock } => {
                write!(f, "Chat({} bytes, {}, {clock})", text.len(), count.number)
            }
            Self::Name(name) => write!(f, "Name({} bytes)", name.len()),
            Self::Receipt { kind, of, .. } => write!(f, "{kind:?}({of:?})"),
            Self::Again(of) => write!(f, "Again({of:?})"),
            Self::Void { why, of } => write!(f, "{why:?}({of:?})"),
            Self::Typing => f.write_str("Typing"),
            Self::Unknown { kind, .. } => write!(f, "Unknown({kind})"),
        }
    }
}

fn range_tags(ranges: &[Counts]) -> Vec<Tag> {
    let tag = |range: &Counts| {
        Tag::new(RANGE, [range.first, range.last, u64::from(range.run)].map(|n| n.to_string()))
    };
    ranges.iter().map(tag).collect()
}

fn ranges(rumor: &Rumor) -> Vec<Counts> {
    let range = |tag: &Tag| {
        let [first, last, run] = tag.values() else { return None };
        let (first, last) = (first.parse().ok()?, last.parse().ok()?);
        let range = Counts { run: run.parse().ok()?, first, last };
        (0 < first && first <= last && last < Place::LARGEST).then_some(range)
    };
    let tags = rumor.tags.iter().filter(|tag| tag.name() == RANGE);
    tags.filter_map(range).take(MAX_RANGES).collect()
}

fn count_tag(count: Count, clock: u64) -> Tag {
    Tag::new(COUNT, [count.number.to_string(), clock.to_string(), count.run.to_string()])
}

fn count(rumor: &Rumor) -> Count {
    match (u32::try_from(number(rumor, 2)), number(rumor, 0)) {
        (Ok(run), number) if run > 0 && number > 0 => Count { run, number },
        _ => Count::default(),
    }
}

/// A number of the counting tag; 0 for what is none, or too large to be one.
fn number(rumor: &Rumor, at: usize) -> u64 {
    let tag = rumor.tags.iter().find(|tag| tag.name() == COUNT);
    let value = tag.and_then(|tag| tag.as_slice().get(at + 1)?.parse().ok());
    value.filter(|number| *number < Place::LARGEST).unwrap_or(0)
}

#[cfg(test)]
#[path = "inner_tests.rs"]
mod tests;
