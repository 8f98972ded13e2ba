use super::*;

fn typed(text: &str) -> (AppState, ChatId) {
    let mut state = attached(vec![chat("a", 1), chat("b", 2)]);
    let id = ChatId::new("a");
    state.keep_draft(&id, text);
    (state, id)
}

#[test]
fn a_text_that_was_sent_waits_to_be_kept_and_is_no_draft_any_more() {
    let (mut state, id) = typed("  hello\n");
    assert!(!state.has_waiting());
    assert_eq!(state.send_draft(&id).as_deref(), Some("hello"));
    assert_eq!((state.draft(&id).as_str(), state.waiting(&id)), ("", vec!["hello".to_owned()]));
    assert!(state.has_waiting(), "whoever leaves now may lose it");
    assert_eq!(state.send_draft(&id), None, "nothing goes out twice");
    // Whoever looks at the chat again has a new composer.
    state.open(&ChatId::new("b"));
    state.open(&id);
    assert_eq!(state.waiting(&id), ["hello"]);
    assert_eq!(state.sent(&id), None);
    assert!(!state.has_waiting());
}

#[test]
fn what_is_sent_meanwhile_follows_one_by_one_and_what_is_typed_stays() {
    let (mut state, id) = typed("first");
    state.send_draft(&id);
    for text in ["second", "third"] {
        state.keep_draft(&id, text);
        assert_eq!(state.send_draft(&id), None, "not before its turn");
    }
    state.keep_draft(&id, "and mo");
    assert_eq!(state.waiting(&id), ["first", "second", "third"]);
    assert_eq!(state.sent(&id).as_deref(), Some("second"));
    assert_eq!(state.sent(&id).as_deref(), Some("third"));
    assert_eq!(state.sent(&id), None);
    assert_eq!((state.draft(&id).as_str(), state.has_waiting()), ("and mo", false));
}

#[test]
fn a_text_that_was_refused_may_be_written_on_with_all_that_was_to_follow() {
    let (mut state, id) = typed("too long");
    state.send_draft(&id);
    state.keep_draft(&id, "second");
    state.send_draft(&id);
    state.keep_draft(&id, "thi");
    assert_eq!(state.not_sent(&id).as_deref(), Some("too long"));
    assert_eq!(state.draft(&id), "too long\nsecond\nthi");
    assert!(!state.has_waiting());
    assert!(state.send_draft(&id).is_some());
}

#[test]
fn chats_wait_for_their_own_texts_only() {
    let (mut state, id) = typed("one");
    let other = ChatId::new("b");
    state.keep_draft(&other, "two");
    state.send_draft(&id);
    assert_eq!(state.send_draft(&other).as_deref(), Some("two"));
    state.sent(&id);
    assert_eq!((state.waiting(&id).len(), state.waiting(&other).len()), (0, 1));
}

#[test]
fn whoever_has_to_take_it_along_sees_all_that_is_in_no_store() {
    let (mut state, id) = typed("sent");
    state.send_draft(&id);
    state.keep_draft(&id, " typed ");
    assert_eq!(state.unkept(), "sent\n\ntyped");
    state.apply(Update::ChatRemoved(id.clone()));
    assert_eq!((state.unkept().as_str(), state.sent(&id)), ("", None));
}

#[test]
fn a_message_that_was_taken_back_is_a_draft_again_behind_another() {
    for (draft, after) in [("", "message 2"), (" \n", "message 2"), ("new", "new\nmessage 2")] {
        let mut state = open(1..=1, true);
        let id = ChatId::new("a");
        state.keep_draft(&id, draft);
        state.give_back(&id, "message 2");
        assert_eq!(state.draft(&id), after);
    }
}
