use crate::ui::context::{Answer, ctx};
use crate::ui::failure::sentence_for;
use crate::ui::page;
use crate::ui::parts::{MyInvite, PageHeader, TextField};
use crate::ui::route::Route;
use crate::ui::words::say;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use zajil_api::Command;

/// The page behind "New chat".
#[component]
pub fn NewChatPage() -> impl IntoView {
    view! {
        <PageHeader title="new_chat.title"/>
        <div class="page"><NewChat/></div>
    }
}

/// The two ways to begin: hand out one's own link, or open somebody's.
#[component]
pub fn NewChat() -> impl IntoView {
    let ctx = ctx();
    let link = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    let connect = move |event: SubmitEvent| {
        event.prevent_default();
        let link = link.get_untracked().trim().to_owned();
        if link.is_empty() {
            wrong.set(Some(say("new_chat.paste_first")));
            return;
        }
        wrong.set(None);
        ctx.ask(Command::StartChat { link }, move |answer| match answer {
            Answer::ChatOpened(chat) => page::go(&Route::Chat(chat)),
            Answer::Refused(failure) => {
                let _ = wrong.try_set(Some(sentence_for(&failure)));
            }
            _ => {}
        });
    };
    view! {
        <section class="panel">
            <h3 class="panel-title">{say("new_chat.share_title")}</h3>
            <p class="quiet">{say("new_chat.share_words")}</p>
            <MyInvite/>
        </section>
        <section class="panel">
            <h3 class="panel-title">{say("new_chat.open_title")}</h3>
            <p class="quiet">{say("new_chat.open_words")}</p>
            <form class="line-form" on:submit=connect novalidate=true>
                <TextField label="new_chat.link" value=link wrong id="invite-link" latin=true/>
                <button class="button button-main" type="submit">{say("new_chat.connect")}</button>
            </form>
        </section>
    }
}
