use super::*;

#[test]
fn a_message_told_twice_is_held_once() {
    let mut state = open(1..=3, true);
    assert_eq!(add(&mut state, message(4, Direction::Incoming)), [Part::Timeline]);
    assert_eq!(add(&mut state, message(4, Direction::Incoming)), []);
    assert_eq!(held(&state), [1, 2, 3, 4]);
}

#[test]
fn a_message_of_another_chat_touches_nothing_on_screen() {
    let mut state = open(1..=3, true);
    let chat = ChatId::new("b");
    let message = message(1, Direction::Incoming);
    assert_eq!(state.apply(Update::MessageAdded { answers: None, chat, message }), []);
}

#[test]
fn pages_merge_in_order_whatever_they_overlap() {
    let mut state = open(81..=160, false);
    load(&mut state, Edge::Older, 1..=90, true);
    assert_eq!(held(&state), (1..=160).collect::<Vec<_>>());
    assert_eq!(state.timeline().unwrap().wants(Edge::Older), None, "the start was reached");
}

#[test]
fn a_page_nobody_asked_for_is_not_taken() {
    let mut state = open(1..=3, true);
    let id = zajil_api::CommandId(7);
    let chat = ChatId::new("a");
    let messages = vec![message(9, Direction::Incoming)];
    let update = Update::PageLoaded { answers: id, chat, messages, is_last: true };
    assert_eq!(state.apply(update), []);
    assert_eq!(held(&state), [1, 2, 3]);
}

#[test]
fn a_refused_page_can_be_asked_for_again() {
    let mut state = open(81..=160, false);
    let id = zajil_api::CommandId(8);
    state.timeline_mut().unwrap().asked(id, Edge::Older);
    assert_eq!(state.timeline().unwrap().wants(Edge::Older), None);
    state.apply(Update::Refused { answers: id, failure: zajil_api::Failure::Internal });
    assert_eq!(state.timeline().unwrap().wants(Edge::Older), Some(Page::Before(place(81))));
}

#[test]
fn scrolling_back_drops_the_newest_and_forward_brings_them_again() {
    let mut state = open(921..=1000, false);
    for first in [841, 761, 681, 601, 521] {
        load(&mut state, Edge::Older, first..=first + 79, false);
    }
    assert_eq!(held(&state), (521..=920).collect::<Vec<_>>());
    add(&mut state, message(1001, Direction::Incoming));
    assert_eq!(held(&state).last(), Some(&920), "there is a gap before the new one");
    let window = state.timeline().unwrap();
    assert!(!window.reached_end());
    assert_eq!(window.wants(Edge::Newer), Some(Page::After(place(920))));
    load(&mut state, Edge::Newer, 921..=1000, false);
    assert!(!state.timeline().unwrap().reached_end());
    load(&mut state, Edge::Newer, 1001..=1001, true);
    assert!(state.timeline().unwrap().reached_end());
    assert_eq!(held(&state), (602..=1001).collect::<Vec<_>>());
}

#[test]
fn the_window_stays_bounded_while_messages_pour_in() {
    let mut state = open(1..=80, true);
    for n in 81..=2_000 {
        add(&mut state, message(n, Direction::Incoming));
    }
    assert_eq!(held(&state), (1601..=2000).collect::<Vec<_>>());
}

#[test]
fn the_window_does_not_move_under_a_reader_who_is_not_at_its_end() {
    let mut state = open(1..=400, true);
    state.timeline_mut().unwrap().following = false;
    add(&mut state, message(401, Direction::Incoming));
    assert_eq!(held(&state), (1..=400).collect::<Vec<_>>());
    assert!(!state.timeline().unwrap().reached_end());
}

#[test]
fn a_state_changes_in_place_and_only_on_ones_own_messages() {
    let mut state = open(1..=1, true);
    add(&mut state, message(2, SENDING));
    let tell = |n| Update::MessageStateChanged {
        chat: ChatId::new("a"),
        place: place(n),
        state: MessageState::Sent { on: 2, of: 3 },
    };
    assert_eq!(state.apply(tell(2)), [Part::Message(place(2))]);
    assert_eq!(state.state_of(place(2)), Some(MessageState::Sent { on: 2, of: 3 }));
    assert_eq!(state.apply(tell(1)), []);
    assert_eq!(state.apply(tell(99)), []);
    assert_eq!(state.state_of(place(1)), None);
}

#[test]
fn a_message_lands_where_it_was_written_and_not_where_it_came() {
    let mut state = open(1..=3, true);
    add(&mut state, message(9, Direction::Incoming));
    let parts = add(&mut state, message(6, Direction::Incoming));
    assert_eq!(held(&state), [1, 2, 3, 6, 9]);
    assert_eq!(parts, [Part::Late, Part::Timeline]);
    let mut state = open(5..=9, true);
    add(&mut state, message(2, Direction::Incoming));
    assert_eq!(held(&state), [2, 5, 6, 7, 8, 9], "before all, and the start is in the window");
}

#[test]
fn what_belongs_before_the_window_waits_for_its_page() {
    let mut state = open(81..=160, false);
    add(&mut state, message(3, Direction::Incoming));
    assert_eq!(held(&state).first(), Some(&81), "between 3 and 81 there may be others");
    assert_eq!(state.timeline().unwrap().late(), [place(3)], "and is counted all the same");
}

