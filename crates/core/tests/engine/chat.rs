//! Two people find each other and talk.

use crate::world::World;
use zajil_api::{Command, Failure, MessageState, Receipts, RelayUrl, Stage, Update};

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";
const THREE: &str = "wss://three.example";

#[test]
fn an_account_needs_no_server() {
    let mut world = World::new(&["Alice"], &[ONE]);
    world.take_down(ONE);
    world.command("Alice", Command::CreateAccount { name: " Alice ".to_owned() });
    assert_eq!(world.person("Alice").account().name, "Alice");
}

#[test]
fn nothing_is_stored_before_there_is_an_account() {
    let mut world = World::new(&["Alice"], &[ONE]);
    world.command("Alice", Command::SetReceipts { receipts: Receipts::Withheld });
    world.command("Alice", Command::AddServer { url: TWO.to_owned() });
    assert!(world.person("Alice").disk_is_empty());
    world.restart("Alice");
    world.command("Alice", Command::CreateAccount { name: "Alice".to_owned() });
    assert!(!world.person("Alice").disk_is_empty());
}

#[test]
fn two_people_meet_by_an_invite_link_and_both_can_write() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    assert_eq!(world.stage("Bob", "Alice"), Stage::Open);
    assert_eq!(world.stage("Alice", "Bob"), Stage::Open);
    world.send("Bob", "Alice", "hello");
    world.send("Alice", "Bob", "أهلا بك");
    world.pass(1_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello", "أهلا بك"]);
    assert_eq!(world.texts("Bob", "Alice"), ["hello", "أهلا بك"]);
}

#[test]
fn ticks_go_from_sending_to_sent_to_delivered_to_read() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    let chat = world.meet("Alice", "Bob");
    world.stop("Bob");
    world.take_down(ONE);
    world.take_down(TWO);
    world.send("Alice", "Bob", "one");
    assert_eq!(world.states("Alice", "Bob"), [MessageState::Sending]);
    world.bring_up(ONE);
    world.pass(120_000);
    assert_eq!(world.states("Alice", "Bob"), [MessageState::Sent { on: 1, of: 2 }]);
    world.bring_up(TWO);
    world.pass(120_000);
    assert_eq!(world.states("Alice", "Bob"), [MessageState::Sent { on: 2, of: 2 }]);
    world.start("Bob");
    world.pass(5_000);
    assert_eq!(world.states("Alice", "Bob"), [MessageState::Delivered]);
    let with_bob = world.chat_of("Bob", "Alice");
    assert_eq!(with_bob.unread, 1);
    world.command("Bob", Command::MarkRead { chat: with_bob.id, up_to: zajil_api::Place::END });
    world.pass(1_000);
    assert_eq!(world.chat_of("Bob", "Alice").unread, 0);
    assert_eq!(world.states("Alice", "Bob"), [MessageState::Read]);
    let _ = chat;
}

#[test]
fn who_withholds_receipts_still_confirms_delivery_and_nothing_more() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    world.command("Bob", Command::SetReceipts { receipts: Receipts::Withheld });
    world.send("Alice", "Bob", "one");
    world.pass(1_000);
    let chat = world.chat_of("Bob", "Alice").id;
    world.command("Bob", Command::MarkRead { chat, up_to: zajil_api::Place::END });
    world.pass(10_000);
    assert_eq!(world.states("Alice", "Bob"), [MessageState::Delivered]);
}

#[test]
fn bob_reads_what_alice_sent_while_he_was_away() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO, THREE]);
    world.meet("Bob", "Alice");
    world.stop("Bob");
    for number in 0..5 {
        world.send("Alice", "Bob", &format!("message {number}"));
    }
    world.pass(86_400_000);
    world.start("Bob");
    world.pass(5_000);
    let expected: Vec<String> = (0..5).map(|number| format!("message {number}")).collect();
    assert_eq!(world.texts("Bob", "Alice"), expected);
}

#[test]
fn a_long_absence_is_caught_up_over_many_pages_and_in_order() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.stop("Bob");
    for number in 0..450 {
        world.send("Alice", "Bob", &format!("{number}"));
        world.pass(1_000);
    }
    world.start("Bob");
    world.pass(10_000);
    let expected: Vec<String> = (0..450).map(|number| number.to_string()).collect();
    assert_eq!(world.texts("Bob", "Alice"), expected);
    assert!(world.states("Alice", "Bob").iter().all(|state| *state == MessageState::Delivered));
}

#[test]
fn what_is_written_before_the_other_was_reached_goes_out_by_itself() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.pass(1_000);
    let link = world.invite_of("Alice");
    world.take_down(ONE);
    world.command("Bob", Command::StartChat { link });
    assert_eq!(world.stage("Bob", "Alice"), Stage::Connecting);
    world.send("Bob", "Alice", "first");
    world.send("Bob", "Alice", "second");
    world.restart("Bob");
    world.bring_up(ONE);
    world.pass(180_000);
    assert_eq!(world.stage("Bob", "Alice"), Stage::Open);
    assert_eq!(world.texts("Alice", "Bob"), ["first", "second"]);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Delivered; 2]);
}

#[test]
fn a_message_written_offline_arrives_once_when_a_server_is_back() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.take_down(ONE);
    world.take_down(TWO);
    world.send("Alice", "Bob", "during the outage");
    world.pass(6 * 3_600_000);
    world.restart("Alice");
    world.bring_up(ONE);
    world.bring_up(TWO);
    world.pass(180_000);
    assert_eq!(world.texts("Bob", "Alice"), ["during the outage"]);
    assert_eq!(world.states("Alice", "Bob"), [MessageState::Delivered]);
}

