use super::idb::{self, new_name, open};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::CryptoKey;
use zajil_core::store::{Changes, Store, Table};
use zajil_worker::web::{VaultError, open_vault};

const ENTRY: &[u8] = b"vault";

#[wasm_bindgen_test]
async fn the_key_made_at_the_first_start_is_opened_at_every_later_one() {
    let name = new_name();
    let store = open(&name).await;
    let made = open_vault(&store).await.unwrap();
    assert_ne!(made.0, [0; 32]);
    assert_eq!(open_vault(&store).await.unwrap().0, made.0);
    store.close();
    assert_eq!(open_vault(&open(&name).await).await.unwrap().0, made.0);

    let other = open_vault(&open(&new_name()).await).await.unwrap();
    assert_ne!(other.0, made.0, "every device has a key of its own");
}

#[wasm_bindgen_test]
async fn the_vault_is_written_durably_and_holds_no_key_in_the_clear() {
    let name = new_name();
    idb::watch();
    let made = open_vault(&open(&name).await).await.unwrap();
    assert_eq!(idb::watched(), ["readwrite strict"; 2], "the fence and the vault");

    let entry = idb::entry(&name, "vault", ENTRY).await;
    let part = |part: &str| Reflect::get(&entry, &part.into()).unwrap();
    let wrapping: CryptoKey = part("key").dyn_into().unwrap();
    assert!(!wrapping.extractable());
    let wrapped = part("wrapped").dyn_into::<Uint8Array>().unwrap().to_vec();
    assert_eq!(wrapped.len(), 32 + 16, "the key and its tag");
    assert!(!wrapped.windows(8).any(|window| made.0.windows(8).any(|key| key == window)));
}

#[wasm_bindgen_test]
async fn rows_without_their_vault_are_reported_and_not_overwritten() {
    let name = new_name();
    let store = open(&name).await;
    open_vault(&store).await.unwrap();
    let mut changes = Changes::default();
    changes.put(Table::Messages, b"row".to_vec(), b"sealed".to_vec());
    store.commit(&changes).await.unwrap();
    idb::replace(&name, "vault", ENTRY, &JsValue::UNDEFINED).await;

    assert_eq!(open_vault(&store).await.unwrap_err(), VaultError::Missing);
    assert!(idb::entry(&name, "vault", ENTRY).await.is_undefined());
}

#[wasm_bindgen_test]
async fn a_damaged_vault_is_reported_and_not_overwritten() {
    let name = new_name();
    let store = open(&name).await;
    open_vault(&store).await.unwrap();
    let entry = idb::entry(&name, "vault", ENTRY).await;
    let wrapped: Uint8Array = Reflect::get(&entry, &"wrapped".into()).unwrap().unchecked_into();
    wrapped.set_index(5, wrapped.get_index(5) ^ 1);
    idb::replace(&name, "vault", ENTRY, &entry).await;

    for damaged in [entry, JsValue::from("not an entry")] {
        idb::replace(&name, "vault", ENTRY, &damaged).await;
        let error = open_vault(&store).await.unwrap_err();
        assert!(matches!(error, VaultError::Damaged(_)), "{error:?}");
        let after = idb::entry(&name, "vault", ENTRY).await;
        assert_eq!(after.is_string(), damaged.is_string());
    }
}

#[wasm_bindgen_test]
async fn two_first_starts_at_once_end_with_one_key() {
    let name = new_name();
    let (one, two) = (open(&name).await, open(&name).await);
    let (first, second) = futures::join!(open_vault(&one), open_vault(&two));
    let kept = open_vault(&open(&name).await).await.unwrap();
    let made: Vec<_> = [first, second].into_iter().filter_map(Result::ok).collect();
    assert!(!made.is_empty());
    assert!(made.iter().all(|key| key.0 == kept.0));
}
