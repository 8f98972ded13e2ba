//! Looks at each frame on its way to the relay and back, and refuses what must not pass.
//!
//! Besides the limits this keeps malformed messages out: the library behind ends the
//! connection at the first one, without a word.

use super::Limits;
use super::bucket::Bucket;
use nostr::{ClientMessage, JsonUtil, RelayMessage};
use serde_json::json;
use serde_json::value::RawValue;
use std::time::Instant;

pub struct Gate {
    limits: Limits,
    bucket: Bucket,
}

#[derive(Debug, PartialEq)]
pub enum Verdict {
    Pass,
    /// It stops here; this is the answer to the client.
    Refuse(String),
}

impl Gate {
    pub fn new(limits: Limits, now: Instant) -> Self {
        let bucket = Bucket::full(limits.burst, limits.messages_per_second, now);
        Self { limits, bucket }
    }

    /// A frame from the client.
    pub fn incoming(&mut self, frame: &str, now: Instant) -> Verdict {
        let subject = Subject::of(frame);
        if !self.bucket.take(now) {
            return subject.refuse("rate-limited: slow down");
        }
        if subject.event_bytes() > self.limits.event_bytes {
            let most = self.limits.event_bytes;
            return subject.refuse(&format!("invalid: an event may have at most {most} bytes"));
        }
        if frame.len() > self.limits.frame_bytes {
            let most = self.limits.frame_bytes;
            return subject.refuse(&format!("invalid: a message may have at most {most} bytes"));
        }
        match ClientMessage::from_json(frame) {
            Err(_) => subject.refuse("invalid: the message could not be read"),
            Ok(ClientMessage::Event(event)) if event.is_expired() => {
                subject.refuse("invalid: the event has expired")
            }
            Ok(_) => Verdict::Pass,
        }
    }

    /// Whether a frame from the relay may go out: expired events may not (NIP-40).
    pub fn outgoing(frame: &str) -> bool {
        // Rare, so the frame is read only when the tag may be in it.
        if !frame.contains("\"expiration\"") {
            return true;
        }
        match RelayMessage::from_json(frame) {
            Ok(RelayMessage::Event { event, .. }) => !event.is_expired(),
            _ => true,
        }
    }
}

/// What a frame is about, as far as an answer must name it.
enum Subject<'a> {
    Event { id: String, bytes: usize },
    Subscription(&'a RawValue),
    Unclear,
}

impl<'a> Subject<'a> {
    fn of(frame: &'a str) -> Self {
        let parts: Vec<&RawValue> = serde_json::from_str(frame).unwrap_or_default();
        let (Some(label), Some(second)) = (parts.first(), parts.get(1)) else {
            return Self::Unclear;
        };
        match label.get() {
            "\"EVENT\"" => Self::event(second),
            "\"REQ\"" | "\"COUNT\"" if second.get().starts_with('"') => Self::Subscription(second),
            _ => Self::Unclear,
        }
    }

    fn event(event: &RawValue) -> Self {
        let fields: serde_json::Value = serde_json::from_str(event.get()).unwrap_or_default();
        let id = fields.get("id").and_then(|id| id.as_str());
        match id {
            Some(id) if id.len() == 64 => {
                Self::Event { id: id.to_owned(), bytes: event.get().len() }
            }
            _ => Self::Unclear,
        }
    }

    fn event_bytes(&self) -> usize {
        match self {
            Self::Event { bytes, .. } => *bytes,
            _ => 0,
        }
    }

    fn refuse(&self, reason: &str) -> Verdict {
        let answer = match self {
            Self::Event { id, .. } => json!(["OK", id, false, reason]),
            Self::Subscription(id) => json!(["CLOSED", id, reason]),
            Self::Unclear => json!(["NOTICE", reason]),
        };
        Verdict::Refuse(answer.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nostr::{EventBuilder, Keys, Tag, Timestamp};

    fn event(content: &str, tags: Vec<Tag>) -> String {
        let keys = Keys::generate();
        let event = EventBuilder::text_note(content).tags(tags).sign_with_keys(&keys).unwrap();
        ClientMessage::event(event).as_json()
    }

    fn gate() -> Gate {
        Gate::new(Limits::default(), Instant::now())
    }

    fn refusal(frame: &str) -> String {
        match gate().incoming(frame, Instant::now()) {
            Verdict::Refuse(answer) => answer,
            Verdict::Pass => panic!("{} bytes passed", frame.len()),
        }
    }

    #[test]
    fn an_ordinary_event_and_an_ordinary_question_pass() {
        assert_eq!(gate().incoming(&event("hello", vec![]), Instant::now()), Verdict::Pass);
        let question = r#"["REQ","a",{"kinds":[1]}]"#;
        assert_eq!(gate().incoming(question, Instant::now()), Verdict::Pass);
    }

    #[test]
    fn an_event_above_64_kib_is_refused_by_its_id() {
        let answer = refusal(&event(&"x".repeat(65_536), vec![]));
        assert!(
            answer.starts_with("[\"OK\",\"") && answer.contains("false,\"invalid: "),
            "{answer}"
        );
        let huge = refusal(&event(&"x".repeat(200_000), vec![]));
        assert!(huge.contains("at most 65536 bytes"), "{huge}");
    }

    #[test]
    fn an_expired_event_is_refused_and_kept_back() {
        let past = vec![Tag::expiration(Timestamp::from(1_000_000))];
        let frame = event("old", past);
        assert!(refusal(&frame).contains("expired"));
        let out = frame.replacen("[\"EVENT\",", "[\"EVENT\",\"a\",", 1);
        assert!(!Gate::outgoing(&out));
        let future = vec![Tag::expiration(Timestamp::now() + 1000)];
        let frame = event("new", future);
        assert_eq!(gate().incoming(&frame, Instant::now()), Verdict::Pass);
        assert!(Gate::outgoing(&frame.replacen("[\"EVENT\",", "[\"EVENT\",\"a\",", 1)));
    }

    #[test]
    fn what_cannot_be_read_is_answered_not_passed_on() {
        for frame in ["", "hello", "{}", "[]", "[1,2]", "[\"EVENT\"]", "[\"EVENT\",{}]", "[[[["] {
            assert!(refusal(frame).starts_with("[\"NOTICE\",\"invalid: "), "{frame}");
        }
        assert!(refusal(r#"["REQ","a",{"kinds":"x"}]"#).starts_with(r#"["CLOSED","a","invalid: "#));
    }

    #[test]
    fn who_goes_too_fast_is_told_so_in_the_fitting_way() {
        let now = Instant::now();
        let limits = Limits { burst: 1, messages_per_second: 1, ..Limits::default() };
        let mut gate = Gate::new(limits, now);
        assert_eq!(gate.incoming("[\"CLOSE\",\"a\"]", now), Verdict::Pass);
        for (frame, start) in [
            (event("x", vec![]).as_str(), "[\"OK\","),
            ("[\"REQ\",\"a\",{}]", "[\"CLOSED\",\"a\",\"rate-limited: "),
            ("[\"CLOSE\",\"a\"]", "[\"NOTICE\",\"rate-limited: "),
        ] {
            match gate.incoming(frame, now) {
                Verdict::Refuse(answer) => assert!(answer.starts_with(start), "{answer}"),
                Verdict::Pass => panic!("passed: {frame}"),
            }
        }
    }
}
