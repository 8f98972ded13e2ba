use super::dialog::Dialog;
use crate::ui::context::{Answer, Ctx, ctx};
use crate::ui::failure::sentence_for;
use crate::ui::words::say;
use leptos::prelude::*;
use zajil_api::{Command, RelayUrl};

pub fn remove(ctx: Ctx, url: RelayUrl) {
    ctx.ask(Command::RemoveServer { url }, move |answer| {
        if let Answer::Refused(failure) = answer {
            ctx.notice.set(Some(sentence_for(&failure)));
        }
    });
}

/// Asks before the only server that works is removed.
#[component]
pub fn RemoveServer(asked: RwSignal<Option<RelayUrl>>) -> impl IntoView {
    let ctx = ctx();
    move || {
        asked.get().map(|url| {
            let confirm = move |_| {
                remove(ctx, url.clone());
                asked.set(None);
            };
            view! {
                <Dialog title="servers.ask_title" on_close=Callback::new(move |()| asked.set(None))>
                    <p>{say("servers.ask_words")}</p>
                    <button class="button" type="button" on:click=confirm>{say("servers.ask_remove")}</button>
                </Dialog>
            }
        })
    }
}
