use crate::{RelayUrl, UnixTime};
use serde::{Deserialize, Serialize};

/// One server, as the Servers page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    pub url: RelayUrl,
    pub link: LinkState,
    /// Milliseconds from connecting to the socket's opening, when it last did.
    pub opened_in_ms: Option<u32>,
    /// Milliseconds from a question to its answer, lately.
    pub answers_in_ms: Option<u32>,
    /// How far it may be relied on, 0 to 100, from what it did so far; `None` until it did
    /// enough to say.
    pub score: Option<u8>,
    pub advice: Option<Advice>,
    /// Chats that live there.
    pub chats: u16,
    /// One's own messages that were read back from there since this start.
    pub held: u32,
    /// One's own messages that it has still to take.
    pub waiting: u32,
    /// What the server last said to a person (a refusal, a notice); unverified text.
    pub said: Option<String>,
}

impl Server {
    /// One of which nothing is known but its link.
    pub fn new(url: RelayUrl, link: LinkState) -> Self {
        Self {
            url,
            link,
            opened_in_ms: None,
            answers_in_ms: None,
            score: None,
            advice: None,
            chats: 0,
            held: 0,
            waiting: 0,
            said: None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkState {
    Connecting,
    Connected,
    /// Down; the next try is at `retry_at` where one is planned.
    Offline {
        retry_at: Option<UnixTime>,
    },
    /// Cut on purpose, to practise an outage.
    Cut {
        until: UnixTime,
    },
}

/// What a server's record suggests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Advice {
    /// Could rarely be reached.
    OftenAway,
    /// Said that it kept messages, and did not.
    Forgets,
    /// Takes very long to answer.
    Slow,
    /// Refuses what we send.
    Refuses,
}
