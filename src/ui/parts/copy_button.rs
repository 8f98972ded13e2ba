use super::icon::{Glyph, Icon};
use crate::ui::live::maybe;
use crate::ui::page;
use crate::ui::words::say;
use gloo::timers::callback::Timeout;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Copies a field's text. Where the browser forbids that, it selects the text and
/// says so.
#[component]
pub fn CopyButton(field: NodeRef<Input>, label: &'static str) -> impl IntoView {
    let told = RwSignal::new("");
    let copied = move || told.get() == "copy.done";
    let copy = move |_| {
        let Some(input) = field.get_untracked() else { return };
        spawn_local(async move {
            let key = if page::copy(input.value()).await {
                "copy.done"
            } else {
                input.select();
                "copy.refused"
            };
            if told.try_set(key).is_none() {
                Timeout::new(4_000, move || {
                    let _ = told.try_set("");
                })
                .forget();
            }
        });
    };
    let glyph = move || view! { <Icon glyph=if copied() { Glyph::Check } else { Glyph::Copy }/> };
    view! {
        <button class="button" type="button" on:click=copy>
            {glyph}
            <span class={"button-words"}>{say(label)}</span>
        </button>
        <p class="told quiet" role="status">
            {maybe(move || Some(told.get()).filter(|key| !key.is_empty()).map(say))}
        </p>
    }
}
