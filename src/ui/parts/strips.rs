use super::icon::{Glyph, Icon};
use super::pigeon::Pigeon;
use crate::ui::context::{ctx, memo};
use crate::ui::state::{AppState, Part};
use crate::ui::words::say;
use leptos::prelude::*;
use zajil_api::{Command, Storage};

/// What concerns everything at once, and only while it does: no server reachable,
/// nothing can be kept.
#[component]
pub fn Strips() -> impl IntoView {
    let ctx = ctx();
    let cut_off = memo(move || ctx.watch(Part::Reach, AppState::is_cut_off));
    let storage = memo(move || ctx.watch(Part::Storage, |state| state.storage));
    let retry = move |_| {
        ctx.send(Command::RetryStorage);
    };
    let storage_strip = move || {
        let words = match storage.get() {
            Storage::Working => return None,
            Storage::Full => "storage.full",
            Storage::Failing => "storage.failing",
        };
        Some(view! {
            <div class="strip strip-bad" role="alert">
                <Icon glyph=Glyph::Alert/>
                <p class={"strip-words"}>{say(words)}</p>
                <button class="button-text" type="button" on:click=retry>{say("storage.retry")}</button>
            </div>
        })
    };
    let reach_strip = move || {
        cut_off.get().then(|| {
            view! {
                <div class="strip" role="status">
                    <Pigeon/>
                    <p class={"strip-words"}>{say("reach.none")}</p>
                </div>
            }
        })
    };
    view! {
        {storage_strip}
        {reach_strip}
    }
}
