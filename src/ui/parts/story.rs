use super::dialog::Dialog;
use super::mark::{Mark, state_name, story};
use super::unsent::Unsent;
use crate::ui::context::ctx;
use crate::ui::live::live;
use crate::ui::person::name_of;
use crate::ui::state::Part;
use crate::ui::words::{say, sentence};
use leptos::prelude::*;
use zajil_api::{ChatId, Command, CopyState, MessageState, Place, ServerCopy};

/// The whole story of one's own message: where it is, and who has it.
#[component]
pub fn StoryDialog(chat: ChatId, place: Place) -> impl IntoView {
    let ctx = ctx();
    let name = ctx.peek(|state| name_of(state.chat(&chat)));
    Effect::new(move |_| {
        // Whatever becomes of it while this is open is asked for again.
        ctx.watch(Part::Message(place), |_| ());
        ctx.send(Command::LoadDelivery { chat: chat.clone(), place });
    });
    let body = move || {
        let Some(state) = ctx.watch(Part::Message(place), |state| state.state_of(place)) else {
            return ().into_any();
        };
        let told = ctx.watch(Part::Story, |state| state.delivery.clone());
        let can_withdraw = told.as_ref().is_some_and(|told| told.can_withdraw);
        let unsent = state <= MessageState::Sending;
        let about = match unsent {
            true => story(state).into_any(),
            false => sentence(reached(state), name.clone()).into_any(),
        };
        let ways =
            if unsent { view! { <Unsent place can_withdraw/> }.into_any() } else { ().into_any() };
        view! {
            <p class="story-state"><Mark state/>{state_name(state)}</p>
            <p>{about}</p>
            {told.map(|told| servers(told.copies)).unwrap_or_else(|| ().into_any())}
            {ways}
            <p class="quiet small" hidden=!(unsent && can_withdraw)>{say("story.withdraw_words")}</p>
        }
        .into_any()
    };
    view! { <Dialog title="story.title" on_close=Box::new(move || ctx.tell_story(None))>{live(body)}</Dialog> }
}

fn servers(copies: Vec<ServerCopy>) -> AnyView {
    if copies.is_empty() {
        return view! { <p class="quiet">{say("story.no_servers")}</p> }.into_any();
    }
    let row = |copy: ServerCopy| {
        let (class, words) = match copy.state {
            CopyState::Waiting => ("dot dot-waiting", "story.waiting"),
            CopyState::Promised => ("dot dot-waiting", "story.promised"),
            CopyState::Held => ("dot dot-good", "story.held"),
            CopyState::Refused => ("dot dot-bad", "story.refused"),
        };
        view! {
            <li class="copy">
                <span class=class></span>
                <p class="server-url" dir="ltr">{copy.server.to_string()}</p>
                <p class="quiet small">{say(words)}</p>
            </li>
        }
        .into_any()
    };
    view! { <ul class="copies">{copies.into_iter().map(row).collect_view()}</ul> }.into_any()
}

fn reached(state: MessageState) -> &'static str {
    match state {
        MessageState::Read => "story.seen",
        MessageState::Delivered => "story.reached",
        _ => "story.not_reached",
    }
}
