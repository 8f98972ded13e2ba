use super::field::TextField;
use crate::ui::context::{Answer, ctx};
use crate::ui::failure::sentence_for;
use crate::ui::words::say;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use zajil_api::Command;

/// Where a server is added by its address.
#[component]
pub fn ServerForm() -> impl IntoView {
    let ctx = ctx();
    let address = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let url = address.get_untracked().trim().to_owned();
        wrong.set(None);
        if url.is_empty() {
            wrong.set(Some(say("failure.server_invalid")));
            return;
        }
        // It appears in the list; if it is refused, the text comes back with the reason.
        address.set(String::new());
        ctx.ask(Command::AddServer { url: url.clone() }, move |answer| {
            if let Answer::Refused(failure) = answer {
                let _ = wrong.try_set(Some(sentence_for(&failure)));
                let _ = address.try_set(url);
            }
        });
    };
    view! {
        <form class="line-form" on:submit=add novalidate=true>
            <TextField label="servers.address" value=address wrong id="server-address" latin=true limit=512/>
            <button class="button" type="submit">{say("servers.add")}</button>
        </form>
    }
}
