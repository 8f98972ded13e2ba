//! Whoever was invited gets in, whatever servers forgot and whatever became of their device.

use crate::world::World;
use zajil_api::{Command, RelayUrl, Stage};
use zajil_core::nostr::Kind;

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";

/// Every server loses all that it has, and its connections.
fn wipe(world: &mut World, urls: &[&str]) {
    for url in urls {
        world.take_down(url);
        world.relay(url).events.clear();
        world.bring_up(url);
    }
}

fn welcomes(world: &mut World, url: &str) -> usize {
    world.relay(url).events.iter().filter(|event| event.kind == Kind::GIFT_WRAP).count()
}

fn alice_invites_bob_who_is_away(world: &mut World) {
    let link = world.invite_of("Bob");
    world.stop("Bob");
    world.command("Alice", Command::StartChat { link });
    world.pass(60_000);
}

#[test]
fn a_welcome_that_every_server_lost_comes_all_the_same() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.pass(60_000);
    alice_invites_bob_who_is_away(&mut world);
    world.send("Alice", "Bob", "hello");
    world.pass(120_000);
    wipe(&mut world, &[ONE, TWO]);
    world.pass(300_000);
    world.start("Bob");
    world.pass(120_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
    assert_eq!(world.chat_of("Bob", "Alice").with.name, "Alice", "and the name with it");
}

#[test]
fn a_welcome_comes_though_a_server_lost_it_without_a_word() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.pass(60_000);
    alice_invites_bob_who_is_away(&mut world);
    // Alice stays connected, and has no reason to ask.
    world.relay(ONE).events.clear();
    world.start("Bob");
    world.pass(60_000);
    assert_eq!(world.stage("Bob", "Alice"), Stage::Open);
    let offered = welcomes(&mut world, ONE);
    world.pass(600_000);
    assert_eq!(welcomes(&mut world, ONE), offered);
}

#[test]
fn a_server_that_did_not_answer_for_a_while_has_not_said_that_a_welcome_is_there() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.pass(60_000);
    alice_invites_bob_who_is_away(&mut world);
    world.relay(ONE).slow_pages = Some("b-");
    world.restart("Alice");
    world.pass(60_000);
    world.relay(ONE).slow_pages = None;
    world.relay(ONE).events.retain(|event| event.kind != Kind::GIFT_WRAP);
    world.pass(600_000);
    assert_eq!(welcomes(&mut world, ONE), 1);
}

#[test]
fn a_welcome_is_kept_over_a_start_and_let_go_once_it_is_answered() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.pass(60_000);
    alice_invites_bob_who_is_away(&mut world);
    // For longer than anything else is kept that a server has.
    world.pass(20 * 86_400_000);
    world.restart("Alice");
    wipe(&mut world, &[ONE]);
    world.pass(300_000);
    assert_eq!(welcomes(&mut world, ONE), 1);
    world.start("Bob");
    world.pass(120_000);
    assert_eq!(world.stage("Bob", "Alice"), Stage::Open);
    wipe(&mut world, &[ONE]);
    world.pass(300_000);
    assert_eq!(welcomes(&mut world, ONE), 0, "nobody needs it any more");
}

#[test]
fn somebody_whose_device_was_put_back_before_they_were_invited_is_invited_again() {
    let mut world = World::with_accounts(&["Alice", "Bob", "Carol"], &[ONE]);
    world.pass(60_000);
    let backup = world.person("Bob").disk.clone();
    world.pass(2 * 3_600_000);
    // Carol uses Bob's key package, so that another takes its place: the copy does not know it.
    world.meet("Carol", "Bob");
    world.pass(60_000);
    alice_invites_bob_who_is_away(&mut world);
    world.send("Alice", "Bob", "hello");
    world.pass(60_000);
    world.put_back("Bob", backup);
    world.pass(300_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
    world.send("Bob", "Alice", "there you are");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello", "there you are"]);
}

#[test]
fn a_link_opened_again_moves_a_chat_whose_servers_are_gone_to_others() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.pass(60_000);
    world.meet("Alice", "Bob");
    world.pass(60_000);
    world.send("Alice", "Bob", "before");
    world.pass(60_000);
    world.take_down(ONE);
    world.set_up(TWO);
    world.send("Alice", "Bob", "into the void");
    for who in ["Alice", "Bob"] {
        world.command(who, Command::AddServer { url: TWO.to_owned() });
    }
    world.pass(120_000);
    let link = world.invite_of("Bob");
    world.command("Alice", Command::StartChat { link });
    world.pass(120_000);
    world.send("Bob", "Alice", "here");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["before", "into the void", "here"]);
    assert_eq!(world.texts("Alice", "Bob"), ["before", "into the void", "here"]);
    assert_eq!(world.person("Alice").chats().len(), 1, "in the chat that they had");
}

