use crate::ui::context::ctx;
use crate::ui::page;
use crate::ui::parts::{Pigeon, UnkeptTexts};
use crate::ui::words::say;
use leptos::prelude::*;
use zajil_api::StopReason;

/// The engine could not go on: why, what to do, what to report.
#[component]
pub fn StoppedPage() -> impl IntoView {
    let ctx = ctx();
    let (reason, detail) =
        ctx.peek(|s| s.stopped.clone()).unwrap_or((StopReason::Fault, String::new()));
    let (title, words) = words_for(reason);
    let detail = (!detail.is_empty()).then(|| {
        view! {
            <details class="detail">
                <summary>{say("stopped.detail")}</summary>
                <pre dir="ltr">{detail}</pre>
            </details>
        }
    });
    view! {
        <main class="welcome">
            <div class="welcome-card">
                <Pigeon/>
                <h1 class="arrival-title">{say(title)}</h1>
                <p class="welcome-line">{say(words)}</p>
                <UnkeptTexts/>
                <button class="button button-main wide" type="button" on:click=|_| page::reload()>
                    {say("stopped.reload")}
                </button>
                {detail}
            </div>
        </main>
    }
}

/// A title, and what to do.
fn words_for(reason: StopReason) -> (&'static str, &'static str) {
    let words = match reason {
        StopReason::StorageGone => return ("evicted.title", "evicted.live"),
        StopReason::Fault => "stopped.fault",
        StopReason::Unsupported => "stopped.unsupported",
        StopReason::StorageUnavailable => "stopped.unavailable",
        StopReason::StorageUnreadable => "stopped.unreadable",
        StopReason::NewerVersion => "stopped.newer",
    };
    ("stopped.title", words)
}
