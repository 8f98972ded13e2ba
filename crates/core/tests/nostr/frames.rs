//! Frames: what is read, and what is refused.

use crate::event;
use zajil_core::nostr::{
    ClientMessage, Filter, Kind, MAX_FRAME, MessageError, RelayMessage, SubscriptionId,
    peek_event_id,
};

fn subscription(text: &str) -> SubscriptionId {
    SubscriptionId::new(text).unwrap()
}

#[test]
fn a_relays_messages_are_read_as_nip_01_writes_them() {
    let id = "ab".repeat(32);
    let read = |frame: &str| RelayMessage::parse(frame).unwrap();
    assert_eq!(
        read(&format!(r#"["OK","{id}",false,"blocked: no"]"#)),
        RelayMessage::Ok {
            id: id.parse().unwrap(),
            accepted: false,
            message: "blocked: no".into()
        }
    );
    assert_eq!(read(r#" [ "EOSE" , "s" ] "#), RelayMessage::Eose(subscription("s")));
    assert_eq!(
        read(r#"["CLOSED","s","auth-required: who are you"]"#),
        RelayMessage::Closed {
            subscription: subscription("s"),
            message: "auth-required: who are you".into()
        }
    );
    assert_eq!(read(r#"["NOTICE","slow down"]"#), RelayMessage::Notice("slow down".into()));
    assert_eq!(read(r#"["AUTH","xyz"]"#), RelayMessage::Auth { challenge: "xyz".into() });
    assert_eq!(read(r#"["COUNT","s",{"count":3}]"#), RelayMessage::Unknown("COUNT".into()));
}

#[test]
fn comparing_is_read_and_written_as_nip_77_has_it() {
    let open = r#"["NEG-OPEN","n",{"kinds":[445]},"6100000200"]"#;
    let filter = Filter::new().kinds([Kind::GROUP_MESSAGE]);
    let message = vec![0x61, 0, 0, 2, 0];
    let opened = ClientMessage::NegOpen { subscription: subscription("n"), filter, message };
    assert_eq!(opened.to_json(), open);
    assert_eq!(ClientMessage::parse(open), Ok(opened));
    let read = |frame: &str| RelayMessage::parse(frame).unwrap();
    assert_eq!(
        read(r#"["NEG-MSG","n","61"]"#),
        RelayMessage::NegMsg { subscription: subscription("n"), message: vec![0x61] }
    );
    // strfry says how many it would compare; others leave out the words.
    let reason = "blocked: too many query results".to_owned();
    assert_eq!(
        read(r#"["NEG-ERR","n","blocked: too many query results",1000000]"#),
        RelayMessage::NegErr { subscription: subscription("n"), reason }
    );
    assert!(matches!(read(r#"["NEG-ERR","n"]"#), RelayMessage::NegErr { .. }));
    for frame in [
        r#"["NEG-MSG","n"]"#,
        r#"["NEG-MSG","n","6"]"#,
        r#"["NEG-MSG","n","6g"]"#,
        r#"["NEG-MSG","n",61]"#,
    ] {
        assert!(RelayMessage::parse(frame).is_err(), "{frame}");
    }
}

#[test]
fn an_answer_without_closing_words_is_an_answer() {
    let frame = format!(r#"["OK","{}",true]"#, "ab".repeat(32));
    assert!(matches!(
        RelayMessage::parse(&frame),
        Ok(RelayMessage::Ok { accepted: true, message, .. }) if message.is_empty()
    ));
}

#[test]
fn what_is_no_message_is_malformed() {
    let long = format!(r#"["EOSE","{}"]"#, "s".repeat(65));
    let event = event().to_json();
    let array = r#"["EVENT","s",["a","b",1,2,[],"c","d"]]"#;
    let twice = event.replacen('{', "{\"kind\":1,", 1);
    let frames = [
        "",
        "{}",
        "[]",
        "[1]",
        r#"["OK"]"#,
        r#"["OK","xy",true,""]"#,
        r#"["EOSE",""]"#,
        long.as_str(),
        r#"["EVENT","s",{}]"#,
        array,
        &format!(r#"["EVENT","s",{twice}]"#),
        &format!(r#"["EVENT","s",{event}]]"#),
        &format!(r#"["EVENT","s",{}]"#, event.replace("expiration", "\u{0}")),
    ];
    for frame in frames {
        assert!(
            matches!(RelayMessage::parse(frame), Err(MessageError::Malformed { .. })),
            "{frame}"
        );
    }
}

#[test]
fn a_frame_that_is_too_long_is_not_looked_at() {
    let frame = " ".repeat(MAX_FRAME + 1);
    let refused = MessageError::TooLong { found: MAX_FRAME + 1 };
    assert_eq!(RelayMessage::parse(&frame), Err(refused));
    assert_eq!(ClientMessage::parse(&frame), Err(refused));
}

#[test]
fn every_message_is_read_as_it_was_written() {
    let event = Box::new(event());
    let filter = Filter::new().kinds([Kind::GROUP_MESSAGE]).tags('h', ["ab"]).limit(5);
    let s = subscription("s \"1\"");
    for message in [
        ClientMessage::Event(event.clone()),
        ClientMessage::Auth(event.clone()),
        ClientMessage::Close(s.clone()),
        ClientMessage::Req {
            subscription: s.clone(),
            filters: vec![filter.clone(), Filter::new()],
        },
        ClientMessage::NegOpen { subscription: s.clone(), filter, message: vec![0x61, 0] },
        ClientMessage::NegMsg { subscription: s.clone(), message: Vec::new() },
        ClientMessage::NegClose(s.clone()),
    ] {
        assert_eq!(ClientMessage::parse(&message.to_json()), Ok(message));
    }
    for message in [
        RelayMessage::Event { subscription: s.clone(), event: event.clone() },
        RelayMessage::Ok { id: event.id, accepted: true, message: "fine\n".into() },
        RelayMessage::Eose(s.clone()),
        RelayMessage::Closed { subscription: s.clone(), message: "error: \"so\"".into() },
        RelayMessage::Notice("\u{7}".into()),
        RelayMessage::Auth { challenge: "\\".into() },
        RelayMessage::NegMsg { subscription: s.clone(), message: vec![0x61, 0, 0xff] },
        RelayMessage::NegErr { subscription: s, reason: "blocked: too big".into() },
        RelayMessage::Unknown("COUNT".into()),
    ] {
        assert_eq!(RelayMessage::parse(&message.to_json()), Ok(message));
    }
}

#[test]
fn the_id_of_an_event_is_found_without_parsing_its_frame() {
    let event = Box::new(event());
    let frame = RelayMessage::Event { subscription: subscription("s"), event: event.clone() };
    assert_eq!(peek_event_id(&frame.to_json()), Some(event.id));
    let (id, json) = (event.id.to_hex(), event.to_json());
    // The id after a content that speaks of ids, as other relays order members.
    let moved = json.replacen(&format!("\"id\":\"{id}\","), "", 1);
    let moved = format!(r#"["EVENT","s",{},"id":"{id}"}}]"#, moved.trim_end_matches('}'));
    assert_eq!(peek_event_id(&moved), Some(event.id));
    assert!(matches!(RelayMessage::parse(&moved), Ok(RelayMessage::Event { .. })));
    let spaced = format!(r#"["EVENT", "s", {}]"#, json.replace("\":", "\": "));
    assert_eq!(peek_event_id(&spaced), Some(event.id));
    for frame in [r#"["EOSE","s"]"#, r#"["EVENT","s",{"id":"ab"}]"#, r#"["EVENT","s",{}]"#] {
        assert_eq!(peek_event_id(frame), None);
    }
}
