//! What is said on a connection to a relay, either way.

use super::Outcome;
use crate::people;

pub mod relay_frame {
    use super::*;
    use zajil_core::nostr::{RelayMessage, peek_event_id};

    pub fn run(input: &[u8]) -> Outcome {
        let text = String::from_utf8_lossy(input);
        let _ = peek_event_id(&text);
        let message = RelayMessage::parse(&text);
        if let Ok(message) = &message {
            let again = RelayMessage::parse(&message.to_json());
            assert_eq!(again.as_ref(), Ok(message), "written again it reads otherwise");
        }
        Outcome::of(&message)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let (event, id) = (people::event().to_json(), people::event().id);
        [
            format!(r#"["EVENT","chats-1",{event}]"#),
            format!(r#"["OK","{id}",true,""]"#),
            format!(r#"["OK","{id}",false,"blocked: not on the list"]"#),
            format!(r#"["OK","{id}",true]"#),
            r#"["EOSE","chats-1"]"#.to_owned(),
            r#"["CLOSED","chats-1","auth-required: who are you?"]"#.to_owned(),
            r#"["CLOSED","chats-1"]"#.to_owned(),
            r#"["NOTICE","rate-limited: \"slow\" \ud83d\ude00 down"]"#.to_owned(),
            r#"["AUTH","1f2e3d"]"#.to_owned(),
            r#"["COUNT","chats-1",{"count":3,"more":[[],{}]}]"#.to_owned(),
        ]
        .map(String::into_bytes)
        .to_vec()
    }
}

pub mod client_frame {
    use super::*;
    use zajil_core::nostr::ClientMessage;

    pub fn run(input: &[u8]) -> Outcome {
        let message = ClientMessage::parse(&String::from_utf8_lossy(input));
        if let Ok(message) = &message {
            let again = ClientMessage::parse(&message.to_json());
            assert_eq!(again.as_ref(), Ok(message), "written again it reads otherwise");
        }
        Outcome::of(&message)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let (event, filter) = (people::event().to_json(), filter::seeds().concat());
        let filter = String::from_utf8_lossy(&filter).into_owned();
        [
            format!(r#"["EVENT",{event}]"#),
            format!(r#"["AUTH",{event}]"#),
            format!(r#"["REQ","chats-1",{filter},{{}}]"#),
            r#"["CLOSE","chats-1"]"#.to_owned(),
        ]
        .map(String::into_bytes)
        .to_vec()
    }
}

pub mod filter {
    use super::*;
    use zajil_core::nostr::Filter;

    pub fn run(input: &[u8]) -> Outcome {
        let filter = Filter::parse(&String::from_utf8_lossy(input));
        if let Ok(filter) = &filter {
            let again = Filter::parse(&filter.to_json());
            assert_eq!(again.as_ref(), Ok(filter), "written again it reads otherwise");
            let _ = filter.matches(&people::event());
        }
        Outcome::of(&filter)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let event = people::event();
        let filter = Filter::new()
            .ids([event.id])
            .authors([event.pubkey])
            .kinds([event.kind])
            .tags('h', ["ab".repeat(32)])
            .tags('p', [event.pubkey.to_hex()])
            .since(event.created_at)
            .until(event.created_at)
            .limit(500);
        vec![filter.to_json().into_bytes()]
    }
}