#[test]
fn both_may_open_each_others_link_and_still_have_one_chat() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let (of_alice, of_bob) = (world.invite_of("Alice"), world.invite_of("Bob"));
    world.take_down(ONE);
    world.command("Bob", Command::StartChat { link: of_alice });
    world.command("Alice", Command::StartChat { link: of_bob });
    world.bring_up(ONE);
    world.pass(180_000);
    world.send("Alice", "Bob", "from Alice");
    world.send("Bob", "Alice", "from Bob");
    world.pass(2_000);
    assert_eq!(world.person("Alice").chats().len(), 1);
    assert_eq!(world.texts("Alice", "Bob"), ["from Alice", "from Bob"]);
    assert_eq!(world.texts("Bob", "Alice"), ["from Alice", "from Bob"]);
}

#[test]
fn a_chat_tells_of_each_server_that_carries_it_once() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO, THREE]);
    world.command("Alice", Command::RemoveServer { url: RelayUrl::new(THREE) });
    let servers = |world: &World, who, with| {
        let chat = world.chat_of(who, with);
        chat.servers.iter().map(|url| url.as_str().to_owned()).collect::<Vec<_>>()
    };
    let (of_alice, of_bob) = (world.invite_of("Alice"), world.invite_of("Bob"));
    for url in [ONE, TWO, THREE] {
        world.take_down(url);
    }
    // Both begin: a group each, and each on servers of its own.
    world.command("Bob", Command::StartChat { link: of_alice });
    world.command("Alice", Command::StartChat { link: of_bob });
    assert_eq!(servers(&world, "Bob", "Alice"), [ONE, TWO], "where they are looked for");
    for url in [TWO, ONE, THREE] {
        world.bring_up(url);
    }
    world.pass(180_000);
    assert_eq!(servers(&world, "Bob", "Alice"), [ONE, THREE, TWO]);
    assert_eq!(servers(&world, "Alice", "Bob"), [ONE, THREE, TWO]);
}

#[test]
fn a_chat_without_a_good_link_is_a_request_that_tells_nothing_until_accepted() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let link = world.invite_of("Alice");
    world.command("Alice", Command::RenewInvite);
    world.command("Bob", Command::StartChat { link });
    world.pass(2_000);
    world.send("Bob", "Alice", "let me in");
    world.pass(60_000);
    assert_eq!(world.stage("Alice", "Bob"), Stage::Requested);
    assert_eq!(world.texts("Alice", "Bob"), ["let me in"]);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 1, of: 1 }]);
    let chat = world.chat_of("Alice", "Bob").id;
    world.command("Alice", Command::AcceptRequest { chat });
    world.pass(2_000);
    world.send("Alice", "Bob", "come in");
    world.pass(1_000);
    assert_eq!(world.texts("Bob", "Alice"), ["let me in", "come in"]);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Delivered]);
}

#[test]
fn a_declined_request_is_gone_and_does_not_come_back() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let link = world.invite_of("Alice");
    world.command("Alice", Command::RenewInvite);
    world.command("Bob", Command::StartChat { link });
    world.pass(2_000);
    let chat = world.chat_of("Alice", "Bob").id;
    world.command("Alice", Command::DeclineRequest { chat });
    world.send("Bob", "Alice", "hello?");
    world.restart("Alice");
    world.pass(60_000);
    assert!(world.person("Alice").chats().is_empty());
}

#[test]
fn bad_links_are_refused_with_their_reason() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let own = world.invite_of("Alice");
    let refusal = |world: &mut World, link: &str| {
        let updates = world.command("Alice", Command::StartChat { link: link.to_owned() });
        updates.into_iter().find_map(|update| match update {
            Update::Refused { failure, .. } => Some(failure),
            _ => None,
        })
    };
    assert_eq!(refusal(&mut world, "gibberish"), Some(Failure::InviteBroken));
    assert_eq!(refusal(&mut world, "https://else.example/x"), Some(Failure::InviteForeign));
    assert_eq!(refusal(&mut world, &own), Some(Failure::InviteOwn));
    let of_bob = world.invite_of("Bob");
    world.pass(40 * 86_400_000);
    assert_eq!(refusal(&mut world, &of_bob), Some(Failure::InviteExpired));
    assert!(world.person("Alice").chats().is_empty());
}

#[test]
fn a_new_name_reaches_everyone_one_talks_to() {
    let mut world = World::with_accounts(&["Alice", "Bob", "Carol"], &[ONE]);
    world.meet("Bob", "Alice");
    world.meet("Carol", "Alice");
    world.command("Alice", Command::Rename { name: "أليس".to_owned() });
    world.pass(1_000);
    world.chat_of("Bob", "أليس");
    world.chat_of("Carol", "أليس");
}

#[test]
fn somebody_who_writes_is_seen_writing_by_whoever_is_there() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Alice", "Bob");
    world.send("Bob", "Alice", "there?");
    world.pass(1_000);
    world.command("Alice", Command::Typing { chat: chat.clone() });
    world.command("Alice", Command::Typing { chat });
    let typing = |world: &World| {
        let updates = &world.person("Bob").updates;
        updates.iter().filter(|update| matches!(update, Update::TypingStarted { .. })).count()
    };
    assert_eq!(typing(&world), 1, "thinned out");
}
