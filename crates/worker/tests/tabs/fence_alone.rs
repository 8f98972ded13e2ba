use super::browser::Browser;
use super::told::{acknowledged, attached, leads};
use zajil_api::{ChatId, Command, Failure, Lead, Page, Update};
use zajil_worker::tabs::Means;

fn two() -> Browser {
    let mut browser = Browser::new(Means::FenceAlone);
    browser.open(1);
    browser.pass(400);
    assert_eq!(attached(&browser.told(1)), 1);
    browser.open(2);
    browser.pass(400);
    browser
}

#[test]
fn without_locks_the_second_tab_reads_and_says_that_it_only_does() {
    let mut browser = two();
    let told = browser.told(2);
    assert_eq!(attached(&told), 1);
    assert_eq!(leads(&told), [Lead::ReadOnly]);
    assert_eq!(browser.leads(), [1]);

    let page = Command::LoadMessages { chat: ChatId::new("c"), page: Page::Newest, limit: 9 };
    let page = browser.ask(2, page);
    assert_eq!(browser.told(2).iter().filter_map(Update::answers).collect::<Vec<_>>(), [page]);

    let answers = browser.send(2, "not from here");
    let failure = Failure::ReadOnly;
    assert_eq!(browser.told(2), [Update::Refused { answers, failure }]);
    assert_eq!(browser.disk.texts, []);
}

#[test]
fn without_locks_what_was_asked_before_a_leader_was_found_is_refused_as_well() {
    let mut browser = two();
    browser.hang(1);
    browser.open(3);
    let answers = browser.send(3, "too early");
    browser.wake(1);
    browser.pass(100);
    let failure = Failure::ReadOnly;
    assert!(browser.told(3).contains(&Update::Refused { answers, failure }));
    assert_eq!(browser.disk.texts, []);
}

#[test]
fn without_locks_news_reach_the_tab_that_only_reads() {
    let mut browser = two();
    browser.told(2);
    let id = browser.send(1, "hello");
    assert_eq!(acknowledged(&browser.told(2), id), 1);
}

#[test]
fn without_locks_the_second_tab_leads_once_the_first_is_gone() {
    let mut browser = two();
    browser.told(2);
    browser.close(1);
    browser.pass(8_000);
    assert_eq!(browser.leads(), [2]);
    assert_eq!(leads(&browser.told(2)), [Lead::Changing, Lead::Working]);
    let id = browser.send(2, "now from here");
    assert_eq!(acknowledged(&browser.told(2), id), 1);
}

#[test]
fn without_locks_a_leader_that_was_fenced_only_reads_from_then_on() {
    let mut browser = two();
    browser.told(1);
    browser.hang(1);
    browser.pass(8_000);
    assert_eq!(browser.leads(), [1, 2], "the first hangs and knows nothing");
    browser.wake(1);
    let answers = browser.send(1, "void");
    browser.pass(20_000);
    assert_eq!(browser.leads(), [2]);
    assert_eq!(browser.disk.texts, []);
    let told = browser.told(1);
    assert_eq!(leads(&told), [Lead::ReadOnly]);
    assert!(told.contains(&Update::Refused { answers, failure: Failure::ReadOnly }));
}

#[test]
fn without_locks_a_fenced_leader_leads_again_when_the_winner_goes_before_it_ever_answered() {
    let mut browser = two();
    browser.told(1);
    browser.hang(1);
    browser.pass(8_000);
    browser.hang(2);
    browser.wake(1);
    browser.send(1, "void");
    assert_eq!(leads(&browser.told(1)), [Lead::ReadOnly]);
    browser.close(2);
    browser.pass(20_000);
    assert_eq!(browser.leads(), [1]);
    assert_eq!(leads(&browser.told(1)), [Lead::Working]);
    let id = browser.send(1, "now from here");
    assert_eq!(acknowledged(&browser.told(1), id), 1);
}

#[test]
fn without_any_way_to_ask_a_fenced_leader_does_not_take_the_lead_back() {
    let mut browser = Browser::new(Means::FenceAlone);
    browser.open(1);
    browser.pass(400);
    // Somebody whom it cannot hear.
    browser.disk.fence = Some((2, 99));
    browser.send(1, "void");
    browser.pass(60_000);
    assert_eq!(browser.leads(), Vec::<usize>::new());
    assert_eq!(leads(&browser.told(1)), [Lead::ReadOnly]);
}

#[test]
fn without_any_way_to_ask_the_newest_tab_leads_and_the_older_one_reads() {
    // Two that never hear each other, on one disk.
    let mut browser = Browser::new(Means::FenceAlone);
    browser.open(1);
    browser.hang(1);
    browser.open(2);
    browser.pass(400);
    assert_eq!(browser.leads(), [2]);
}
