use super::composer::COMPOSER;
use crate::ui::context::{Answer, Ctx, ctx};
use crate::ui::failure::sentence_for;
use crate::ui::page;
use crate::ui::state::{AppState, Part};
use crate::ui::words::say;
use leptos::prelude::*;
use zajil_api::{ChatId, Command, Place};

/// What a person can do about a message that is not out: try now, or take it back.
#[component]
pub fn Unsent(
    place: Place,
    can_withdraw: bool,
    /// Where what comes of it is said: where the person looks.
    said: RwSignal<Option<String>>,
    /// Whether Tab stops here (`0`), or passes by (`-1`) since there is another way.
    stop: &'static str,
) -> impl IntoView {
    let ctx = ctx();
    let retry = move |_| {
        act(ctx, said, None, |chat| Command::RetryMessage { chat, place });
        // Whoever presses wants to see that something happened.
        let words = match ctx.peek(AppState::is_cut_off) {
            true => "story.retry_later",
            false => "story.retry_now",
        };
        said.set(Some(say(words)));
    };
    let withdraw = move |_| {
        // Whatever is on the screen when it is gone.
        let text = ctx.peek(|state| state.message(place).map(|message| message.text.clone()));
        act(ctx, said, text, |chat| Command::WithdrawMessage { chat, place });
    };
    view! {
        <div class="ways">
            <button class="button-text" type="button" tabindex=stop on:click=retry>{say("story.retry")}</button>
            <button class="button-text" type="button" tabindex=stop hidden=!can_withdraw on:click=withdraw>
                {say("story.withdraw")}
            </button>
        </div>
    }
}

/// `text`: what is given back to be written on, where the message is taken back.
fn act(
    ctx: Ctx,
    said: RwSignal<Option<String>>,
    text: Option<String>,
    command: impl FnOnce(ChatId) -> Command,
) {
    let Some(chat) = ctx.peek(|state| state.timeline().map(|open| open.chat.clone())) else {
        return;
    };
    ctx.ask(command(chat.clone()), move |answer| match answer {
        Answer::Refused(failure) => {
            let _ = said.try_set(Some(sentence_for(&failure)));
        }
        Answer::MessageRemoved => {
            if let Some(text) = text {
                ctx.change(|state| state.give_back(&chat, &text));
                ctx.wake([Part::Draft(chat.clone())]);
            }
            // To be written anew, perhaps.
            if ctx.peek(|state| state.timeline().is_some_and(|open| open.chat == chat)) {
                page::focus(COMPOSER);
            }
        }
        _ => {}
    });
}
