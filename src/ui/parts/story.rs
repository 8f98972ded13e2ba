use super::dialog::Dialog;
use super::mark::{Mark, state_name, story};
use super::unsent::Unsent;
use crate::ui::context::{Answer, Ctx, ctx, memo};
use crate::ui::person::name_of;
use crate::ui::state::Part;
use crate::ui::words::{say, sentence};
use leptos::prelude::*;
use zajil_api::{ChatId, Command, CopyState, Delivery, MessageState, Place, ServerCopy};

/// The whole story of one's own message: where it is, and who has it.
#[component]
pub fn StoryDialog(chat: ChatId, place: Place) -> impl IntoView {
    let ctx = ctx();
    let name = ctx.peek(|state| name_of(state.chat(&chat)));
    let state = memo(move || ctx.watch(Part::Message(place), |state| state.state_of(place)));
    let delivery = RwSignal::new(None::<Delivery>);
    Effect::new(move |_| {
        // Whatever becomes of it while this is open is asked for again.
        state.track();
        load(ctx, &chat, place, delivery);
    });
    let body = move || {
        let state = state.get()?;
        let copies = delivery.with(|told| told.as_ref().map(|told| told.copies.clone()));
        let can_withdraw = delivery.with(|told| told.as_ref().is_some_and(|d| d.can_withdraw));
        let unsent = state <= MessageState::Sending;
        Some(view! {
            <p class="story-state"><Mark state/>{state_name(state)}</p>
            {(state < MessageState::Delivered).then(|| view! { <p>{story(state)}</p> })}
            {(!unsent).then(|| view! { <p>{sentence(reached(state), name.clone())}</p> })}
            {copies.map(servers)}
            {unsent.then(|| view! { <Unsent place can_withdraw/> })}
            {(unsent && can_withdraw).then(|| view! {
                <p class="quiet small">{say("story.withdraw_words")}</p>
            })}
        })
    };
    view! {
        <Dialog title="story.title" on_close=Callback::new(move |()| ctx.story.set(None))>
            {body}
        </Dialog>
    }
}

fn load(ctx: Ctx, chat: &ChatId, place: Place, delivery: RwSignal<Option<Delivery>>) {
    let chat = chat.clone();
    ctx.ask(Command::LoadDelivery { chat, place }, move |answer| match answer {
        Answer::DeliveryLoaded(told) => drop(delivery.try_set(Some(told))),
        // It was taken back meanwhile.
        Answer::Refused(_) => ctx.story.set(None),
        _ => {}
    });
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
                <span class={"server-url"} dir="ltr">{copy.server.to_string()}</span>
                <span class={"quiet small"}>{say(words)}</span>
            </li>
        }
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
