use super::servers::{OFFLINE, tell};
use super::*;

const CUT: LinkState = LinkState::Cut { until: UnixTime(60) };

fn chosen(state: &mut AppState) -> Vec<String> {
    state.choose_cut();
    state.to_cut.iter().map(ToString::to_string).collect()
}

#[test]
fn a_practice_begins_and_ends_with_the_servers_own_state() {
    let mut state = attached(Vec::new());
    tell(&mut state, "wss://a", LinkState::Connected);
    tell(&mut state, "wss://b", LinkState::Connected);
    assert!(state.practice().is_none());
    assert!(tell(&mut state, "wss://a", CUT).contains(&Part::Practice));
    tell(&mut state, "wss://b", CUT);
    let running = state.practice().unwrap();
    assert_eq!((running.cut, running.until), (2, UnixTime(60)));
    tell(&mut state, "wss://a", LinkState::Connecting);
    assert_eq!(state.practice().map(|running| running.cut), Some(2), "not over yet");
    assert!(tell(&mut state, "wss://b", LinkState::Connecting).contains(&Part::Practice));
    assert!(state.practice().is_none());
    assert_eq!(state.take_practised(), Some(Practised { came: 0, went: 0, waiting: 0 }));
    assert_eq!(state.take_practised(), None, "told once");
}

#[test]
fn what_got_through_a_practice_is_what_was_written_in_it() {
    let mut state = open(1..=2, true);
    tell(&mut state, "wss://a", LinkState::Connected);
    add(&mut state, message(3, SENDING));
    tell(&mut state, "wss://a", CUT);
    for n in 4..=6 {
        add(&mut state, message(n, SENDING));
    }
    add(&mut state, message(7, Direction::Incoming));
    let mut tell_state = |n, is| {
        state.apply(Update::MessageStateChanged {
            chat: ChatId::new("a"),
            place: place(n),
            state: is,
        });
    };
    tell_state(3, MessageState::Sent { on: 1, of: 2 });
    tell_state(4, MessageState::Sent { on: 1, of: 2 });
    tell_state(4, MessageState::Sent { on: 2, of: 2 });
    tell_state(5, MessageState::Delivered);
    tell_state(6, MessageState::NotSent);
    tell(&mut state, "wss://a", LinkState::Connecting);
    assert_eq!(state.take_practised(), Some(Practised { came: 1, went: 2, waiting: 1 }));
}

#[test]
fn a_practice_spares_a_server_that_works() {
    let mut state = attached(Vec::new());
    assert!(chosen(&mut state).is_empty());
    tell(&mut state, "wss://a", OFFLINE);
    assert!(chosen(&mut state).is_empty() && !state.can_cut(), "one alone cannot be cut");
    tell(&mut state, "wss://b", LinkState::Connected);
    tell(&mut state, "wss://c", LinkState::Connected);
    assert_eq!(chosen(&mut state), ["wss://a", "wss://c"]);
    assert!(state.can_cut());
    state.to_cut.push(RelayUrl::new("wss://b"));
    assert!(!state.can_cut(), "nothing would be left");
}

#[test]
fn a_practice_offers_what_only_chats_use_and_spares_what_most_go_on_through() {
    let mut state = attached(Vec::new());
    tell(&mut state, "wss://own", LinkState::Connected);
    for (url, chats) in [("wss://away", 9), ("wss://one", 1), ("wss://two", 2)] {
        let link = if chats == 9 { OFFLINE } else { LinkState::Connected };
        state.apply(Update::ServerChanged(Server { chats, ..super::servers::server(url, link) }));
        state.apply(Update::ServerRemoved(RelayUrl::new(url)));
    }
    assert_eq!(state.own_servers().count(), 1);
    assert_eq!(chosen(&mut state), ["wss://own", "wss://away", "wss://one"]);
    assert!(state.can_cut());
}
