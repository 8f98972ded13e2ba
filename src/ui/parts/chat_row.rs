use super::avatar::Avatar;
use super::mark::Mark;
use crate::ui::context::{ctx, memo};
use crate::ui::format;
use crate::ui::live::{attr, maybe, words};
use crate::ui::person::shown_name;
use crate::ui::route::Route;
use crate::ui::state::Part;
use crate::ui::text::one_line;
use crate::ui::words::{say, say_count};
use leptos::prelude::*;
use zajil_api::{Chat, ChatId, Direction, Stage};

/// One chat in the list.
#[component]
pub fn ChatRow(id: ChatId) -> impl IntoView {
    let ctx = ctx();
    let href = Route::Chat(id.clone()).hash();
    let here = {
        let route = Route::Chat(id.clone());
        move || ctx.route.with(|now| *now == route).then_some("page")
    };
    let typing = {
        let id = id.clone();
        memo(move || ctx.watch(Part::Typing(id.clone()), |state| state.is_typing(&id)))
    };
    let chat = memo(move || ctx.watch(Part::Chat(id.clone()), |state| state.chat(&id).cloned()));
    let row = move || {
        chat.get().map(|chat| {
            let unread = chat.unread;
            let name = shown_name(&chat.with);
            view! {
                <Avatar person=chat.with.clone()/>
                <span class="row-name" dir={"auto"}>{name}</span>
                <time class="row-time">{words(move || format::when(chat.touched_at, ctx.today.get()))}</time>
                <span class="row-preview">{preview(&chat, typing.get())}</span>
                {(unread > 0).then(|| view! {
                    <span class="badge" role="img" aria-label=say_count("chats.unread", unread)>{format::number(unread)}</span>
                })}
            }
        })
    };
    view! { <a class="row" href=href aria-current=attr(here)>{maybe(row)}</a> }
}

fn preview(chat: &Chat, typing: bool) -> AnyView {
    if typing {
        return view! { <span class="about-live">{say("chat.typing")}</span> }.into_any();
    }
    let state = match (&chat.last, chat.stage) {
        (_, Stage::Requested) => {
            return view! { <span class="about-live">{say("chats.request")}</span> }.into_any();
        }
        (None, Stage::Connecting) => return say("chat.stage_connecting").into_any(),
        (None, Stage::Open) => return say("chats.nothing_yet").into_any(),
        (Some(last), _) => last,
    };
    let mark = match state.direction {
        Direction::Outgoing(state) => Some(view! { <Mark state/> }),
        Direction::Incoming => None,
    };
    view! {
        {mark}
        <span class="row-text" dir="auto">{one_line(&state.text)}</span>
    }
    .into_any()
}
