use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use zajil_api::{ChatId, PublicKey, UnixTime, Update};

/// Calls `act` while what the worker posts, and its end, are only written down.
fn overheard(act: impl FnOnce()) -> (Vec<Update>, u32) {
    let global = js_sys::global();
    let names = ["postMessage", "close"];
    let originals = names.map(|name| Reflect::get(&global, &name.into()).unwrap());
    let note = Function::new_with_args("value", "(globalThis.overheard ??= []).push(value)");
    let end = Function::new_no_args("globalThis.ended = (globalThis.ended ?? 0) + 1");
    for (name, stand_in) in names.iter().zip([note, end]) {
        Reflect::set(&global, &(*name).into(), &stand_in).unwrap();
    }
    act();
    for (name, original) in names.iter().zip(originals) {
        Reflect::set(&global, &(*name).into(), &original).unwrap();
    }
    let take = |name: &str| {
        let value = Reflect::get(&global, &name.into()).unwrap();
        Reflect::delete_property(&global, &name.into()).unwrap();
        value
    };
    let posted = take("overheard").dyn_into::<js_sys::Array>().unwrap_or_default();
    let posted = posted.iter().map(|value: JsValue| {
        let bytes = value.dyn_into::<js_sys::Uint8Array>().unwrap().to_vec();
        postcard::from_bytes(&bytes).unwrap()
    });
    (posted.collect(), take("ended").as_f64().unwrap_or_default() as u32)
}

fn typing(until: u64) -> Update {
    Update::TypingStarted {
        chat: ChatId::new("00"),
        who: PublicKey::new("11"),
        until: UnixTime(until),
    }
}

#[wasm_bindgen_test]
fn an_update_reaches_the_tab() {
    let (posted, ended) = overheard(|| zajil_worker::web::tell(&typing(7)));
    assert_eq!(posted, [typing(7)]);
    assert_eq!(ended, 0);
}
