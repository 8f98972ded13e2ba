//! What servers want of us: to know who asks, not too much at once, not too long.

use crate::world::World;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use zajil_api::{Command, LinkState, MessageState, RelayUrl, Server, Update};
use zajil_core::nostr::RelayMessage;

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";

fn pair(relays: &[&str]) -> World {
    let mut world = World::with_accounts(&["Alice", "Bob"], relays);
    world.meet("Bob", "Alice");
    world
}

fn server(world: &mut World, who: &'static str, url: &str) -> Server {
    let updates = world.command(who, Command::Attach);
    let snapshot = updates.into_iter().find_map(|update| match update {
        Update::Attached { snapshot, .. } => Some(snapshot),
        _ => None,
    });
    snapshot.unwrap().servers.into_iter().find(|server| server.url.as_str() == url).unwrap()
}

fn proofs(world: &mut World, url: &str, who: &str) -> usize {
    world.relay(url).manners.answers.iter().filter(|(other, _)| *other == who).count()
}

#[test]
fn what_was_ended_for_want_of_proof_is_asked_for_again_once_the_proof_is_accepted() {
    let mut world = pair(&[ONE]);
    world.stop("Bob");
    world.send("Alice", "Bob", "hello");
    world.stop("Alice");
    world.relay(ONE).wants_proof = true;
    world.relay(ONE).manners.verdict = None;
    world.start("Bob");
    let asked = world.relay(ONE).frames;
    world.pass(4_000);
    assert_eq!(world.relay(ONE).frames, asked, "not before the server's word");
    let (_, id) = *world.relay(ONE).manners.answers.last().unwrap();
    world.relay(ONE).prove("Bob");
    let ok = RelayMessage::Ok { id, accepted: true, message: String::new() };
    world.say(ONE, "Bob", &ok.to_json());
    assert_eq!(world.texts("Bob", "Alice"), ["hello"], "at once");
    assert_eq!(proofs(&mut world, ONE, "Bob"), 1);
    assert_eq!(server(&mut world, "Bob", ONE).said, None, "its complaint is settled");
}

#[test]
fn what_was_refused_for_want_of_proof_is_sent_again_once_the_proof_is_accepted() {
    let mut world = pair(&[ONE]);
    world.relay(ONE).manners.wants_proof_to_write = true;
    world.send("Bob", "Alice", "1");
    assert!(world.texts("Alice", "Bob").is_empty(), "no challenge yet");
    let challenge = RelayMessage::Auth { challenge: "who?".to_owned() };
    world.say(ONE, "Bob", &challenge.to_json());
    assert_eq!(world.texts("Alice", "Bob"), ["1"], "at once");
    world.send("Bob", "Alice", "2");
    assert_eq!(world.texts("Alice", "Bob"), ["1", "2"]);
    world.say(ONE, "Bob", &challenge.to_json());
    assert_eq!(proofs(&mut world, ONE, "Bob"), 1, "one answer to one challenge");
}

#[test]
fn a_server_that_refuses_the_proof_is_believed_and_its_words_are_shown() {
    let mut world = pair(&[ONE, TWO]);
    world.relay(ONE).manners.wants_proof_to_write = true;
    world.relay(ONE).manners.challenges = Some("who?");
    world.relay(ONE).manners.verdict = Some((false, "restricted: members only"));
    world.restart("Bob");
    world.run();
    world.send("Bob", "Alice", "hello");
    world.pass(10 * 60_000);
    assert_eq!(proofs(&mut world, ONE, "Bob"), 1);
    assert_eq!(world.texts("Alice", "Bob"), ["hello"]);
    let said = server(&mut world, "Bob", ONE).said.unwrap();
    assert!(said.starts_with("restricted:") || said.starts_with("auth-required:"), "{said}");
}

#[test]
fn a_server_that_only_a_chat_lives_on_learns_who_asks_only_when_it_insists() {
    let mut world = pair(&[ONE, TWO]);
    world.command("Bob", Command::RemoveServer { url: RelayUrl::new(ONE) });
    for url in [ONE, TWO] {
        world.relay(url).manners.challenges = Some("who?");
    }
    world.restart("Bob");
    world.pass(60_000);
    assert_eq!(proofs(&mut world, TWO, "Bob"), 1);
    assert_eq!(proofs(&mut world, ONE, "Bob"), 0);
    world.relay(ONE).wants_proof = true;
    world.restart("Bob");
    world.pass(60_000);
    assert_eq!(proofs(&mut world, ONE, "Bob"), 1);
}

