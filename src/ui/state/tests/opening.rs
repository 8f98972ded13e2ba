use super::*;

/// A chat of which everything up to the `read`th message was on the screen.
fn opened(read: u64, unread: u32, stage: Stage) -> AppState {
    let mut row = chat("a", 1);
    (row.unread, row.read_up_to, row.stage) = (unread, place(read), stage);
    let mut state = attached(vec![row]);
    state.open(&ChatId::new("a"));
    state
}

fn asks(state: &AppState) -> Option<Page> {
    let window = state.timeline().unwrap();
    window.wants(window.opens_with()?)
}

#[test]
fn few_unread_are_on_the_newest_page() {
    for (unread, stage) in [(0, Stage::Open), (40, Stage::Open), (900, Stage::Requested)] {
        let mut state = opened(60, unread, stage);
        assert_eq!(asks(&state), Some(Page::Newest));
        load(&mut state, Edge::Newest, 21..=100, false);
        assert_eq!(asks(&state), None);
    }
    assert!(Edge::Newest.page_size() > 40, "with something read above the line");
}

#[test]
fn many_unread_are_begun_where_they_begin_with_what_was_read_above() {
    for unread in [41, 350, 100_000] {
        let mut state = opened(500, unread, Stage::Open);
        assert_eq!(asks(&state), Some(Page::After(place(500))));
        load(&mut state, Edge::Unread, 501..=580, false);
        assert_eq!(asks(&state), Some(Page::Before(place(501))), "nothing is above the line");
        load(&mut state, Edge::Older, 421..=500, false);
        assert_eq!(asks(&state), None);
        assert_eq!(held(&state), (421..=580).collect::<Vec<_>>());
        assert!(!state.timeline().unwrap().reached_end(), "there are more, further down");
    }
}

#[test]
fn where_nothing_was_ever_read_nothing_is_waited_for() {
    let mut state = opened(0, 350, Stage::Open);
    load(&mut state, Edge::Unread, 1..=80, false);
    load(&mut state, Edge::Older, NOTHING, true);
    assert_eq!(asks(&state), None);
}

#[test]
fn unread_that_all_came_late_leave_the_newest_to_be_shown() {
    let mut state = opened(500, 350, Stage::Open);
    load(&mut state, Edge::Unread, NOTHING, true);
    assert_eq!(asks(&state), Some(Page::Newest));
    load(&mut state, Edge::Newest, 421..=500, false);
    assert_eq!(asks(&state), None);
    assert_eq!(state.timeline().unwrap().late().len(), 80, "and are pointed to");
    let mut empty = opened(0, 350, Stage::Open);
    load(&mut empty, Edge::Newest, NOTHING, true);
    assert_eq!(asks(&empty), None, "nothing is there at all");
}

#[test]
fn an_engine_that_changed_hands_is_asked_again_for_what_a_chat_opens_with() {
    let mut state = opened(500, 350, Stage::Open);
    state.timeline_mut().unwrap().asked(zajil_api::CommandId(9), Edge::Unread);
    let mut row = chat("a", 1);
    row.unread = 350;
    attach(&mut state, vec![row]);
    assert_eq!(asks(&state), Some(Page::After(place(500))));
}
