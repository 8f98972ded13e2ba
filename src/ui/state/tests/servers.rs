use super::*;

pub fn server(url: &str, link: LinkState) -> Server {
    Server::new(RelayUrl::new(url), link)
}

pub const OFFLINE: LinkState = LinkState::Offline { retry_at: None };

pub fn tell(state: &mut AppState, url: &str, link: LinkState) -> Vec<Part> {
    state.apply(Update::ServerChanged(server(url, link)))
}

#[test]
fn cut_off_means_every_known_server_is_down() {
    let mut state = attached(Vec::new());
    assert!(!state.is_cut_off(), "no server is known yet");
    tell(&mut state, "wss://a", OFFLINE);
    tell(&mut state, "wss://b", LinkState::Connected);
    assert!(!state.is_cut_off());
    tell(&mut state, "wss://b", LinkState::Cut { until: UnixTime(60) });
    assert!(state.is_cut_off(), "cut is down");
    tell(&mut state, "wss://b", LinkState::Connecting);
    assert!(state.is_cut_off(), "trying again is not reaching");
    state.apply(Update::ServerRemoved(RelayUrl::new("wss://b")));
    assert_eq!(state.servers().len(), 1);
}

#[test]
fn a_tab_that_only_reads_promises_nothing_of_what_is_written() {
    let mut state = attached(Vec::new());
    tell(&mut state, "wss://a", OFFLINE);
    assert!(state.is_held_back() && state.is_away(&RelayUrl::new("wss://a")));
    let parts = state.apply(Update::LeadChanged(Lead::ReadOnly));
    assert!(state.is_cut_off() && !state.is_held_back());
    assert!(parts.contains(&Part::Reach), "the strip goes");
}

#[test]
fn the_last_connected_server_is_known_as_such() {
    let mut state = attached(Vec::new());
    let is_last = |state: &AppState, url| state.is_last_connected(&RelayUrl::new(url));
    tell(&mut state, "wss://a", LinkState::Connected);
    assert!(!is_last(&state, "wss://a"), "the engine does not remove it anyway");
    tell(&mut state, "wss://b", LinkState::Connecting);
    assert!(is_last(&state, "wss://a") && !is_last(&state, "wss://b"));
    tell(&mut state, "wss://b", LinkState::Connected);
    assert!(!is_last(&state, "wss://a"));
    tell(&mut state, "wss://a", OFFLINE);
    tell(&mut state, "wss://b", OFFLINE);
    assert!(!is_last(&state, "wss://a"), "nothing that works is lost with it");
}

#[test]
fn a_lost_network_is_doubted_until_a_server_shows_that_it_is_there() {
    let mut state = attached(Vec::new());
    tell(&mut state, "wss://a", LinkState::Connected);
    state.note_network(Network::Gone);
    // That something waits there, or does not any more, tells nothing.
    let told = |waiting, held| Server { waiting, held, ..server("wss://a", LinkState::Connected) };
    for waiting in [1, 0] {
        state.apply(Update::ServerChanged(told(waiting, 0)));
        assert!(state.is_doubted());
    }
    state.apply(Update::ServerChanged(told(0, 1)));
    assert!(!state.is_doubted(), "it was read back");
    state.note_network(Network::Gone);
    tell(&mut state, "wss://a", OFFLINE);
    assert!(state.is_doubted());
    tell(&mut state, "wss://a", LinkState::Connected);
    assert!(!state.is_doubted());
}
