mod rows;

use super::*;
use zajil_api::{Contact, LinkState, MessageId, Preview, Snapshot, Stage, Update};

const ALICE: &str = "a11ce";

fn chat(id: &str, touched_at: u64) -> Chat {
    Chat {
        id: ChatId::new(id),
        with: Contact { public_key: PublicKey::new(ALICE), name: "Alice".to_owned() },
        stage: Stage::Open,
        last: None::<Preview>,
        unread: 0,
        touched_at: UnixTime(touched_at),
        read_up_to: Seq(0),
    }
}

fn message(seq: u64, direction: Direction) -> Message {
    message_at(seq, direction, seq * 600)
}

fn message_at(seq: u64, direction: Direction, sent_at: u64) -> Message {
    let author = if direction == Direction::Incoming { ALICE } else { "me" };
    Message {
        id: MessageId::new(format!("{seq:064x}")),
        seq: Seq(seq),
        direction,
        author: PublicKey::new(author),
        text: format!("message {seq}"),
        sent_at: UnixTime(sent_at),
    }
}

const SENDING: Direction = Direction::Outgoing(MessageState::Sending);

fn attached(chats: Vec<Chat>) -> AppState {
    let mut state = AppState::default();
    let snapshot =
        Snapshot { account: None, chats, servers: Vec::new(), settings: Settings::default() };
    state.apply(Update::Attached { answers: zajil_api::CommandId(0), snapshot });
    state
}

/// A chat that is open with these messages on its first page.
fn open(messages: std::ops::RangeInclusive<u64>, reached_start: bool) -> AppState {
    let mut state = attached(vec![chat("a", 1)]);
    state.open(&ChatId::new("a"));
    load(&mut state, Edge::Newest, messages, reached_start);
    state
}

fn load(
    state: &mut AppState,
    edge: Edge,
    page: std::ops::RangeInclusive<u64>,
    reached_start: bool,
) -> Vec<Part> {
    let id = zajil_api::CommandId(100);
    state.timeline_mut().unwrap().asked(id, edge);
    let messages = page.map(|seq| message(seq, Direction::Incoming)).collect();
    let chat = ChatId::new("a");
    state.apply(Update::PageLoaded { answers: id, chat, messages, reached_start })
}

fn add(state: &mut AppState, message: Message) -> Vec<Part> {
    state.apply(Update::MessageAdded { answers: None, chat: ChatId::new("a"), message })
}

fn held(state: &AppState) -> Vec<u64> {
    state.timeline().unwrap().messages().map(|message| message.seq.0).collect()
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
    assert_eq!(state.unread_chats(), 1);
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
    let update = Update::PageLoaded { answers: id, chat, messages, reached_start: true };
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
    assert_eq!(state.timeline().unwrap().wants(Edge::Older), Some(Some(Seq(81))));
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
    assert_eq!(window.wants(Edge::Newer), Some(Some(Seq(1001))), "before 1001 are 921 to 1000");
    load(&mut state, Edge::Newer, 921..=1000, false);
    assert!(!state.timeline().unwrap().reached_end());
    load(&mut state, Edge::Newer, 1001..=1001, false);
    assert!(state.timeline().unwrap().reached_end());
    assert_eq!(held(&state), (602..=1001).collect::<Vec<_>>());
}

#[test]
fn the_window_stays_bounded_while_messages_pour_in() {
    let mut state = open(1..=80, true);
    for seq in 81..=2_000 {
        add(&mut state, message(seq, Direction::Incoming));
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
    let tell = |seq| Update::MessageStateChanged {
        chat: ChatId::new("a"),
        seq: Seq(seq),
        state: MessageState::Sent { on: 2, of: 3 },
    };
    assert_eq!(state.apply(tell(2)), [Part::Message(Seq(2))]);
    assert_eq!(state.state_of(Seq(2)), Some(MessageState::Sent { on: 2, of: 3 }));
    assert_eq!(state.apply(tell(1)), []);
    assert_eq!(state.apply(tell(99)), []);
    assert_eq!(state.state_of(Seq(1)), None);
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
fn cut_off_means_every_known_server_is_down() {
    let server =
        |url: &str, link| Server { url: RelayUrl::new(url), link, opened_in_ms: None, said: None };
    let offline = LinkState::Offline { retry_at: None };
    let mut state = attached(Vec::new());
    assert!(!state.is_cut_off(), "no server is known yet");
    state.apply(Update::ServerChanged(server("wss://a", offline)));
    state.apply(Update::ServerChanged(server("wss://b", LinkState::Connected)));
    assert!(!state.is_cut_off());
    state.apply(Update::ServerChanged(server("wss://b", offline)));
    assert!(state.is_cut_off());
    state.apply(Update::ServerChanged(server("wss://b", LinkState::Connecting)));
    assert!(state.is_cut_off(), "trying again is not reaching");
    state.apply(Update::ServerRemoved(RelayUrl::new("wss://b")));
    assert_eq!(state.servers().len(), 1);
}

#[test]
fn reading_is_reported_only_for_other_peoples_messages() {
    let mut state = open(1..=2, true);
    add(&mut state, message(3, SENDING));
    let id = ChatId::new("a");
    assert!(state.has_unread_up_to(&id, Seq(0), Seq(3)));
    assert!(state.has_unread_up_to(&id, Seq(1), Seq(3)));
    assert!(!state.has_unread_up_to(&id, Seq(2), Seq(3)));
    assert!(!state.has_unread_up_to(&id, Seq(1), Seq(1)));
}

#[test]
fn the_first_page_reaches_back_to_the_unread_line() {
    let mut state = attached(vec![chat("a", 1)]);
    let id = ChatId::new("a");
    assert_eq!(state.page_size(&id, Edge::Newest), PAGE);
    let mut busy = chat("a", 1);
    busy.unread = 200;
    state.apply(Update::ChatChanged(busy));
    assert_eq!(state.page_size(&id, Edge::Newest), 200);
    assert_eq!(state.page_size(&id, Edge::Older), PAGE);
}
