use crate::ui::context::{Ctx, ctx};
use crate::ui::state::AppState;
use crate::ui::words::say;
use leptos::prelude::*;
use zajil_api::{ChatId, Command, Place};

/// What a person can do about a message that is not out: try now, or take it back.
#[component]
pub fn Unsent(place: Place, can_withdraw: bool) -> impl IntoView {
    let ctx = ctx();
    let retry = move |_| {
        act(ctx, |chat| Command::RetryMessage { chat, place });
        // Whoever presses wants to see that something happened.
        let words = match ctx.peek(AppState::is_cut_off) {
            true => "story.retry_later",
            false => "story.retry_now",
        };
        ctx.notice.set(Some(say(words)));
    };
    let withdraw = move |_| act(ctx, |chat| Command::WithdrawMessage { chat, place });
    view! {
        <div class="ways">
            <button class="button-text" type="button" on:click=retry>{say("story.retry")}</button>
            <button class="button-text" type="button" hidden=!can_withdraw on:click=withdraw>
                {say("story.withdraw")}
            </button>
        </div>
    }
}

fn act(ctx: Ctx, command: impl FnOnce(ChatId) -> Command) {
    if let Some(chat) = ctx.peek(|state| state.timeline().map(|open| open.chat.clone())) {
        ctx.command(command(chat));
    }
}
