//! What tabs hear of a store that fails while an engine is opened, or in another's hands.

use super::browser::Browser;
use zajil_api::{Command, Storage, Update};
use zajil_worker::tabs::{Event, Means};

fn said(told: &[Update]) -> Vec<Storage> {
    let storage = |update: &Update| match update {
        Update::StorageChanged(storage) => Some(*storage),
        _ => None,
    };
    told.iter().filter_map(storage).collect()
}

/// Two tabs; the lead has just come to the second from one that was closed, and its store
/// does not open yet.
fn opening() -> Browser {
    let mut browser = Browser::new(Means::Locks);
    browser.opening_ms = 60_000;
    for tab in [2, 3] {
        browser.open(tab);
    }
    browser.pass(100);
    browser.event(2, Event::Update(Update::StorageChanged(Storage::Failing)));
    browser.settle();
    browser
}

#[test]
fn what_is_wrong_while_an_engine_is_opened_is_told_to_every_tab_also_to_one_that_comes_later() {
    let mut browser = opening();
    browser.open(4);
    browser.settle();
    for tab in 2..=4 {
        assert_eq!(said(&browser.told(tab)), [Storage::Failing], "tab {tab}");
    }
    browser.pass(30_000);
    browser.event(2, Event::Update(Update::StorageChanged(Storage::Working)));
    browser.pass(60_000);
    assert_eq!(browser.leads(), [2], "whoever waits for a store is not taken for hung");
    for tab in 2..=4 {
        assert_eq!(said(&browser.told(tab)), [Storage::Working], "tab {tab}");
    }
}

#[test]
fn any_tab_can_ask_that_the_store_be_tried_again_while_an_engine_is_opened() {
    let mut browser = opening();
    for tab in [2, 3] {
        browser.ask(tab, Command::RetryStorage);
    }
    assert_eq!(browser.tab(2).retries, 2);
    assert_eq!(browser.tab(3).retries, 0);
}

#[test]
fn nothing_else_reaches_an_engine_that_is_being_opened() {
    let mut browser = opening();
    for tab in [2, 3] {
        browser.send(tab, "too early");
    }
    assert_eq!(browser.disk.texts, []);
    browser.pass(60_000);
    assert_eq!(browser.disk.texts.len(), 2);
}

#[test]
fn what_a_leader_said_of_its_store_is_void_when_another_has_opened_it() {
    let mut browser = Browser::new(Means::Locks);
    for tab in 1..=3 {
        browser.open(tab);
    }
    browser.pass(100);
    browser.event(1, Event::Update(Update::StorageChanged(Storage::Full)));
    browser.settle();
    browser.close(1);
    browser.pass(100);
    for tab in [2, 3] {
        assert_eq!(said(&browser.told(tab)), [Storage::Full, Storage::Working], "tab {tab}");
    }
}
