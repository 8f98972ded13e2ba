use super::idb::{self, keys, new_name, open, rows};
use std::cell::RefCell;
use wasm_bindgen_test::wasm_bindgen_test;
use zajil_core::store::{MemoryStore, Store, StoreError, Table, contract};
use zajil_worker::web::IdbStore;

#[wasm_bindgen_test]
async fn the_store_in_the_browser_keeps_the_contract() {
    let name = RefCell::new(String::new());
    let fresh = async || {
        *name.borrow_mut() = new_name();
        let latest = name.borrow().clone();
        open(&latest).await
    };
    let reopen = async |store: IdbStore| {
        store.close();
        let latest = name.borrow().clone();
        open(&latest).await
    };
    contract::every_rule(fresh, reopen).await;
}

#[wasm_bindgen_test]
async fn the_store_in_memory_keeps_the_same_contract_here() {
    contract::every_rule(async || MemoryStore::default(), async |store| store).await;
}

#[wasm_bindgen_test]
async fn every_write_is_strictly_durable() {
    let store = open(&new_name()).await;
    idb::watch();
    store.commit(&rows(&["a", "b"])).await.unwrap();
    let mut more = rows(&["c"]);
    more.delete(Table::Seen, b"x".to_vec());
    more.put(Table::Messages, b"m".to_vec(), b"sealed".to_vec());
    store.commit(&more).await.unwrap();
    assert_eq!(idb::watched(), ["readwrite strict", "readwrite strict"]);
}

#[wasm_bindgen_test]
async fn taking_the_lead_is_strictly_durable() {
    idb::watch();
    open(&new_name()).await;
    assert_eq!(idb::watched(), ["readwrite strict"]);
}

#[wasm_bindgen_test]
async fn a_write_that_fails_half_way_leaves_nothing() {
    let name = new_name();
    let store = open(&name).await;
    store.commit(&rows(&["before"])).await.unwrap();

    for (how, expected) in [
        ("throws full", StoreError::Full),
        ("full when committed", StoreError::Full),
        ("aborts", StoreError::Aborted("no reason given".to_owned())),
    ] {
        idb::break_put(3, how);
        let outcome = store.commit(&rows(&["a", "b", "c", "d"])).await;
        idb::mend_put();
        assert_eq!(outcome, Err(expected), "{how}");
        assert_eq!(keys(&store).await, ["before"], "{how}");
    }

    store.commit(&rows(&["a", "b", "c", "d"])).await.unwrap();
    store.close();
    assert_eq!(keys(&open(&name).await).await, ["a", "b", "before", "c", "d"]);
}

#[wasm_bindgen_test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let name = new_name();
    idb::create_at_version(&name, 99).await;
    assert_eq!(IdbStore::open(&name).await.err(), Some(StoreError::Newer));
}

#[wasm_bindgen_test]
async fn the_store_lets_go_of_a_deleted_database_and_pours_nothing_into_its_successor() {
    let name = new_name();
    let store = open(&name).await;
    zajil_worker::web::open_vault(&store).await.unwrap();
    store.commit(&rows(&["old"])).await.unwrap();

    // Would wait for ever if the store did not let go.
    idb::remove(&name).await;
    let outcome = store.commit(&rows(&["new"])).await;
    assert_eq!(outcome, Err(StoreError::Cleared));
    assert_eq!(keys(&open(&name).await).await, Vec::<String>::new());
}

#[wasm_bindgen_test]
async fn the_store_opens_anew_what_the_browser_closed() {
    let name = new_name();
    let store = open(&name).await;
    zajil_worker::web::open_vault(&store).await.unwrap();
    store.commit(&rows(&["a"])).await.unwrap();

    idb::close_connections(&name).await;
    store.commit(&rows(&["b"])).await.unwrap();
    assert_eq!(keys(&store).await, ["a", "b"]);
}
