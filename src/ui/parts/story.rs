use super::dialog::Dialog;
use super::mark::{Mark, state_name, story};
use super::unsent::Unsent;
use crate::ui::context::{Ctx, ctx, memo};
use crate::ui::live::{maybe, words};
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
    let state = memo(move || ctx.watch(Part::Message(place), |state| state.state_of(place)));
    let unsent = memo(move || state.get().is_some_and(|state| state <= MessageState::Sending));
    let can_withdraw = memo(move || {
        ctx.watch(Part::Story, |state| state.delivery.as_ref().map(|told| told.can_withdraw))
    });
    let said = RwSignal::new(None::<String>);
    let body = move || {
        let state = state.get()?;
        ctx.watch(Part::Reach, |_| ());
        let told = ctx.watch(Part::Story, |state| state.delivery.clone());
        let about = match unsent.get() {
            true => story(state).into_any(),
            false => sentence(reached(state), name.clone()).into_any(),
        };
        Some(view! {
            <p class="story-state"><Mark state/>{state_name(state)}</p>
            <p>{about}</p>
            {told.map(|told| servers(ctx, told.copies)).unwrap_or_else(|| ().into_any())}
        })
    };
    // Apart: whoever presses here keeps the keyboard and the answer, whatever else is told.
    let ways = move || {
        unsent.get().then(|| {
            let can_withdraw = can_withdraw.get();
            let words = can_withdraw.map(|can| match can {
                true => say("story.withdraw_words"),
                false => say("story.may_be_out"),
            });
            view! {
                <Unsent place can_withdraw=can_withdraw == Some(true) said stop="0"/>
                <p class="quiet small">{words.unwrap_or_default()}</p>
            }
        })
    };
    view! {
        <Dialog title="story.title" on_close=Box::new(move || ctx.tell_story(None))>
            {maybe(body)}
            {maybe(ways)}
            <p class="small" role="status">{words(move || said.get().filter(|_| unsent.get()).unwrap_or_default())}</p>
        </Dialog>
    }
}

fn servers(ctx: Ctx, copies: Vec<ServerCopy>) -> AnyView {
    if copies.is_empty() {
        return view! { <p class="quiet">{say("story.no_servers")}</p> }.into_any();
    }
    let row = move |copy: ServerCopy| {
        let (class, key) = match copy.state {
            CopyState::Waiting if ctx.peek(|state| state.is_away(&copy.server)) => {
                ("dot dot-bad", "story.away")
            }
            CopyState::Waiting => ("dot dot-waiting", "story.waiting"),
            CopyState::Promised => ("dot dot-waiting", "story.promised"),
            CopyState::Held => ("dot dot-good", "story.held"),
            CopyState::Refused => ("dot dot-bad", "story.refused"),
        };
        view! {
            <li class="copy">
                <span class=class></span>
                <p class="server-url" dir="ltr">{copy.server.to_string()}</p>
                <p class="quiet small">{say(key)}</p>
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
