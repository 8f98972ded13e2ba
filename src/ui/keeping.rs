//! Whether the browser promises to keep what is stored here.
//!
//! Asked for once there is something to lose, and never waited for: a browser may take
//! its time, put a question to the person, or say no.

use crate::ui::prefs;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::window;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Whether it promised to, without asking it to.
    Promised,
    /// To promise it.
    Promise,
}

/// Puts a question to the browser; `then` hears the answer, if one ever comes.
pub fn ask(question: Question, then: Box<dyn FnOnce(bool)>) {
    let Some(window) = window().filter(|window| window.is_secure_context()) else {
        return then(false);
    };
    let storage = window.navigator().storage();
    let asked = match question {
        Question::Promised => storage.persisted(),
        Question::Promise => storage.persist(),
    };
    spawn_local(async move {
        let answer = match asked {
            Ok(asked) => JsFuture::from(asked).await.is_ok_and(|kept| kept.is_truthy()),
            Err(_) => false,
        };
        then(answer);
    });
}

/// Asks for the promise by itself, the first time and never again.
pub fn ask_once() {
    if prefs::take_first_message() {
        ask(Question::Promise, Box::new(|_| ()));
    }
}
