use crate::ui::context::ctx;
use crate::ui::format;
use crate::ui::parts::{PageHeader, PracticePanel, RemoveServer, ServerForm, ServerRow};
use crate::ui::state::Part;
use crate::ui::words::say;
use leptos::prelude::*;
use std::time::Duration;

/// How often the wait for an offline server is counted down.
const SECOND: Duration = Duration::from_secs(1);

/// The servers that carry this person's messages, as they are right now.
#[component]
pub fn ServersPage() -> impl IntoView {
    let ctx = ctx();
    let urls = move || {
        ctx.watch(Part::ServerList, |state| {
            state.servers().iter().map(|server| server.url.clone()).collect::<Vec<_>>()
        })
    };
    let asked = RwSignal::new(None::<String>);
    let now = RwSignal::new(format::now());
    if let Ok(clock) = set_interval_with_handle(move || now.set(format::now()), SECOND) {
        on_cleanup(move || clock.clear());
    }
    view! {
        <PageHeader title="servers.title"/>
        <div class="page">
            <p class="quiet">{say("servers.words")}</p>
            <section class="panel panel-list">
                <ul class="servers" aria-label=say("servers.title")>
                    <For each=urls key=|url| url.clone() children=move |url| view! { <ServerRow url now asked/> }/>
                </ul>
            </section>
            <section class="panel">
                <h3 class="panel-title">{say("servers.add_title")}</h3>
                <p class="quiet">{say("servers.add_words")}</p>
                <ServerForm/>
            </section>
            <PracticePanel/>
            <RemoveServer asked/>
        </div>
    }
}
