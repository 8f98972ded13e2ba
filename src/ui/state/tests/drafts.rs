use super::*;

fn typed(text: &str) -> (AppState, ChatId) {
    let mut state = attached(vec![chat("a", 1), chat("b", 2)]);
    let id = ChatId::new("a");
    state.keep_draft(&id, text);
    (state, id)
}

#[test]
fn a_text_that_is_on_its_way_is_not_sent_a_second_time() {
    let (mut state, id) = typed("  hello\n");
    assert_eq!(state.begin_to_send(&id).as_deref(), Some("hello"));
    assert_eq!(state.draft(&id), "  hello\n", "until it is kept");
    // Whoever looks at the chat again has a new composer.
    state.open(&ChatId::new("b"));
    state.open(&id);
    assert_eq!(state.begin_to_send(&id), None);
    state.sent(&id);
    assert_eq!(state.draft(&id), "");
    assert_eq!(state.begin_to_send(&id), None, "nothing is left to send");
}

#[test]
fn what_was_typed_while_a_text_was_on_its_way_stays() {
    let (mut state, id) = typed("first");
    state.begin_to_send(&id);
    state.keep_draft(&id, "first and more");
    assert_eq!(state.begin_to_send(&id), None);
    state.keep_draft(&id, "first and more, and again");
    state.begin_to_send(&id);
    state.keep_draft(&id, "first and more, and again, and");
    assert_eq!(state.sent(&id).as_deref(), Some("and more"), "as it was when it was to be sent");
    assert_eq!(state.draft(&id), " and more, and again, and");
    assert_eq!(state.sent(&id).as_deref(), Some(", and again"));
    assert_eq!(state.sent(&id), None);
    assert_eq!(state.draft(&id), ", and");
    assert_eq!(state.begin_to_send(&id).as_deref(), Some(", and"));
}

#[test]
fn a_text_that_was_changed_meanwhile_is_not_sent_by_itself() {
    let (mut state, id) = typed("first");
    state.begin_to_send(&id);
    state.keep_draft(&id, "first second");
    state.begin_to_send(&id);
    state.keep_draft(&id, "fi second");
    assert_eq!(state.sent(&id), None);
    assert_eq!(state.draft(&id), "fi second");
    // Taken away again before its turn.
    let (mut state, id) = typed("first");
    state.begin_to_send(&id);
    state.keep_draft(&id, "first second");
    state.begin_to_send(&id);
    state.keep_draft(&id, "first");
    assert_eq!((state.sent(&id), state.draft(&id).as_str()), (None, ""));
}

#[test]
fn whoever_presses_twice_sends_once() {
    let (mut state, id) = typed("first");
    state.begin_to_send(&id);
    state.begin_to_send(&id);
    assert_eq!(state.sent(&id), None);
}

#[test]
fn a_text_that_was_refused_stays_and_may_be_sent_again() {
    let (mut state, id) = typed("too long");
    state.begin_to_send(&id);
    assert_eq!(state.not_sent(&id).as_deref(), Some("too long"));
    assert_eq!(state.draft(&id), "too long");
    assert!(state.begin_to_send(&id).is_some());
}

#[test]
fn chats_wait_for_their_own_texts_only() {
    let (mut state, id) = typed("one");
    let other = ChatId::new("b");
    state.keep_draft(&other, "two");
    state.begin_to_send(&id);
    assert_eq!(state.begin_to_send(&other).as_deref(), Some("two"));
    state.sent(&id);
    assert_eq!((state.draft(&id).as_str(), state.draft(&other).as_str()), ("", "two"));
}

#[test]
fn a_text_that_waits_to_be_kept_is_what_is_seen_whatever_was_typed_since() {
    let (mut state, id) = typed("as sent");
    state.begin_to_send(&id);
    assert_eq!(state.held_up(&id), None, "that takes no time, mostly");
    state.keep_draft(&id, "");
    for change in [
        Update::StorageChanged(Storage::Full),
        Update::StorageChanged(Storage::Failing),
        Update::LeadChanged(Lead::Changing),
    ] {
        assert!(state.apply(change).contains(&Part::Draft(id.clone())), "and is drawn");
        assert_eq!(state.written(&id), "as sent");
        assert_eq!(state.held_up(&id).as_deref(), Some("as sent"));
        assert_eq!(state.held_up(&ChatId::new("b")), None);
    }
    state.apply(Update::StorageChanged(Storage::Working));
    state.apply(Update::LeadChanged(Lead::Working));
    assert_eq!(state.held_up(&id), None);
    state.apply(Update::StorageChanged(Storage::Full));
    state.sent(&id);
    assert_eq!((state.held_up(&id), state.draft(&id)), (None, String::new()));
}

#[test]
fn a_message_that_was_taken_back_is_a_draft_again_behind_another() {
    for (draft, after) in [("", "message 2"), (" \n", "message 2"), ("new", "new\nmessage 2")] {
        let mut state = open(1..=1, true);
        let id = ChatId::new("a");
        add(&mut state, message(2, SENDING));
        state.keep_draft(&id, draft);
        let answers = Some(zajil_api::CommandId(1));
        let parts =
            state.apply(Update::MessageRemoved { answers, chat: id.clone(), place: place(2) });
        assert_eq!(state.draft(&id), after);
        assert!(parts.contains(&Part::Draft(id)));
    }
}

#[test]
fn what_was_taken_back_is_no_part_of_what_is_on_its_way() {
    let (mut state, id) = typed("a draft");
    state.begin_to_send(&id);
    state.give_back(&id, "taken back");
    assert_eq!(state.draft(&id), "a draft\ntaken back");
    state.sent(&id);
    assert_eq!(state.draft(&id), "\ntaken back", "what is sent is not sent again");
}
