use crate::ui::keeping::{Question, ask};
use crate::ui::live::{attr, words};
use crate::ui::words::say;
use leptos::prelude::*;

/// Whether the browser promises to keep this account, and asking it to.
#[component]
pub fn StorageSetting() -> impl IntoView {
    // Nothing while the browser has not said.
    let state = RwSignal::new("");
    let about = RwSignal::new("settings.storage_words");
    let answered = move |kept| {
        let _ = state.try_set(if kept { "settings.kept" } else { "settings.may_go" });
    };
    ask(Question::Promised, Box::new(answered));
    let keep = move |_| {
        let then = move |kept: bool| {
            answered(kept);
            if !kept {
                let _ = about.try_set("settings.keep_refused");
            }
        };
        ask(Question::Promise, Box::new(then));
    };
    view! {
        <div class="setting">
            <p>{say("settings.storage")}</p>
            <p class="quiet" role="status">{words(move || say(state.get()))}</p>
        </div>
        <p class="quiet small">{words(move || say(about.get()))}</p>
        <button class="button" type="button" hidden=attr(move || state.get() != "settings.may_go") on:click=keep>
            {say("settings.keep")}
        </button>
    }
}
