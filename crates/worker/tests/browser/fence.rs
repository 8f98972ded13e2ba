use super::idb::{self, keys, new_name, open, rows};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use zajil_core::store::{Changes, Order, Range, Store, StoreError, Table};
use zajil_worker::web::{IdbStore, VaultError, open_vault};

#[wasm_bindgen_test]
async fn the_older_of_two_leaders_writes_nothing_any_more() {
    let name = new_name();
    let older = open(&name).await;
    older.commit(&rows(&["before"])).await.unwrap();
    let newer = open(&name).await;

    let mut changes = rows(&["void"]);
    changes.put(Table::Messages, b"m".to_vec(), b"void".to_vec());
    changes.delete(Table::Records, b"before".to_vec());
    changes.clear(Table::Records, b"a".to_vec(), b"z".to_vec());
    for _ in 0..2 {
        assert_eq!(older.commit(&changes).await, Err(StoreError::Fenced));
    }
    assert_eq!(keys(&newer).await, ["before"]);
    newer.commit(&rows(&["after"])).await.unwrap();
    assert_eq!(keys(&newer).await, ["after", "before"]);
}

#[wasm_bindgen_test]
async fn a_write_that_is_given_up_with_its_engine_changes_nothing_behind_the_fence() {
    let name = new_name();
    let older = open(&name).await;
    older.commit(&rows(&["before"])).await.unwrap();
    let newer = open(&name).await;
    // As when a leader wakes and hears that its lead is gone while its write is on its way.
    for _ in 0..5 {
        let void = rows(&["void"]);
        let mut write = Box::pin(older.commit(&void));
        assert!(futures::poll!(write.as_mut()).is_pending());
        drop(write);
    }
    newer.commit(&rows(&["after"])).await.unwrap();
    assert_eq!(keys(&newer).await, ["after", "before"]);
}

#[wasm_bindgen_test]
async fn a_write_that_was_pending_when_the_lead_was_taken_is_whole_or_void() {
    for _ in 0..20 {
        let name = new_name();
        let older = open(&name).await;
        let mut changes = Changes::default();
        for number in 0..200_u8 {
            changes.put(Table::Messages, vec![number], vec![number; 1_000]);
        }
        let (outcome, newer) = futures::join!(older.commit(&changes), open(&name));
        let whole = Range {
            table: Table::Messages,
            from: vec![],
            to: None,
            order: Order::Ascending,
            limit: None,
        };
        // What the new leader reads at its start is what it goes on from.
        let found = newer.load(&whole).await.unwrap().len();
        match outcome {
            Ok(()) => assert_eq!(found, 200),
            Err(error) => assert_eq!((error, found), (StoreError::Fenced, 0)),
        }
    }
}

#[wasm_bindgen_test]
async fn a_deposed_leader_makes_no_vault_key_either() {
    let name = new_name();
    let older = open(&name).await;
    let _newer = open(&name).await;
    let outcome = open_vault(&older).await;
    assert_eq!(outcome.err(), Some(VaultError::Store(StoreError::Fenced)));
}

#[wasm_bindgen_test]
async fn a_connection_that_was_opened_anew_does_not_take_the_lead_back() {
    let name = new_name();
    let older = open(&name).await;
    let newer = open(&name).await;
    idb::close_connections(&name).await;
    assert_eq!(older.commit(&rows(&["void"])).await, Err(StoreError::Fenced));
    newer.commit(&rows(&["kept"])).await.unwrap();
    assert_eq!(keys(&newer).await, ["kept"]);
}

#[wasm_bindgen_test]
async fn on_a_full_disk_the_lead_is_taken_and_a_former_leader_is_fenced_all_the_same() {
    let name = new_name();
    let older = open(&name).await;
    older.commit(&rows(&["before"])).await.unwrap();
    idb::break_put(1, "throws full");
    let newer = open(&name).await;
    idb::mend_put();
    assert_eq!(keys(&newer).await, ["before"]);
    assert_eq!(older.commit(&rows(&["void"])).await, Err(StoreError::Fenced));

    // Room was made: the first write brings the token with it.
    newer.commit(&rows(&["one"])).await.unwrap();
    newer.commit(&rows(&["two"])).await.unwrap();
    let _newest = open(&name).await;
    assert_eq!(newer.commit(&rows(&["void"])).await, Err(StoreError::Fenced));
}

#[wasm_bindgen_test]
async fn of_two_that_took_the_lead_on_a_full_disk_only_the_later_writes_again() {
    let name = new_name();
    open(&name).await.close();
    let full = async || {
        idb::break_put(1, "throws full");
        let store = open(&name).await;
        idb::mend_put();
        store
    };
    let (older, newer) = (full().await, full().await);
    assert_eq!(older.commit(&rows(&["void"])).await, Err(StoreError::Fenced));
    newer.commit(&rows(&["kept"])).await.unwrap();
    assert_eq!(older.commit(&rows(&["void"])).await, Err(StoreError::Fenced));
    assert_eq!(keys(&newer).await, ["kept"]);
}

#[wasm_bindgen_test]
async fn the_lead_is_taken_on_a_full_disk_for_some_time_and_as_often_again_after_a_write() {
    let name = new_name();
    open(&name).await.close();
    let full = async || {
        idb::break_put(1, "throws full");
        let store = IdbStore::open(&name).await;
        idb::mend_put();
        store
    };
    for _ in 0..2 {
        let mut last = None;
        for _ in 0..16 {
            last = Some(full().await.unwrap());
        }
        assert_eq!(full().await.err(), Some(StoreError::Full));
        last.unwrap().commit(&rows(&["kept"])).await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn a_fence_that_somebody_removed_stops_every_write() {
    let name = new_name();
    let store = open(&name).await;
    idb::replace(&name, "fence", b"leader", &JsValue::UNDEFINED).await;
    assert_eq!(store.commit(&rows(&["void"])).await, Err(StoreError::Fenced));
    assert_eq!(keys(&store).await, Vec::<String>::new());
}

#[wasm_bindgen_test]
async fn who_led_on_a_full_disk_and_was_replaced_twice_does_not_take_new_tickets_for_its_own() {
    let name = new_name();
    open(&name).await.close();
    let full = async || {
        idb::break_put(1, "throws full");
        let store = open(&name).await;
        idb::mend_put();
        store
    };
    let hung = full().await;
    // Room was made, and all tickets were written again; then there was none again.
    let second = open(&name).await;
    second.commit(&rows(&["kept"])).await.unwrap();
    second.close();
    let third = full().await;
    assert_eq!(hung.commit(&rows(&["void"])).await, Err(StoreError::Fenced));
    third.commit(&rows(&["kept too"])).await.unwrap();
    assert_eq!(keys(&third).await, ["kept", "kept too"]);
}
