use super::servers::{OFFLINE, tell};
use super::*;

fn lives_on(state: &mut AppState, id: &str, urls: &[&str]) -> Vec<Part> {
    let servers = urls.iter().map(|url| RelayUrl::new(*url)).collect();
    let held = state.chat(&ChatId::new(id)).unwrap().clone();
    state.apply(Update::ChatChanged(Chat { servers, ..held }))
}

fn only_through(state: &AppState, urls: &[&str]) -> Vec<String> {
    let urls: Vec<RelayUrl> = urls.iter().map(|url| RelayUrl::new(*url)).collect();
    state.reached_only_through(&urls).iter().map(ToString::to_string).collect()
}

#[test]
fn a_chat_is_out_of_reach_when_all_its_servers_are_whatever_others_do() {
    let mut state = attached(vec![chat("a", 1)]);
    let id = ChatId::new("a");
    tell(&mut state, "wss://1", OFFLINE);
    tell(&mut state, "wss://2", LinkState::Connected);
    tell(&mut state, "wss://3", LinkState::Connected);
    assert!(!state.is_out_of_reach(&id), "where it lives is not known");
    assert!(lives_on(&mut state, "a", &["wss://1"]).contains(&Part::Reach));
    assert!(state.is_out_of_reach(&id));
    assert!(lives_on(&mut state, "a", &["wss://1", "wss://2"]).contains(&Part::Reach));
    assert!(!lives_on(&mut state, "a", &["wss://1", "wss://2"]).contains(&Part::Reach));
    assert!(!state.is_out_of_reach(&id));
    tell(&mut state, "wss://2", LinkState::Cut { until: UnixTime(60) });
    assert!(state.is_out_of_reach(&id) && !state.is_cut_off());
}

#[test]
fn which_chats_wait_for_their_servers_is_known() {
    let mut state = attached(vec![chat("a", 1), chat("b", 2), chat("c", 3)]);
    tell(&mut state, "wss://1", LinkState::Cut { until: UnixTime(60) });
    tell(&mut state, "wss://2", LinkState::Connected);
    lives_on(&mut state, "a", &["wss://1"]);
    lives_on(&mut state, "b", &["wss://1", "wss://2"]);
    let waits = |state: &AppState| state.out_of_reach();
    assert_eq!(waits(&state), [ChatId::new("a")], "of c no server is known yet");
    tell(&mut state, "wss://2", OFFLINE);
    assert_eq!(waits(&state).len(), 2);
}

#[test]
fn which_chats_only_these_servers_carry_is_known() {
    let mut state = attached(vec![chat("a", 1), chat("b", 2)]);
    tell(&mut state, "wss://1", LinkState::Connected);
    tell(&mut state, "wss://2", LinkState::Connected);
    tell(&mut state, "wss://3", OFFLINE);
    lives_on(&mut state, "a", &["wss://1", "wss://3"]);
    lives_on(&mut state, "b", &["wss://1", "wss://2"]);
    assert_eq!(only_through(&state, &["wss://1"]), ["a"]);
    assert_eq!(only_through(&state, &["wss://1", "wss://2"]), ["b", "a"]);
    assert!(only_through(&state, &["wss://3"]).is_empty(), "nothing goes through it now");
}

#[test]
fn a_request_is_neither_lost_with_servers_nor_out_of_reach() {
    let mut state = attached(vec![Chat { stage: Stage::Requested, ..chat("a", 1) }]);
    tell(&mut state, "wss://1", LinkState::Connected);
    lives_on(&mut state, "a", &["wss://1"]);
    assert!(only_through(&state, &["wss://1"]).is_empty());
    tell(&mut state, "wss://1", OFFLINE);
    assert!(!state.is_out_of_reach(&ChatId::new("a")));
}

#[test]
fn a_server_that_only_chats_use_is_seen_and_is_not_ones_own() {
    let mut state = attached(Vec::new());
    let url = RelayUrl::new("wss://1");
    let used = Server { chats: 2, ..super::servers::server("wss://1", LinkState::Connected) };
    state.apply(Update::ServerChanged(used.clone()));
    assert!(state.is_own(&url));
    state.apply(Update::ServerRemoved(url.clone()));
    assert_eq!((state.servers().len(), state.own_servers().count()), (1, 0));
    assert!(!state.is_own(&url));
    state.apply(Update::ServerChanged(Server { chats: 0, ..used }));
    state.apply(Update::ServerRemoved(url));
    assert!(state.servers().is_empty(), "nothing needs it any more");
}
