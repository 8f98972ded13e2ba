//! Raising the database from one version to the next, and what can come between.

use super::idb::{self, keys, new_name, open, rows};
use wasm_bindgen_test::wasm_bindgen_test;
use zajil_core::store::{Store, StoreError};
use zajil_worker::web::{IdbStore, open_vault};

const TABLES_OF_V1: [&str; 4] = ["records", "messages", "seen", "vault"];

#[wasm_bindgen_test]
async fn a_database_of_the_first_version_is_raised_with_its_rows() {
    let name = new_name();
    idb::create_with_tables(&name, 1, TABLES_OF_V1.map(str::to_owned).to_vec()).await;
    idb::put_entry(&name, "records", b"old", b"sealed").await;
    let store = open(&name).await;
    assert_eq!(keys(&store).await, ["old"]);
    store.commit(&rows(&["new"])).await.unwrap();
    assert_eq!(keys(&store).await, ["new", "old"]);
}

#[wasm_bindgen_test]
async fn a_raise_that_was_killed_half_way_changes_nothing_and_is_done_at_the_next_start() {
    let name = new_name();
    idb::create_with_tables(&name, 1, TABLES_OF_V1.map(str::to_owned).to_vec()).await;
    idb::put_entry(&name, "records", b"old", b"sealed").await;

    idb::break_raise();
    let outcome = IdbStore::open(&name).await;
    idb::mend_raise();
    assert!(matches!(outcome.err(), Some(StoreError::Unavailable(_))));
    assert_eq!(idb::version(&name).await, 1.0);

    let store = open(&name).await;
    assert_eq!(keys(&store).await, ["old"]);
    store.commit(&rows(&["new"])).await.unwrap();
}

#[wasm_bindgen_test]
async fn the_first_making_that_was_killed_half_way_is_done_at_the_next_start() {
    let name = new_name();
    idb::break_raise();
    let outcome = IdbStore::open(&name).await;
    idb::mend_raise();
    assert!(outcome.is_err());
    let store = open(&name).await;
    open_vault(&store).await.unwrap();
    store.commit(&rows(&["new"])).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_newer_version_is_let_in_at_once_and_the_older_one_learns_of_it() {
    let name = new_name();
    let store = open(&name).await;
    store.commit(&rows(&["old"])).await.unwrap();
    let outdated = store.outdated();
    // Would wait for ever if the store did not let go.
    idb::create_with_tables(&name, 77, vec!["more".to_owned()]).await;
    outdated.await;
    assert_eq!(store.commit(&rows(&["void"])).await, Err(StoreError::Newer));
    assert!(idb::entry(&name, "records", b"void").await.is_undefined());
}