#[test]
fn what_is_too_long_for_a_server_is_not_sent_there() {
    let mut world = World::new(&["Alice", "Bob"], &[ONE, TWO]);
    world.relay(ONE).manners.info =
        Some(r#"{"limitation":{"max_message_length":6000}}"#.to_owned());
    for name in ["Alice", "Bob"] {
        world.command(name, Command::CreateAccount { name: name.to_owned() });
    }
    world.meet("Bob", "Alice");
    let events = world.relay(ONE).events.len();
    world.send("Bob", "Alice", &"long ".repeat(1_500));
    assert_eq!(world.relay(ONE).events.len(), events);
    assert_eq!(world.texts("Alice", "Bob").len(), 1);
    assert_eq!(server(&mut world, "Bob", TWO).said, None);
    assert!(server(&mut world, "Bob", ONE).said.unwrap().contains("length"));
    world.send("Bob", "Alice", "short");
    assert!(world.relay(ONE).events.len() > events);
}

#[test]
fn no_more_is_asked_at_once_than_a_server_allows() {
    let info = r#"{"limitation":{"max_subscriptions":5}}"#;
    let mut world = World::new(&["Alice", "Bob", "Carol"], &[ONE]);
    world.relay(ONE).manners.info = Some(info.to_owned());
    for name in ["Alice", "Bob", "Carol"] {
        world.command(name, Command::CreateAccount { name: name.to_owned() });
    }
    world.meet("Bob", "Alice");
    world.pass(10 * 86_400_000);
    world.restart("Bob");
    world.pass(60_000);
    world.meet("Carol", "Bob");
    world.stop("Bob");
    let texts: Vec<String> = (0..250).map(|number| number.to_string()).collect();
    for text in &texts {
        world.send("Alice", "Bob", text);
        world.pass(1_000);
    }
    world.start("Bob");
    world.pass(180_000);
    assert_eq!(world.texts("Bob", "Alice"), texts);
    // A probe does not wait in line.
    let most = world.relay(ONE).manners.most_subscriptions;
    assert!(most <= 6, "{most} at once");
}

#[test]
fn a_server_that_says_slow_down_is_left_in_peace_for_ever_longer() {
    let mut world = pair(&[ONE]);
    world.pass(60_000);
    world.relay(ONE).refuses = Some("rate-limited: slow down");
    let texts: Vec<String> = (0..30).map(|number| number.to_string()).collect();
    for text in &texts {
        world.send("Bob", "Alice", text);
    }
    let mut frames = Vec::new();
    for _ in 0..6 {
        let before = world.relay(ONE).frames;
        world.pass(60_000);
        frames.push(world.relay(ONE).frames - before);
    }
    assert!(frames[0] > frames[5] && frames[5] < 40, "{frames:?}");
    world.relay(ONE).refuses = None;
    world.pass(6 * 60_000);
    assert_eq!(world.texts("Alice", "Bob"), texts);
    assert!(world.states("Bob", "Alice").iter().all(|state| *state == MessageState::Delivered));
}

#[test]
fn a_notice_to_slow_down_holds_back_reads_and_writes() {
    let mut world = pair(&[ONE]);
    // Nobody looks any more: it is not asked whether it is there.
    world.pass(10 * 60_000);
    let notice = RelayMessage::Notice("ERROR: rate limit exceeded".to_owned());
    world.say(ONE, "Bob", &notice.to_json());
    let before = world.relay(ONE).frames;
    world.send("Bob", "Alice", "hello");
    world.pass(2_900);
    assert_eq!(world.relay(ONE).frames, before);
    world.pass(2_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello"]);
}

#[test]
fn an_invite_link_names_the_servers_that_may_be_relied_on() {
    let urls: Vec<String> = ["a", "b", "c", "d"].map(|n| format!("wss://{n}.example")).into();
    let relays: Vec<&str> = urls.iter().map(String::as_str).collect();
    let mut world = World::with_accounts(&["Alice", "Bob"], &relays);
    let named = |world: &mut World| -> Vec<String> {
        world.command("Bob", Command::RenewInvite);
        let link = BASE64URL.decode(world.invite_of("Bob")).unwrap();
        let link = String::from_utf8_lossy(&link).into_owned();
        urls.iter().filter(|url| link.contains(url.as_str())).cloned().collect()
    };
    assert_eq!(named(&mut world), urls[..3]);
    world.take_down(&urls[0]);
    world.pass(6 * 3_600_000);
    assert_eq!(named(&mut world), urls[1..]);
}

#[test]
fn not_now_is_no_refusal_and_is_forgotten_once_the_next_event_is_taken() {
    let mut world = pair(&[ONE, TWO]);
    (0..8).for_each(|_| world.send("Bob", "Alice", "before"));
    world.pass(60_000);
    let before = server(&mut world, "Bob", ONE).score;
    assert!(before.is_some());
    world.relay(ONE).refuses = Some("error: unknown");
    for number in 0..40 {
        world.send("Bob", "Alice", &number.to_string());
    }
    world.pass(1_000);
    let busy = server(&mut world, "Bob", ONE);
    assert_eq!((busy.advice, busy.score >= before), (None, true), "{busy:?}");
    assert_eq!(busy.said.as_deref(), Some("error: unknown"));
    world.relay(ONE).refuses = None;
    world.pass(10 * 60_000);
    let calm = server(&mut world, "Bob", ONE);
    assert_eq!((calm.said, calm.waiting), (None, 0));
}

#[test]
fn what_is_known_of_a_server_is_known_after_a_restart_and_its_speed_is_measured_anew() {
    let mut world = pair(&[ONE]);
    (0..8).for_each(|_| world.send("Bob", "Alice", "hello"));
    world.pass(90_000);
    let before = server(&mut world, "Bob", ONE);
    assert!(before.score.is_some() && before.answers_in_ms.is_some(), "{before:?}");
    world.take_down(ONE);
    world.restart("Bob");
    world.run();
    let after = server(&mut world, "Bob", ONE);
    assert_eq!((after.score, after.answers_in_ms), (before.score, None));
}

#[test]
fn what_is_not_even_encrypted_waits_for_every_server_of_its_chat() {
    let mut world = pair(&[ONE, TWO]);
    world.take_down(ONE);
    world.take_down(TWO);
    world.send("Bob", "Alice", "1");
    world.restart("Bob");
    world.run();
    for number in 2..=6 {
        world.send("Bob", "Alice", &number.to_string());
    }
    world.pass(1_000);
    for url in [ONE, TWO] {
        assert_eq!(server(&mut world, "Bob", url).waiting, 6, "{url}");
        let told = world.person("Bob").updates.iter().rev().find_map(|update| match update {
            Update::ServerChanged(server) if server.url.as_str() == url => Some(server.waiting),
            _ => None,
        });
        assert_eq!(told, Some(6), "said without being asked: {url}");
    }
}

#[test]
fn of_a_server_that_only_a_chat_uses_is_told_how_it_is_and_that_it_is_not_in_the_list() {
    let mut world = pair(&[ONE, TWO]);
    world.command("Bob", Command::RemoveServer { url: RelayUrl::new(ONE) });
    world.pass(1_000);
    world.restart("Bob");
    world.run();
    let told = |world: &World| {
        let mut told = None;
        for update in &world.person("Bob").updates {
            match update {
                Update::ServerChanged(server) if server.url.as_str() == ONE => {
                    told = Some((server.link, server.chats, "listed"));
                }
                Update::ServerRemoved(url) if url.as_str() == ONE => {
                    told = told.map(|(link, chats, _)| (link, chats, "not listed"));
                }
                _ => {}
            }
        }
        told
    };
    assert_eq!(told(&world), Some((LinkState::Connected, 1, "not listed")));
    world.take_down(ONE);
    let (link, ..) = told(&world).unwrap();
    assert!(matches!(link, LinkState::Offline { .. }));
    world.command("Bob", Command::AddServer { url: ONE.to_owned() });
    assert!(told(&world).is_some_and(|(_, _, listed)| listed == "listed"));
}

#[test]
fn a_chat_lives_on_five_servers_where_a_link_names_three() {
    let more = ["wss://three.example", "wss://four.example", "wss://five.example"];
    let all = [[ONE, TWO].as_slice(), &more].concat();
    let mut world = World::with_accounts(&["Alice", "Bob"], &all);
    // Bob knows but one.
    for url in all.iter().skip(1) {
        world.command("Bob", Command::RemoveServer { url: RelayUrl::new(*url) });
    }
    world.pass(5_000);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    assert_eq!(world.chat_of("Bob", "Alice").servers.len(), 5);
    assert_eq!(world.chat_of("Alice", "Bob").servers.len(), 5);
}
