//! What the workers of an account's tabs promise each other, over a browser in memory.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod again;
mod browser;
mod engine;
mod fence_alone;
mod hand_over;
mod order;
mod storage;
mod told;

use browser::Browser;
use told::{acknowledged, attached, leads};
use zajil_api::{ChatId, Command, Failure, Page, StopReason, Storage, Update};
use zajil_worker::tabs::{Event, Means, VERSION};

#[test]
fn the_first_tab_leads_and_the_second_is_answered_through_it_at_once() {
    let mut browser = Browser::new(Means::Locks);
    browser.open(1);
    browser.pass(100);
    assert_eq!(attached(&browser.told(1)), 1);

    browser.open(2);
    // No time passes.
    browser.settle();
    let told = browser.told(2);
    assert_eq!(attached(&told), 1);
    assert_eq!(leads(&told), [], "nothing has changed hands");
    assert_eq!(browser.leads(), [1]);
}

#[test]
fn what_a_follower_sends_is_kept_once_and_shown_in_every_tab() {
    let mut browser = Browser::new(Means::Locks);
    for tab in 1..=3 {
        browser.open(tab);
    }
    browser.pass(100);
    let id = browser.send(2, "hello");
    assert_eq!(browser.disk.texts, [(id, "hello".to_owned())]);
    for tab in 1..=3 {
        assert_eq!(acknowledged(&browser.told(tab), id), 1, "tab {tab}");
    }
}

#[test]
fn an_answer_goes_to_the_tab_that_asked_and_to_no_other() {
    let mut browser = Browser::new(Means::Locks);
    for tab in 1..=3 {
        browser.open(tab);
    }
    browser.pass(100);
    for tab in 1..=3 {
        browser.told(tab);
    }
    let page = |browser: &mut Browser, tab| {
        let chat = ChatId::new("c");
        browser.ask(tab, Command::LoadMessages { chat, page: Page::Newest, limit: 9 })
    };
    for asker in [1, 2] {
        let id = page(&mut browser, asker);
        for tab in 1..=3 {
            let told = browser.told(tab);
            let answers: Vec<_> = told.iter().filter_map(Update::answers).collect();
            assert_eq!(answers, if tab == asker { vec![id] } else { vec![] }, "{asker} {tab}");
        }
    }
}

#[test]
fn a_tab_that_comes_while_the_disk_is_full_is_told_so() {
    let mut browser = Browser::new(Means::Locks);
    browser.open(1);
    browser.pass(100);
    browser.event(1, Event::Update(Update::StorageChanged(Storage::Full)));
    browser.open(2);
    browser.settle();
    assert!(browser.told(2).contains(&Update::StorageChanged(Storage::Full)));
}

#[test]
fn a_refusal_reaches_the_tab_that_asked() {
    let mut browser = Browser::new(Means::Locks);
    browser.open(1);
    browser.open(2);
    browser.pass(100);
    browser.told(2);
    let answers = browser.ask(2, Command::StartChat { link: "no link".to_owned() });
    let failure = Failure::InviteBroken;
    assert_eq!(browser.told(2), [Update::Refused { answers, failure }]);
}

#[test]
fn a_tab_of_an_older_version_ends_and_says_why_when_a_newer_one_speaks() {
    let mut browser = Browser::new(Means::Locks);
    browser.open(1);
    browser.open(2);
    browser.pass(100);
    browser.told(1);
    browser.event(1, Event::OtherVersion(VERSION + 1));
    browser.settle();
    let told = browser.told(1);
    let reason = StopReason::NewerVersion;
    assert!(matches!(&told[..], [Update::Stopped { reason: said, .. }] if *said == reason));
    assert!(browser.tab(1).closed);
    browser.pass(100);
    assert_eq!(browser.leads(), [2], "the lock was given back");
}

#[test]
fn words_of_an_older_version_are_ignored() {
    let mut browser = Browser::new(Means::Locks);
    browser.open(1);
    browser.pass(100);
    browser.told(1);
    browser.event(1, Event::OtherVersion(VERSION - 1));
    browser.settle();
    assert_eq!(browser.told(1), []);
    assert_eq!(browser.leads(), [1]);
}
