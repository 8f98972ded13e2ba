use super::NewChat;
use crate::ui::context::{ctx, memo};
use crate::ui::live::live;
use crate::ui::parts::Pigeon;
use crate::ui::state::{Part, Phase};
use crate::ui::words::say;
use leptos::prelude::*;

/// Beside the list while no chat is open; with no chats at all, how to begin.
#[component]
pub fn NothingOpen() -> impl IntoView {
    let ctx = ctx();
    let ready = memo(move || ctx.watch(Part::Phase, |s| s.phase) == Phase::Ready);
    let none = memo(move || ctx.watch(Part::Order, |state| !state.has_chats()));
    live(move || match (ready.get(), none.get()) {
        (false, _) => ().into_any(),
        (true, true) => view! {
            <div class="page begin">
                <Pigeon/>
                <h2 class="begin-title">{say("begin.title")}</h2>
                <p class="begin-words quiet">{say("begin.words")}</p>
                <NewChat/>
            </div>
        }
        .into_any(),
        (true, false) => view! {
            <div class="nothing-open">
                <Pigeon/>
                <p class="quiet">{say("begin.choose")}</p>
            </div>
        }
        .into_any(),
    })
}
