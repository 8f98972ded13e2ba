use crate::ui::context::{Answer, Ctx, ctx};
use crate::ui::failure::sentence_for;
use crate::ui::words::say;
use leptos::prelude::*;
use zajil_api::{ChatId, Command, Place};

/// What a person can do about a message that is not out: try now, or take it back.
#[component]
pub fn Unsent(place: Place, can_withdraw: bool) -> impl IntoView {
    let ctx = ctx();
    let retry = move |_| act(ctx, |chat| Command::RetryMessage { chat, place });
    let withdraw = move |_| act(ctx, |chat| Command::WithdrawMessage { chat, place });
    view! {
        <div class="ways">
            <button class="button-text" type="button" on:click=retry>{say("story.retry")}</button>
            {can_withdraw.then(|| view! {
                <button class="button-text" type="button" title=say("story.withdraw_words") on:click=withdraw>
                    {say("story.withdraw")}
                </button>
            })}
        </div>
    }
}

fn act(ctx: Ctx, command: impl FnOnce(ChatId) -> Command) {
    let Some(chat) = ctx.peek(|state| state.timeline().map(|open| open.chat.clone())) else {
        return;
    };
    ctx.ask(command(chat), move |answer| match answer {
        Answer::Refused(failure) => ctx.notice.set(Some(sentence_for(&failure))),
        Answer::MessageRemoved => ctx.story.set(None),
        _ => {}
    });
}
