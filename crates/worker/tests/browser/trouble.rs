//! Storage trouble: the browser refuses or undoes any one of the requests a write is made of.

use super::idb::{self, new_name, open};
use wasm_bindgen_test::wasm_bindgen_test;
use zajil_core::store::{Changes, Row, Store, StoreError, Table};
use zajil_worker::web::IdbStore;

/// Rows, deletions and a cleared range in every table.
fn changes(mark: &str) -> Changes {
    let mut changes = Changes::default();
    changes.clear(Table::Messages, b"m0".to_vec(), b"m9".to_vec());
    for table in Table::ALL {
        for number in 0..3 {
            let key = format!("{}{number}", &table.name()[..1]);
            changes.put(table, key.into_bytes(), mark.as_bytes().to_vec());
        }
        changes.delete(table, b"gone".to_vec());
    }
    changes
}

async fn rows(store: &IdbStore) -> Vec<(Table, Row)> {
    store.load_all(&Table::ALL).await.unwrap()
}

#[wasm_bindgen_test]
async fn a_fault_at_any_request_of_a_write_leaves_all_as_it_was_and_the_next_try_succeeds() {
    let name = new_name();
    let store = open(&name).await;
    let mut first = changes("first");
    first.put(Table::Messages, b"m5".to_vec(), b"to be cleared".to_vec());
    store.commit(&first).await.unwrap();
    let before = rows(&store).await;

    let mut faults = 0;
    for how in ["throws full", "full when committed", "aborts", "throws"] {
        for number in 1.. {
            idb::break_request(number, how);
            let outcome = store.commit(&changes("second")).await;
            let was_reached = idb::mend_requests();
            if !was_reached {
                outcome.unwrap();
                break;
            }
            faults += 1;
            let error = outcome.unwrap_err();
            match how {
                "throws full" | "full when committed" => assert_eq!(error, StoreError::Full),
                _ => assert!(matches!(error, StoreError::Aborted(_)), "{error:?}"),
            }
            assert_eq!(rows(&store).await, before, "{how} at {number}");
        }
        let after = rows(&store).await;
        assert!(after.iter().all(|(_, (_, value))| value == b"second"), "the try after the fault");
        assert_eq!(after.len(), 9);
        store.commit(&first).await.unwrap();
        assert_eq!(rows(&store).await, before);
    }
    // The look at the fence, a range, three rows and a deletion in three tables.
    assert_eq!(faults, 4 * (1 + 1 + 3 * 4));
}

#[wasm_bindgen_test]
async fn an_abort_without_any_request_at_fault_is_seen() {
    let name = new_name();
    let store = open(&name).await;
    for _ in 0..3 {
        idb::abort_next_write();
        let outcome = store.commit(&changes("void")).await;
        assert!(matches!(outcome, Err(StoreError::Aborted(_))), "{outcome:?}");
        assert_eq!(rows(&store).await, []);
    }
    store.commit(&changes("kept")).await.unwrap();
    assert_eq!(rows(&store).await.len(), 9);
}
