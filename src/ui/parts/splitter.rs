use crate::ui::context::ctx;
use crate::ui::prefs;
use crate::ui::words::say;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

const NARROWEST: i32 = 320;
const WIDEST: i32 = 400;
const STEP: i32 = 16;

/// The list's remembered width, in CSS pixels.
pub fn remembered_width() -> i32 {
    prefs::list_width().unwrap_or(360).clamp(NARROWEST, WIDEST)
}

/// The line between list and conversation: drag it, or move it by arrow keys.
#[component]
pub fn Splitter(width: RwSignal<i32>) -> impl IntoView {
    let mirrored = ctx().language.get_untracked().direction() == "rtl";
    let set = move |wanted: i32| {
        let wanted = wanted.clamp(NARROWEST, WIDEST);
        width.set(wanted);
        prefs::set_list_width(wanted);
    };
    let grab = move |event: PointerEvent| {
        if let Some(line) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) {
            let _ = line.set_pointer_capture(event.pointer_id());
        }
    };
    let drag = move |event: PointerEvent| {
        let Some(line) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) else { return };
        if !line.has_pointer_capture(event.pointer_id()) {
            return;
        }
        let Some(frame) = line.parent_element().map(|frame| frame.get_bounding_client_rect())
        else {
            return;
        };
        let x = event.client_x();
        set(if mirrored { frame.right() as i32 - x } else { x - frame.left() as i32 });
    };
    let keyed = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowRight" => STEP,
            "ArrowLeft" => -STEP,
            _ => return,
        };
        event.prevent_default();
        set(width.get_untracked() + if mirrored { -step } else { step });
    };
    view! {
        <div
            class="splitter" role="separator" tabindex="0" aria-orientation="vertical"
            aria-label=say("app.list_width") aria-valuemin=NARROWEST.to_string()
            aria-valuemax=WIDEST.to_string() aria-valuenow=move || width.get().to_string()
            on:pointerdown=grab on:pointermove=drag on:keydown=keyed
        ></div>
    }
}
