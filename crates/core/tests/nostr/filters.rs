//! Filters: what they match, and how they are written.

use crate::{event, secret};
use zajil_api::UnixTime;
use zajil_core::nostr::{EventId, Filter, Kind, MessageError};

#[test]
fn a_filter_matches_what_meets_all_its_conditions() {
    let event = event();
    let all = Filter::new()
        .ids([event.id])
        .authors([secret(2).public_key(), event.pubkey])
        .kinds([Kind::CHAT, Kind::GROUP_MESSAGE])
        .tags('h', ["cd", "ab"])
        .since(event.created_at)
        .until(event.created_at)
        .limit(0);
    assert!(all.matches(&event) && Filter::new().matches(&event));
    for filter in [
        all.clone().tags('e', ["ab"]),
        Filter::new().ids([EventId::from_bytes([0; 32])]),
        Filter::new().authors([secret(2).public_key()]),
        Filter::new().kinds([Kind::CHAT]),
        Filter::new().tags('h', ["cd"]),
        Filter::new().since(UnixTime(event.created_at.0 + 1)),
        Filter::new().until(UnixTime(event.created_at.0 - 1)),
    ] {
        assert!(!filter.matches(&event), "{}", filter.to_json());
    }
    assert_eq!(Filter::parse(&all.to_json()), Ok(all));
}

#[test]
fn a_filter_that_asks_for_none_of_something_asks_for_nothing() {
    let none = Filter::new().authors([]).tags::<String>('h', []);
    assert_eq!(none.to_json(), r##"{"authors":[],"#h":[]}"##);
    assert!(!none.matches(&event()));
}

#[test]
fn a_filter_is_written_as_nip_01_shows() {
    let filter = Filter::new()
        .kinds([Kind::GIFT_WRAP])
        .tags('p', ["ab"])
        .since(UnixTime(5))
        .until(UnixTime(6))
        .limit(7);
    let expected = r##"{"kinds":[1059],"#p":["ab"],"since":5,"until":6,"limit":7}"##;
    assert_eq!(filter.to_json(), expected);
    assert_eq!(Filter::new().to_json(), "{}");
}

#[test]
fn a_filter_with_a_condition_we_do_not_know_is_refused() {
    for json in [r#"{"search":"x"}"#, r##"{"#ab":[]}"##, r#"{"kinds":[1],"kinds":[2]}"#, "[]"] {
        assert!(matches!(Filter::parse(json), Err(MessageError::Malformed { .. })), "{json}");
    }
}
