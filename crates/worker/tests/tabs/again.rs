//! What the next leader is asked again, and what is made of its answer.

use super::browser::{Browser, GONE};
use super::told::acknowledged;
use zajil_api::{ChatId, Command, CommandId, Failure, Place, RelayUrl, Update};
use zajil_worker::tabs::Means;

/// Two tabs; the first leads.
fn two() -> Browser {
    let mut browser = Browser::new(Means::Locks);
    for tab in 1..=2 {
        browser.open(tab);
        browser.pass(100);
        browser.told(tab);
    }
    browser
}

fn withdrawal() -> Command {
    Command::WithdrawMessage { chat: ChatId::new("c"), place: Place::START }
}

fn answers(told: &[Update], id: CommandId) -> Vec<&Update> {
    told.iter().filter(|update| update.answers() == Some(id)).collect()
}

#[test]
fn a_withdrawal_whose_rows_the_dead_leader_never_read_is_asked_again() {
    let mut browser = two();
    browser.send(2, "not meant");
    browser.told(2);
    browser.disk.is_slow = true;
    let id = browser.ask(2, withdrawal());
    assert_eq!(answers(&browser.told(2), id), Vec::<&Update>::new());
    browser.close(1);
    browser.disk.is_slow = false;
    browser.pass(100);
    assert_eq!(browser.disk.texts, []);
    let told = browser.told(2);
    assert!(matches!(answers(&told, id)[..], [Update::MessageRemoved { .. }]), "{told:?}");
}

#[test]
fn a_message_that_two_leaders_were_asked_to_send_and_neither_answered_is_answered_by_the_third() {
    let mut browser = two();
    browser.open(3);
    browser.hang(1);
    let id = browser.send(3, "once");
    browser.disk.texts.push((id, "once".to_owned()));
    browser.disk.is_slow = true;
    browser.close(1);
    browser.pass(100);
    assert_eq!(browser.leads(), [2]);
    assert_eq!(acknowledged(&browser.told(3), id), 0);
    browser.disk.is_slow = false;
    browser.close(2);
    browser.pass(100);
    assert_eq!(acknowledged(&browser.told(3), id), 1);
    assert_eq!(browser.disk.texts.len(), 1);
}

#[test]
fn what_is_refused_only_because_it_was_done_before_is_not_called_a_failure() {
    let server = Command::RemoveServer { url: RelayUrl::new("wss://relay.example") };
    for (command, failure) in
        [(withdrawal(), Failure::MessageUnknown), (server, Failure::ServerInvalid)]
    {
        let mut browser = two();
        let id = browser.ask(2, command.clone());
        let refusal = Update::Refused { answers: id, failure };
        assert_eq!(browser.told(2), [refusal], "the first time it is one");

        // The leader carried it out and died before it said so.
        browser.hang(1);
        let id = browser.ask(2, command.clone());
        browser.close(1);
        browser.pass(100);
        let told = browser.told(2);
        match (command, &answers(&told, id)[..]) {
            // Its text is given back.
            (Command::WithdrawMessage { .. }, [Update::MessageRemoved { .. }]) => {}
            (Command::RemoveServer { .. }, []) => {}
            (_, answers) => panic!("{answers:?}"),
        }
    }
}

#[test]
fn a_message_that_cannot_be_kept_any_more_is_refused_when_it_is_asked_again() {
    // Its composer waits: silence would hold it for ever.
    let mut browser = two();
    browser.hang(1);
    let id = browser.send(2, GONE);
    browser.close(1);
    browser.pass(100);
    let told = browser.told(2);
    assert!(matches!(answers(&told, id)[..], [Update::Refused { .. }]), "{told:?}");
}
