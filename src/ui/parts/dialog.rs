use super::icon::{Glyph, Icon};
use crate::ui::words::say;
use gloo::events::EventListener;
use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

/// A sheet over the page, until it is closed: by its button, by Escape, or beside it.
/// The keyboard stays within and returns to where it was.
#[component]
pub fn Dialog(title: &'static str, on_close: Box<dyn Fn()>, children: Children) -> impl IntoView {
    let sheet = NodeRef::<html::Dialog>::new();
    // Told at once, and once: the browser's own event comes later, and what was opened
    // since would be closed by it.
    let on_close = StoredValue::new_local(Some(on_close));
    let close = move || {
        let Some(on_close) = on_close.try_update_value(Option::take).flatten() else { return };
        if let Some(sheet) = sheet.get_untracked() {
            sheet.close();
        }
        on_close();
    };
    Effect::new(move |_| {
        sheet.get().map(|sheet| {
            // It may be open already; nothing else can fail.
            let _ = sheet.show_modal();
            ["cancel", "close"].map(|name| EventListener::new(&sheet, name, move |_| close()))
        })
    });
    let beside = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<HtmlDialogElement>().ok());
        if target.is_some() {
            close();
        }
    };
    view! {
        <dialog
            class="dialog" node_ref=sheet aria-labelledby="dialog-title" on:click=beside
        >
            <div class="dialog-body">
                <header class="dialog-head">
                    <h2 class="bar-title" id="dialog-title">{say(title)}</h2>
                    <button class="button-icon" type="button" aria-label=say("app.close") on:click=move |_| close()>
                        <Icon glyph=Glyph::Close/>
                    </button>
                </header>
                {children()}
            </div>
        </dialog>
    }
}
