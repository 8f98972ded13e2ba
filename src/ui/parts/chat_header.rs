use super::avatar::Avatar;
use super::icon::{Glyph, Icon};
use crate::ui::context::{ctx, memo};
use crate::ui::live::maybe;
use crate::ui::person::{isolated, shown_name};
use crate::ui::route::Route;
use crate::ui::state::Part;
use crate::ui::words::{say, say_with};
use leptos::prelude::*;
use zajil_api::{Chat, ChatId, Stage};

/// Who one is talking to and what they are doing. Its height never changes.
#[component]
pub fn ChatHeader(#[prop(into)] chat: Signal<Option<Chat>>) -> impl IntoView {
    let ctx = ctx();
    let person = memo(move || chat.with(|chat| chat.as_ref().map(|chat| chat.with.clone())));
    let awaits = move |id: &ChatId| ctx.watch(Part::Timeline, |state| state.awaits_answer(id));
    let about = move || {
        chat.with(|chat| {
            let chat = chat.as_ref()?;
            let typing =
                ctx.watch(Part::Typing(chat.id.clone()), |state| state.is_typing(&chat.id));
            Some(match chat.stage {
                _ if typing => ("about about-live", say("chat.typing")),
                Stage::Connecting => ("about", say("chat.stage_connecting")),
                Stage::Requested => ("about", say("chat.stage_requested")),
                Stage::Open if awaits(&chat.id) => {
                    let name = isolated(&shown_name(&chat.with));
                    ("about", say_with("chat.stage_awaiting", &[("name", &name)]))
                }
                Stage::Open => ("about", say("chat.stage_open")),
            })
        })
    };
    view! {
        <header class="bar">
            <a class="button-icon back" href=Route::Chats.hash() aria-label=say("app.back")>
                <Icon glyph=Glyph::Back/>
            </a>
            {maybe(move || person.get().map(|person| {
                let name = shown_name(&person);
                view! {
                    <Avatar person/>
                    <div class="bar-words">
                        <h2 class="bar-title" dir={"auto"}>{name}</h2>
                        {maybe(move || about().map(|(class, words)| view! { <p class=class>{words}</p> }))}
                    </div>
                }
            }))}
        </header>
    }
}