#[test]
fn a_link_opened_again_takes_a_chat_to_more_servers_before_its_own_are_gone() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    world.send("Alice", "Bob", "before");
    world.pass(60_000);
    world.set_up(TWO);
    world.command("Bob", Command::AddServer { url: TWO.to_owned() });
    world.pass(60_000);
    for _ in 0..2 {
        let link = world.invite_of("Bob");
        world.command("Alice", Command::StartChat { link });
        world.send("Bob", "Alice", "meanwhile");
        world.pass(60_000);
    }
    let founded = world.relay(TWO).events.iter().filter(|event| event.kind == Kind::GIFT_WRAP);
    assert_eq!(founded.count(), 1, "once there, there is nothing more to do");
    world.take_down(ONE);
    world.send("Alice", "Bob", "over the second");
    world.send("Bob", "Alice", "and back");
    world.pass(60_000);
    for (who, with) in [("Alice", "Bob"), ("Bob", "Alice")] {
        let mut texts = world.texts(who, with);
        texts.sort();
        assert_eq!(texts, ["and back", "before", "meanwhile", "meanwhile", "over the second"]);
        assert_eq!(world.person(who).chats().len(), 1, "in the chat that they had");
    }
}

#[test]
fn a_link_opened_again_changes_nothing_while_the_chat_has_its_servers() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.pass(60_000);
    world.meet("Alice", "Bob");
    world.pass(120_000);
    let before = world.relay(ONE).events.len();
    for _ in 0..3 {
        let link = world.invite_of("Bob");
        world.command("Alice", Command::StartChat { link });
        world.pass(60_000);
    }
    assert_eq!(world.relay(ONE).events.len(), before);
}

#[test]
fn an_invitation_that_every_server_refused_goes_out_when_one_changes_its_mind() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.relay(ONE).refuses = Some("blocked: not now");
    let link = world.invite_of("Bob");
    world.command("Alice", Command::StartChat { link });
    world.pass(5_000);
    world.relay(ONE).refuses = None;
    world.take_down(ONE);
    world.pass(5_000);
    world.bring_up(ONE);
    world.pass(120_000);
    world.send("Alice", "Bob", "hi");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hi"]);
}

/// Alice founds another group with Bob, who comes there and is put back then to a copy that cannot
/// follow. `late`: when he comes back, the server has lost the invitation, and finds it again.
fn put_back_after_coming_to_another_group(late: bool) {
    let mut world = World::with_accounts(&["Alice", "Bob", "Carol"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    let of_alice = world.person("Alice").disk.clone();
    world.restart("Alice");
    world.pass(2 * 3_600_000);
    let of_bob = world.person("Bob").disk.clone();
    // Carol uses Bob's key package, so that another takes its place: the copy does not know it.
    world.meet("Carol", "Bob");
    world.pass(60_000);
    // Alice cannot follow what she did since, founds another group with it, and is answered.
    world.put_back("Alice", of_alice);
    world.pass(120_000);
    world.send("Bob", "Alice", "I am here");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["I am here"]);
    let kept = world.relay(ONE).events.clone();
    if late {
        world.relay(ONE).events.retain(|event| event.kind != Kind::GIFT_WRAP);
    }
    world.put_back("Bob", of_bob);
    world.pass(60_000);
    for event in kept.into_iter().filter(|event| late && event.kind == Kind::GIFT_WRAP) {
        world.inject(ONE, event);
    }
    world.send("Alice", "Bob", "hello");
    world.pass(900_000);
    let texts = world.texts("Bob", "Alice");
    assert!(texts.contains(&"hello".to_owned()), "{texts:?}");
}

#[test]
fn somebody_who_was_put_back_since_they_came_to_another_group_is_met_again() {
    put_back_after_coming_to_another_group(true);
}

#[test]
fn somebody_who_was_put_back_is_met_again_where_the_invitation_waits_for_them() {
    put_back_after_coming_to_another_group(false);
}

#[test]
fn a_welcome_comes_where_the_key_package_was_found_though_no_list_says_where_to_send_it() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.pass(60_000);
    // Alice's link names a server that is gone.
    world.command("Alice", Command::RemoveServer { url: RelayUrl::new(TWO) });
    world.pass(60_000);
    let link = world.invite_of("Alice");
    world.command("Alice", Command::AddServer { url: TWO.to_owned() });
    world.pass(60_000);
    world.command("Alice", Command::RemoveServer { url: RelayUrl::new(ONE) });
    world.pass(60_000);
    world.stop("Alice");
    world.take_down(ONE);
    world.relay(TWO).events.retain(|event| event.kind != Kind::INBOX_RELAYS);
    world.command("Bob", Command::StartChat { link });
    world.send("Bob", "Alice", "hello");
    world.pass(60_000);
    world.start("Alice");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello"]);
}
