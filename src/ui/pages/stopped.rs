use crate::ui::context::ctx;
use crate::ui::page;
use crate::ui::parts::Pigeon;
use crate::ui::words::say;
use leptos::prelude::*;

/// The engine could not go on: what that means, what to do, what to report.
#[component]
pub fn StoppedPage() -> impl IntoView {
    let detail = ctx().peek(|state| state.stopped_detail.clone());
    view! {
        <main class="welcome">
            <div class="welcome-card">
                <Pigeon/>
                <h1 class="arrival-title">{say("stopped.title")}</h1>
                <p class="welcome-line">{say("stopped.words")}</p>
                <button class="button button-main wide" type="button" on:click=|_| page::reload()>
                    {say("stopped.reload")}
                </button>
                {(!detail.is_empty()).then(|| view! {
                    <details class="detail">
                        <summary>{say("stopped.detail")}</summary>
                        <pre dir="ltr">{detail}</pre>
                    </details>
                })}
            </div>
        </main>
    }
}
