use super::browser::{Browser, POISON};
use super::told::{acknowledged, attached, leads};
use zajil_api::{ChatId, Command, Failure, Lead, Page, Update};
use zajil_worker::tabs::{Means, Sight};

/// Three tabs; the first leads.
fn three() -> Browser {
    let mut browser = Browser::new(Means::Locks);
    for tab in 1..=3 {
        browser.open(tab);
        browser.pass(100);
        browser.told(tab);
    }
    assert_eq!(browser.leads(), [1]);
    browser
}

#[test]
fn when_the_leading_tab_is_closed_the_next_leads_and_all_are_attached_anew() {
    let mut browser = three();
    browser.close(1);
    browser.pass(100);
    assert_eq!(browser.leads(), [2]);
    for tab in [2, 3] {
        let told = browser.told(tab);
        assert_eq!(leads(&told), [Lead::Changing, Lead::Working], "tab {tab}");
        assert_eq!(attached(&told), 1, "tab {tab}");
    }
    let id = browser.send(3, "still here");
    assert_eq!(acknowledged(&browser.told(3), id), 1);
}

#[test]
fn what_the_dead_leader_did_not_answer_is_asked_again_and_done_once() {
    for died_before_saving in [true, false] {
        let mut browser = three();
        browser.hang(1);
        let id = browser.send(2, "once");
        let page = Command::LoadMessages { chat: ChatId::new("c"), page: Page::Newest, limit: 9 };
        let page = browser.ask(2, page);
        if !died_before_saving {
            browser.disk.texts.push((id, "once".to_owned()));
        }
        browser.close(1);
        browser.pass(100);
        let told = browser.told(2);
        assert_eq!(acknowledged(&told, id), 1);
        assert!(told.iter().any(|update| update.answers() == Some(page)));
        assert_eq!(browser.disk.texts, [(id, "once".to_owned())]);
    }
}

#[test]
fn a_leader_that_hangs_while_somebody_waits_is_deposed_within_two_seconds() {
    let mut browser = three();
    browser.see(2, Sight::Hidden);
    browser.see(3, Sight::Hidden);
    browser.pass(5_000);
    assert_eq!(browser.leads(), [1], "nobody waits, nobody is disturbed");

    browser.hang(1);
    let id = browser.send(2, "in a hurry");
    browser.pass(2_000);
    assert_eq!(acknowledged(&browser.told(2), id), 1);
    assert_eq!(browser.disk.texts.len(), 1);
}

#[test]
fn leaders_that_hang_one_after_the_other_are_each_deposed_within_two_seconds() {
    let mut browser = three();
    for time in 0..9 {
        let leader = browser.leads()[0];
        browser.hang(leader);
        let other = 1 + leader % 3;
        let id = browser.send(other, "in a hurry");
        browser.pass(2_000);
        assert_eq!(acknowledged(&browser.told(other), id), 1, "time {time}");
        browser.wake(leader);
        browser.pass(3_000);
    }
}

#[test]
fn where_every_leader_is_slow_the_lead_soon_stays_where_it_is() {
    let mut browser = three();
    let mut changes = 0;
    for _ in 0..30 {
        let leader = browser.leads()[0];
        browser.hang(leader);
        browser.pass(2_000);
        browser.wake(leader);
        browser.pass(20);
        changes += usize::from(browser.leads() != [leader]);
    }
    assert!(changes <= 3, "it changed hands {changes} times");
}

#[test]
fn a_leader_that_hangs_is_deposed_while_a_follower_is_on_the_screen() {
    let mut browser = three();
    browser.see(3, Sight::Hidden);
    browser.hang(1);
    browser.pass(3_000);
    assert_eq!(leads(&browser.told(2)), [Lead::Changing, Lead::Working]);
}

#[test]
fn a_deposed_leader_that_wakes_saves_nothing_follows_and_loses_no_text() {
    let mut browser = three();
    browser.hang(1);
    // Typed in the tab that hangs, and in another.
    let slow = browser.send(1, "from the tab that hung");
    let fast = browser.send(2, "meanwhile");
    browser.pass(2_500);
    assert_eq!(browser.disk.texts, [(fast, "meanwhile".to_owned())]);
    browser.told(1);

    browser.wake(1);
    browser.pass(1_000);
    assert_eq!(browser.leads().len(), 1);
    assert_ne!(browser.leads(), [1]);
    let told = browser.told(1);
    assert_eq!(leads(&told), [Lead::Changing, Lead::Working]);
    assert_eq!(acknowledged(&told, slow), 1);
    assert_eq!(browser.disk.texts.len(), 2);
}

#[test]
fn a_deposed_leader_is_next_in_the_queue_again() {
    let mut browser = three();
    browser.close(3);
    browser.hang(1);
    browser.send(2, "in a hurry");
    browser.pass(2_500);
    assert_eq!(browser.leads(), [1, 2]);
    browser.wake(1);
    browser.pass(100);
    browser.close(2);
    browser.pass(100);
    assert_eq!(browser.leads(), [1]);
}

#[test]
fn what_was_carried_out_and_never_answers_is_not_asked_of_the_next_leader() {
    let mut browser = three();
    browser.ask(2, Command::Rename { name: "Alicia".to_owned() });
    browser.close(1);
    browser.pass(100);
    assert_eq!(browser.leads(), [2]);
    assert_eq!(browser.disk.renamed, 1);
}

#[test]
fn a_device_that_slept_does_not_take_its_leader_for_dead() {
    let mut browser = three();
    // All stood still; then the followers' timers fire before the leader's words are read.
    browser.see(2, Sight::Visible);
    browser.pass(600);
    browser.hang(1);
    browser.pass(700);
    browser.now = browser.now.after(3_600_000);
    browser.pass(10);
    browser.wake(1);
    browser.pass(1_000);
    assert_eq!(browser.leads(), [1]);
    assert_eq!(leads(&browser.told(2)), []);
}

#[test]
fn a_request_that_ends_every_leader_is_refused_in_the_end() {
    let mut browser = Browser::new(Means::Locks);
    for tab in 1..=9 {
        browser.open(tab);
        browser.pass(100);
    }
    browser.send(9, POISON);
    let mut ended = 0;
    while let Some(leader) = browser.leads().into_iter().find(|tab| browser.tab(*tab).is_hung) {
        browser.close(leader);
        browser.pass(300);
        ended += 1;
    }
    assert!(ended < 9, "one tab must not take all the others down");
    let refused =
        |update: &&Update| matches!(update, Update::Refused { failure: Failure::Internal, .. });
    assert_eq!(browser.told(9).iter().filter(refused).count(), 1);
    assert_eq!(browser.disk.texts, []);
}