#[test]
fn what_came_late_is_counted_until_it_was_on_the_screen() {
    let mut state = open(NOTHING, true);
    for n in [1, 20, 40, 10, 30, 15] {
        add(&mut state, message(n, Direction::Incoming));
    }
    add(&mut state, message(12, SENDING));
    let timeline = state.timeline_mut().unwrap();
    assert_eq!(timeline.late(), [place(10), place(15), place(30)]);
    assert!(timeline.saw_from(place(20)));
    assert_eq!(timeline.late(), [place(10), place(15)], "30 was in view, the others are above");
    assert!(!timeline.saw_from(place(20)));
    assert!(timeline.saw_from(place(1)));
    assert_eq!(timeline.late(), []);
}

#[test]
fn a_late_message_takes_nothing_from_a_reader_further_up() {
    let mut state = open(NOTHING, true);
    for n in 1..=400 {
        add(&mut state, message(2 * n, Direction::Incoming));
    }
    state.timeline_mut().unwrap().following = false;
    add(&mut state, message(101, Direction::Incoming));
    let held = held(&state);
    assert!(held.contains(&101) && held.first() == Some(&2) && held.len() == 400);
    assert!(!state.timeline().unwrap().reached_end(), "the newest one went instead");
}

#[test]
fn a_withdrawn_message_is_gone_from_the_screen() {
    let mut state = open(1..=2, true);
    add(&mut state, message(3, SENDING));
    let taken =
        |n| Update::MessageRemoved { answers: None, chat: ChatId::new("a"), place: place(n) };
    state.tell_story(Some(place(3)));
    let parts = state.apply(taken(3));
    assert_eq!(parts, [Part::Timeline, Part::Message(place(3)), Part::Story]);
    assert_eq!(state.story, None, "nor is its story told any longer");
    assert_eq!(held(&state), [1, 2]);
    assert_eq!(state.apply(taken(3)), []);
}

#[test]
fn a_window_that_missed_something_asks_again() {
    let mut state = open(1..=3, true);
    let lost = zajil_api::CommandId(9);
    state.timeline_mut().unwrap().asked(lost, Edge::Newest);
    let parts = attach(&mut state, vec![chat("a", 1)]);
    assert!(parts.contains(&Part::Timeline));
    assert_eq!(state.timeline().unwrap().lacks(), Some(Edge::Newest));
    assert_eq!(state.timeline().unwrap().wants(Edge::Newer), Some(Page::After(place(3))));
    state.timeline_mut().unwrap().following = false;
    assert_eq!(state.timeline().unwrap().lacks(), Some(Edge::Again), "what is being read stays");
    state.timeline_mut().unwrap().asked(lost, Edge::Again);
    assert_eq!(state.timeline().unwrap().lacks(), None);
    add(&mut state, message(9, Direction::Incoming));
    assert_eq!(held(&state), [1, 2, 3], "4 to 8 may have come in between");
}

#[test]
fn a_window_that_is_asked_for_again_shows_what_changed_meanwhile() {
    for edge in [Edge::Newest, Edge::Again] {
        let mut state = open(NOTHING, true);
        for n in 1..=3 {
            add(&mut state, message(n, Direction::Outgoing(MessageState::Sending)));
        }
        attach(&mut state, vec![chat("a", 1)]);
        let window = state.timeline_mut().unwrap();
        let asked = window.wants(edge).unwrap();
        if let Page::After(before) = asked {
            assert!(before < place(1), "the first is asked for too");
        }
        let id = zajil_api::CommandId(5);
        window.asked(id, edge);
        let delivered = |n| message(n, Direction::Outgoing(MessageState::Delivered));
        let sending = |n| message(n, Direction::Outgoing(MessageState::Sending));
        let parts = state.apply(Update::PageLoaded {
            answers: id,
            chat: ChatId::new("a"),
            messages: vec![sending(1), delivered(3), delivered(4)],
            is_last: true,
        });
        assert_eq!(parts, [Part::Timeline, Part::Late, Part::Message(place(3))]);
        assert_eq!(held(&state), [1, 3, 4], "2 was taken back");
        assert_eq!(state.state_of(place(3)), Some(MessageState::Delivered));
    }
}

#[test]
fn what_came_late_while_the_chat_was_closed_is_pointed_to() {
    let mut row = chat("a", 1);
    (row.unread, row.read_up_to) = (3, place(5));
    let mut state = attached(vec![row]);
    state.open(&ChatId::new("a"));
    let id = zajil_api::CommandId(1);
    state.timeline_mut().unwrap().asked(id, Edge::Newest);
    let mut messages: Vec<Message> = (1..=6).map(|n| message(n, Direction::Incoming)).collect();
    for late in [1, 3] {
        messages.get_mut(late).unwrap().received_at = UnixTime(9_000);
    }
    let chat = ChatId::new("a");
    state.apply(Update::PageLoaded { answers: id, chat, messages, is_last: true });
    assert_eq!(state.timeline().unwrap().late(), [place(2), place(4)], "and 6 is just new");
}

#[test]
fn what_came_late_and_is_out_of_sight_does_not_stay_unread_for_ever() {
    let mut row = chat("a", 1);
    (row.unread, row.read_up_to) = (1, place(2));
    let mut state = attached(vec![row]);
    let id = ChatId::new("a");
    state.open(&id);
    load(&mut state, Edge::Newest, NOTHING, true);
    assert!(state.has_unread_up_to(&id, place(2), place(2)));
    state.timeline_mut().unwrap().following = false;
    assert!(!state.has_unread_up_to(&id, place(2), place(2)), "not before all else was seen");
}
