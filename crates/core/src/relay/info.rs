//! NIP-11: what a relay says about itself.
//!
//! Hints from a stranger: each is taken by itself, absurd ones are left out, and none
//! is believed against what the relay then does.

use super::subscriptions::USUAL_LIMIT;
use serde_json::{Map, Value};

/// A longer document is not read.
pub const MAX_DOCUMENT: usize = 16 * 1024;
/// What relays take of one message unless they say otherwise, in bytes.
const USUAL_MESSAGE: usize = 128 * 1024;
/// With fewer subscriptions a client can hardly do anything: a relay that says so is asked
/// for as many all the same, and may refuse.
const LEAST_SUBSCRIPTIONS: u64 = 5;
/// A relay that wants events younger than this, in seconds, is not believed.
const LEAST_AGE: u64 = 60;

/// A relay's own words, as far as they make sense.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RelayInfo {
    /// Bytes of one whole message.
    pub max_message_length: Option<usize>,
    pub max_subscriptions: Option<usize>,
    pub max_event_tags: Option<usize>,
    /// Characters of an event's content.
    pub max_content_length: Option<usize>,
    /// How many seconds before now an event may be dated…
    pub created_at_lower_limit: Option<u64>,
    /// …and how many after.
    pub created_at_upper_limit: Option<u64>,
    pub payment_required: bool,
    pub restricted_writes: bool,
}

/// What is kept to with one relay, whatever it said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one message.
    pub message: usize,
    /// Subscriptions at the same time.
    pub subscriptions: usize,
    /// Tags of an event, and characters of its content.
    pub tags: Option<usize>,
    pub content: Option<usize>,
    /// Seconds that an event may be dated before and after now.
    pub behind: Option<u64>,
    pub ahead: Option<u64>,
}

impl RelayInfo {
    /// Reads a document; `None` if it is not one at all.
    pub fn parse(document: &str) -> Option<Self> {
        if document.len() > MAX_DOCUMENT {
            return None;
        }
        let Value::Object(document) = serde_json::from_str(document).ok()? else { return None };
        let none = Map::new();
        let limits = document.get("limitation").and_then(Value::as_object).unwrap_or(&none);
        let number = |name: &str| limits.get(name).and_then(Value::as_u64);
        let size = |name: &str, least: u64, most: u64| {
            let value = number(name).filter(|value| *value >= least)?;
            usize::try_from(value.min(most)).ok()
        };
        let flag = |name: &str| limits.get(name).and_then(Value::as_bool).unwrap_or(false);
        Some(Self {
            max_message_length: size("max_message_length", 1024, 1 << 20),
            max_subscriptions: size("max_subscriptions", LEAST_SUBSCRIPTIONS, 1000),
            max_event_tags: size("max_event_tags", 4, 10_000),
            max_content_length: size("max_content_length", 512, 1 << 20),
            created_at_lower_limit: number("created_at_lower_limit")
                .filter(|seconds| *seconds >= LEAST_AGE),
            created_at_upper_limit: number("created_at_upper_limit"),
            payment_required: flag("payment_required"),
            restricted_writes: flag("restricted_writes"),
        })
    }

    pub fn limits(&self) -> Limits {
        Limits {
            message: self.max_message_length.unwrap_or(USUAL_MESSAGE),
            subscriptions: self.max_subscriptions.unwrap_or(USUAL_LIMIT),
            tags: self.max_event_tags,
            content: self.max_content_length,
            behind: self.created_at_lower_limit,
            ahead: self.created_at_upper_limit,
        }
    }

    /// What a person should know before writing there.
    pub fn warning(&self) -> Option<&'static str> {
        if self.payment_required {
            return Some("wants to be paid");
        }
        self.restricted_writes.then_some("does not take events from everybody")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_makes_sense_is_taken_and_the_rest_is_left() {
        let info = RelayInfo::parse(
            r#"{"name": 7, "supported_nips": [1, "11", 77, 99999999, -1, 42.0, 42],
                "limitation": {"max_message_length": 65536, "max_subscriptions": 0,
                "max_event_tags": "many", "max_content_length": 99999999, "restricted_writes": true,
                "payment_required": "yes", "created_at_lower_limit": 1,
                "created_at_upper_limit": 900}}"#,
        );
        let expected = RelayInfo {
            max_message_length: Some(65536),
            max_content_length: Some(1 << 20),
            restricted_writes: true,
            created_at_upper_limit: Some(900),
            ..RelayInfo::default()
        };
        assert_eq!(info, Some(expected));
    }

    #[test]
    fn a_relay_that_says_nothing_gets_the_usual() {
        let limits = RelayInfo::parse("{}").unwrap().limits();
        assert_eq!((limits.message, limits.subscriptions), (128 * 1024, 20));
        assert_eq!(limits, RelayInfo::default().limits());
    }

    #[test]
    fn no_limit_is_so_absurd_that_nothing_could_be_said() {
        let tiny =
            r#"{"limitation":{"max_message_length":3,"max_event_tags":0,"max_content_length":1}}"#;
        assert_eq!(RelayInfo::parse(tiny), Some(RelayInfo::default()));
        let huge = r#"{"limitation":{"max_message_length":18446744073709551615}}"#;
        assert_eq!(RelayInfo::parse(huge).unwrap().limits().message, 1 << 20);
    }

    #[test]
    fn what_is_no_document_says_nothing() {
        for text in ["", "<!doctype html>", "[]", "7", "{\"limitation\":", &"[".repeat(10_000)] {
            assert_eq!(RelayInfo::parse(text), None);
        }
        assert_eq!(RelayInfo::parse(&format!("{{}}{}", " ".repeat(MAX_DOCUMENT))), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,300}") {
            let _ = RelayInfo::parse(&text);
        }

        #[test]
        fn no_number_panics(number in any::<f64>(), tags in any::<i64>()) {
            let text = format!(
                r#"{{"limitation":{{"max_event_tags":{tags},"created_at_lower_limit":{number:e}}}}}"#
            );
            let _ = RelayInfo::parse(&text);
        }
    }
}
