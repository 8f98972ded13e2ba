use crate::ui::context::{Answer, ctx};
use crate::ui::failure::sentence_for;
use crate::ui::page;
use crate::ui::route::Route;
use crate::ui::words::{say, sentence};
use leptos::prelude::*;
use zajil_api::{ChatId, Command};

/// In the composer's place while somebody asks to chat: yes or no, and what each
/// one tells the other person.
#[component]
pub fn RequestBar(chat: ChatId, #[prop(into)] name: String) -> impl IntoView {
    let ctx = ctx();
    let chat = StoredValue::new(chat);
    let refused = move |answer: Answer| {
        if let Answer::Refused(failure) = answer {
            ctx.notice.set(Some(sentence_for(&failure)));
        }
    };
    let accept = move |_| {
        ctx.ask(Command::AcceptRequest { chat: chat.get_value() }, refused);
    };
    let decline = move |_| {
        ctx.ask(Command::DeclineRequest { chat: chat.get_value() }, refused);
        page::go(&Route::Chats);
    };
    view! {
        <div class="request">
            <p class="request-title">{sentence("request.title", name)}</p>
            <p class="quiet">{say("request.words")}</p>
            <div class="request-buttons">
                <button class="button" type="button" on:click=decline>{say("request.decline")}</button>
                <button class="button button-main" type="button" on:click=accept>{say("request.accept")}</button>
            </div>
        </div>
    }
}
