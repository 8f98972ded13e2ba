use super::dialog::Dialog;
use crate::ui::context::ctx;
use crate::ui::live::maybe;
use crate::ui::words::say;
use leptos::prelude::*;
use zajil_api::{Command, RelayUrl};

/// Asks before the only server that works is removed.
#[component]
pub fn RemoveServer(asked: RwSignal<Option<String>>) -> impl IntoView {
    let ctx = ctx();
    maybe(move || {
        asked.get().map(|url| {
            let confirm = move |_| {
                ctx.command(Command::RemoveServer { url: RelayUrl::new(&url) });
                asked.set(None);
            };
            view! {
                <Dialog title="servers.ask_title" on_close=Box::new(move || asked.set(None))>
                    <p>{say("servers.ask_words")}</p>
                    <button class="button" type="button" on:click=confirm>{say("servers.ask_remove")}</button>
                </Dialog>
            }
            .into_any()
        })
    })
}
