use super::chat_row::ChatRow;
use crate::ui::context::{ctx, memo};
use crate::ui::live::maybe;
use crate::ui::state::{Part, Phase};
use crate::ui::words::say;
use leptos::prelude::*;

/// All chats, newest first; words when it takes a while to get them.
#[component]
pub fn ChatList() -> impl IntoView {
    let ctx = ctx();
    let order = move || ctx.watch(Part::Order, |state| state.order());
    let loading = memo(move || ctx.watch(Part::Phase, |s| s.phase) == Phase::Loading);
    let waiting = move || {
        loading.get().then(|| {
            view! { <p class="waiting quiet" role="status">{say("chats.opening")}</p> }
        })
    };
    let nothing = move || {
        let none = ctx.watch(Part::Order, |state| !state.has_chats());
        (none && !loading.get()).then(|| {
            view! { <p class="nothing-yet quiet">{say("chats.none")}</p> }
        })
    };
    view! {
        <nav class="chats" aria-label=say("chats.title")>
            <For each=order key=|id| id.clone() children=|id| view! { <ChatRow id/> }/>
            {maybe(waiting)}
            {maybe(nothing)}
        </nav>
    }
}
