//! Events, and what stands in them.

use super::Outcome;
use crate::people::{self, live_group};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use zajil_core::envelope::{SealedMessage, parse_inbox_relays, parse_key_package_event};
use zajil_core::nostr::{Event, Kind, nip59};

pub mod signed_event {
    use super::*;

    pub fn run(input: &[u8]) -> Outcome {
        let Ok(event) = Event::parse(input) else { return Outcome::Refused };
        assert_eq!(Event::parse(event.to_json().as_bytes()).as_ref(), Ok(&event));
        if event.verify().is_ok() {
            assert_eq!(event.verify_id(), Ok(()), "an event is verified with its id");
        }
        let bob = people::bob();
        match event.kind {
            Kind::KEY_PACKAGE => Outcome::of(&parse_key_package_event(&bob.provider(), &event)),
            Kind::GIFT_WRAP => Outcome::of(&nip59::unwrap(&event, &bob.account)),
            Kind::GROUP_MESSAGE => {
                let live = live_group();
                let opened = SealedMessage::of_event(&event)
                    .and_then(|message| message.open([&live.outer_key]));
                Outcome::of(&opened)
            }
            _ => {
                let relays = parse_inbox_relays(&event);
                assert!(relays.len() <= 10, "more servers than anybody connects to");
                Outcome::Read
            }
        }
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let events = [
            people::event(),
            people::key_package_event(),
            people::gift_wrap(),
            people::group_message(),
            people::inbox_relays(),
        ];
        events.iter().map(|event| event.to_json().into_bytes()).collect()
    }
}

pub mod group_event {
    use super::*;

    /// Under the group's key, so that what comes out is what went in.
    pub fn run(input: &[u8]) -> Outcome {
        let live = live_group();
        let mut event = people::group_message();
        event.content = BASE64.encode(input);
        let message = SealedMessage::of_event(&event);
        assert!(message.is_ok(), "the tags are right");
        let opened = message.and_then(|message| message.open([&live.outer_key]));
        Outcome::of(&opened)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        BASE64.decode(people::group_message().content).into_iter().collect()
    }
}
