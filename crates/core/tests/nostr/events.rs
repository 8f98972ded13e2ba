//! Events and rumors: what is read, and what is refused.

use crate::{event, rng, secret, signed, unsigned};
use zajil_api::{RelayUrl, UnixTime};
use zajil_core::nostr::{
    Event, EventError, EventId, Kind, MAX_TAGS, MAX_TIME, RelayMessage, Rumor, Tag, nip42,
};

#[test]
fn members_that_relays_add_to_an_event_are_ignored() {
    let json = event().to_json().replacen('{', r#"{"seen":[{"id":1}],"#, 1);
    assert_eq!(Event::parse(json.as_bytes()), Ok(event()));
}

#[test]
fn an_event_with_a_changed_part_is_refused() {
    let changed: [fn(&mut Event); 6] = [
        |event| event.content.push(' '),
        |event| event.created_at.0 += 1,
        |event| event.kind = Kind::CHAT,
        |event| event.tags.truncate(1),
        |event| event.pubkey = secret(2).public_key(),
        |event| event.id = EventId::from_bytes([1; 32]),
    ];
    for change in changed {
        let mut event = event();
        assert_eq!(event.verify(), Ok(()));
        change(&mut event);
        assert_eq!(event.verify(), Err(EventError::Id));
    }
    let mut event = event();
    event.sig = secret(2).sign(event.id.as_bytes(), &mut rng(1));
    assert_eq!(event.verify(), Err(EventError::Signature));
}

#[test]
fn a_rumor_has_its_six_members_once_and_nothing_else() {
    let rumor = Rumor::new(unsigned(&secret(1), Kind::CHAT, vec![], "hi"));
    let json = rumor.to_json();
    let parse = |json: &str| Rumor::parse_strict(json.as_bytes());
    assert_eq!(parse(&json), Ok(rumor));
    for (what, extra) in [("empty", r#"{"sig":"","#), ("null", r#"{"sig":null,"#)] {
        let signed = json.replacen('{', extra, 1);
        assert_eq!(parse(&signed), Err(EventError::Signed), "{what}");
    }
    for wrong in [
        json.replacen('{', r#"{"x":1,"#, 1),
        json.replacen('{', r#"{"content":"hi","#, 1),
        json.replacen('{', r#"{"\u0063ontent":"hi","#, 1),
        json.replace("\"tags\":[],", ""),
        json.replace("\"kind\":9", "\"kind\":9.0"),
        json.replace("\"kind\":9", "\"kind\":65536"),
        json.replace("\"tags\":[]", "\"tags\":[[]]"),
        json.replace("\"tags\":[]", "\"tags\":[[null]]"),
        format!("[{json}]"),
        format!("{json}{json}"),
        format!("{json},"),
    ] {
        assert!(matches!(parse(&wrong), Err(EventError::Malformed { .. })), "{wrong}");
    }
}

#[test]
fn a_time_that_not_every_reader_holds_exactly_is_refused() {
    let mut unsigned = unsigned(&secret(1), Kind::CHAT, vec![], "");
    for (time, accepted) in [(MAX_TIME.0, true), (MAX_TIME.0 + 1, false), (u64::MAX, false)] {
        unsigned.created_at = UnixTime(time);
        let event = Event::sign(unsigned.clone(), &secret(1), &mut rng(1)).unwrap();
        let frame = format!("[\"EVENT\",\"s\",{}]", event.to_json());
        let rumor = Rumor::new(unsigned.clone()).to_json();
        assert_eq!(Event::parse(event.to_json().as_bytes()).is_ok(), accepted, "{time}");
        assert_eq!(RelayMessage::parse(&frame).is_ok(), accepted, "{time}");
        assert_eq!(Rumor::parse_strict(rumor.as_bytes()).is_ok(), accepted, "{time}");
    }
}

#[test]
fn an_event_of_too_many_tags_is_refused() {
    let tags = vec![Tag::new("t", ["x"]); MAX_TAGS];
    let mut event = signed(&secret(1), Kind::CHAT, tags, "");
    assert!(Event::parse(event.to_json().as_bytes()).is_ok());
    event.tags.push(Tag::new("t", ["x"]));
    let refused = Event::parse(event.to_json().as_bytes());
    assert!(matches!(refused, Err(EventError::Malformed { .. })));
}

#[test]
fn the_answer_to_a_challenge_names_relay_and_challenge() {
    let relay = RelayUrl::new("wss://relay.example");
    let account = secret(1);
    let answer = nip42::answer(account.public_key(), &relay, "xyz", UnixTime(9));
    let answer = Event::sign(answer, &account, &mut rng(1)).unwrap();
    assert_eq!(answer.kind, Kind::CLIENT_AUTH);
    assert_eq!(answer.tag_value("relay"), Some("wss://relay.example"));
    assert_eq!(answer.tag_value("challenge"), Some("xyz"));
    let mallory = secret(2);
    let theirs = unsigned(&account, Kind::CLIENT_AUTH, vec![], "");
    assert_eq!(Event::sign(theirs, &mallory, &mut rng(1)), Err(EventError::Author));
}
