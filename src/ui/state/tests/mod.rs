mod drafts;
mod homes;
mod opening;
mod practice;
mod rows;
mod servers;
mod timeline;

use super::*;
use zajil_api::{Contact, GapCause, LinkState, MessageId, Page, Preview, Snapshot, Update};

const ALICE: &str = "a11ce";

fn chat(id: &str, touched_at: u64) -> Chat {
    Chat {
        id: ChatId::new(id),
        with: Contact { public_key: PublicKey::new(ALICE), name: "Alice".to_owned() },
        stage: Stage::Open,
        last: None::<Preview>,
        unread: 0,
        touched_at: UnixTime(touched_at),
        read_up_to: Place::START,
        gaps: Vec::new(),
        servers: Vec::new(),
    }
}

/// The `n`th of a chat's messages that are ten minutes apart.
fn place(n: u64) -> Place {
    Place { at: UnixTime(n * 600), clock: n, tie: (0, 0) }
}

fn message(n: u64, direction: Direction) -> Message {
    message_at(n, direction, n * 600)
}

fn message_at(n: u64, direction: Direction, sent_at: u64) -> Message {
    let author = if direction == Direction::Incoming { ALICE } else { "me" };
    Message {
        id: MessageId::new(format!("{n:064x}")),
        place: place(n),
        direction,
        author: PublicKey::new(author),
        text: format!("message {n}"),
        sent_at: UnixTime(sent_at),
        received_at: UnixTime(sent_at),
    }
}

const SENDING: Direction = Direction::Outgoing(MessageState::Sending);

fn attached(chats: Vec<Chat>) -> AppState {
    let mut state = AppState::default();
    attach(&mut state, chats);
    state
}

fn attach(state: &mut AppState, chats: Vec<Chat>) -> Vec<Part> {
    let snapshot = Snapshot {
        account: None,
        chats,
        servers: Vec::new(),
        settings: Settings::default(),
        catch_up: CatchUp::Done,
    };
    state.apply(Update::Attached { answers: zajil_api::CommandId(0), snapshot })
}

/// A chat that is open with these messages on its first page.
fn open(messages: std::ops::RangeInclusive<u64>, is_last: bool) -> AppState {
    let mut state = attached(vec![chat("a", 1)]);
    state.open(&ChatId::new("a"));
    load(&mut state, Edge::Newest, messages, is_last);
    state
}

fn load(
    state: &mut AppState,
    edge: Edge,
    page: std::ops::RangeInclusive<u64>,
    is_last: bool,
) -> Vec<Part> {
    let id = zajil_api::CommandId(100);
    state.timeline_mut().unwrap().asked(id, edge);
    let messages = page.map(|n| message(n, Direction::Incoming)).collect();
    let chat = ChatId::new("a");
    state.apply(Update::PageLoaded { answers: id, chat, messages, is_last })
}

fn add(state: &mut AppState, message: Message) -> Vec<Part> {
    state.apply(Update::MessageAdded { answers: None, chat: ChatId::new("a"), message })
}

fn held(state: &AppState) -> Vec<u64> {
    state.timeline().unwrap().messages().map(|message| message.place.clock).collect()
}

#[expect(clippy::reversed_empty_ranges, reason = "an empty page")]
const NOTHING: std::ops::RangeInclusive<u64> = 1..=0;

fn order(state: &AppState) -> Vec<String> {
    state.order().iter().map(ToString::to_string).collect()
}

#[test]
fn chats_stand_newest_first_and_move_when_touched() {
    let mut state = attached(vec![chat("old", 1), chat("new", 9), chat("tie", 9)]);
    assert_eq!(order(&state), ["new", "tie", "old"]);
    let parts = state.apply(Update::ChatChanged(chat("old", 10)));
    assert_eq!(order(&state), ["old", "new", "tie"]);
    assert_eq!(parts, [Part::Chat(ChatId::new("old")), Part::Order]);
}

#[test]
fn a_change_that_moves_nothing_draws_one_row() {
    let mut state = attached(vec![chat("a", 5), chat("b", 1)]);
    let mut changed = chat("b", 2);
    changed.unread = 3;
    assert_eq!(state.apply(Update::ChatChanged(changed)), [Part::Chat(ChatId::new("b"))]);
    assert_eq!(state.unread(), 3);
}

#[test]
fn a_removed_chat_takes_its_window_draft_and_row_with_it() {
    let mut state = open(1..=3, true);
    let id = ChatId::new("a");
    state.keep_draft(&id, "half a thought");
    state.apply(Update::ChatRemoved(id.clone()));
    assert!(!state.has_chats() && state.timeline().is_none());
    assert_eq!(state.draft(&id), "");
}

#[test]
fn typing_ends_when_it_expires_or_when_their_message_is_there() {
    let mut state = open(1..=1, true);
    let id = ChatId::new("a");
    let typing = |until| Update::TypingStarted {
        chat: ChatId::new("a"),
        who: PublicKey::new(ALICE),
        until: UnixTime(until),
    };
    state.apply(typing(50));
    assert!(state.is_typing(&id));
    assert_eq!(state.next_expiry(), Some(UnixTime(50)));
    assert_eq!(state.expire(UnixTime(49)), []);
    assert_eq!(state.expire(UnixTime(50)), [Part::Typing(id.clone())]);
    state.apply(typing(90));
    add(&mut state, message(2, SENDING));
    assert!(state.is_typing(&id), "our own message says nothing about them");
    add(&mut state, message(3, Direction::Incoming));
    assert!(!state.is_typing(&id));
}

#[test]
fn reading_is_reported_only_for_other_peoples_messages() {
    let mut state = open(1..=2, true);
    add(&mut state, message(3, SENDING));
    let id = ChatId::new("a");
    assert!(state.has_unread_up_to(&id, Place::START, place(3)));
    assert!(state.has_unread_up_to(&id, place(1), place(3)));
    assert!(!state.has_unread_up_to(&id, place(2), place(3)));
    assert!(!state.has_unread_up_to(&id, place(1), place(1)));
}
