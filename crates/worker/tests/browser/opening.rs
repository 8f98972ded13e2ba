//! A store that fails while an engine is opened: the tabs are told, and it opens by itself
//! when the store works again.

use super::desk::{Tab, account, alice, names};
use super::idb;
use futures::channel::mpsc::unbounded;
use futures::{FutureExt, StreamExt};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};
use zajil_api::{Command, Lead, Storage, Update};
use zajil_core::store::StoreError;
use zajil_worker::Clock;
use zajil_worker::web::{BrowserClock, Lock, LockEvent, Names};

async fn storage(tab: &mut Tab) -> Storage {
    tab.hear(|update| match update {
        Update::StorageChanged(storage) => Some(*storage),
        _ => None,
    })
    .await
}

/// A device with Alice's account, and no tab open.
async fn alone() -> Names {
    idb::stub_config();
    let names = names();
    account(&mut Tab::open(names), "Alice").await;
    names
}

fn has_account(attached: &Update) -> bool {
    matches!(attached, Update::Attached { snapshot, .. } if snapshot.account.is_some())
}

/// Opens a tab while nothing succeeds from some access on, mends the store when that was
/// told, and waits until the tab is attached. `None` where all went well before.
async fn opened_through(names: Names, number: u32) -> Option<(Tab, Update)> {
    idb::break_from(number);
    let mut tab = Tab::open(names);
    let attach = tab.ask(Command::Attach);
    let failed = tab.hear(|update| match update {
        Update::StorageChanged(Storage::Failing) => Some(true),
        _ => (update.answers() == Some(attach)).then_some(false),
    });
    let failed = failed.await;
    assert!(idb::mend_requests() || !failed, "{number}");
    if !failed {
        return None;
    }
    // Not asked to try again: it does so by itself.
    let attached = tab.answer(attach).await;
    Some((tab, attached))
}

#[wasm_bindgen_test]
async fn an_account_opens_by_itself_whatever_access_the_store_failed_from() {
    let names = alone().await;
    let mut number = 1;
    while let Some((_tab, attached)) = opened_through(names, number).await {
        assert!(has_account(&attached), "{number}");
        number += 1;
    }
    console_log!("opened through failures from each of {} accesses", number - 1);
    // The vault twice, the fence and its tickets, the header, and two tables.
    assert!(number > 1 + 1 + 17 + 2 * 3, "{number}");
}

#[wasm_bindgen_test]
async fn a_new_device_begins_by_itself_whatever_access_the_store_failed_from() {
    idb::stub_config();
    for number in 1.. {
        let Some((mut tab, _)) = opened_through(names(), number).await else { break };
        account(&mut tab, "Alice").await;
    }
}

#[wasm_bindgen_test]
async fn a_hand_over_on_a_store_that_fails_ends_no_tab_and_is_told_to_all() {
    let (names, first, mut second, chat) = alice().await;
    let mut third = Tab::open(names);
    third.attach().await;
    idb::break_from(1);
    drop(first);
    for tab in [&mut second, &mut third] {
        assert_eq!(storage(tab).await, Storage::Failing);
    }
    let mut late = Tab::open(names);
    let attach = late.ask(Command::Attach);
    assert_eq!(storage(&mut late).await, Storage::Failing);
    idb::mend_requests();
    // Any of them may ask for it.
    third.ask(Command::RetryStorage);
    for tab in [&mut second, &mut third, &mut late] {
        assert_eq!(storage(tab).await, Storage::Working);
    }
    late.answer(attach).await;
    for tab in [&mut second, &mut third, &mut late] {
        assert_eq!(tab.texts(&chat).await, Vec::<String>::new());
    }
}

#[wasm_bindgen_test]
async fn a_lead_that_is_taken_while_its_store_is_waited_for_is_given_up() {
    let names = alone().await;
    idb::break_from(2);
    let mut tab = Tab::open(names);
    assert_eq!(storage(&mut tab).await, Storage::Failing);
    let (sender, mut told) = unbounded();
    let tell = move |event| drop(sender.unbounded_send(event));
    let thief = Lock::find(names.engine, tell).unwrap();
    thief.steal();
    assert_eq!(told.next().await, Some(LockEvent::Granted));
    tab.hear(|update| (*update == Update::LeadChanged(Lead::Changing)).then_some(())).await;
    idb::mend_requests();
    drop(thief);
    assert!(has_account(&tab.attach().await));
}

#[wasm_bindgen_test]
async fn an_account_that_is_deleted_while_its_store_is_waited_for_is_not_begun_anew() {
    let names = alone().await;
    // The first access tells which database it is; the second is the fence's.
    idb::break_from(2);
    let mut tab = Tab::open(names);
    assert_eq!(storage(&mut tab).await, Storage::Failing);
    idb::remove(names.database).await;
    idb::mend_requests();
    let stopped = async {
        loop {
            if let Some(Update::Stopped { detail, .. }) = tab.told.next().await {
                return detail;
            }
        }
    };
    futures::select! {
        detail = Box::pin(stopped.fuse()) => assert_eq!(detail, StoreError::Cleared.to_string()),
        () = BrowserClock.sleep(20_000).fuse() => panic!("nothing was told"),
    }
}
