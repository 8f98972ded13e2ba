use crate::ui::context::ctx;
use crate::ui::page;
use crate::ui::parts::Pigeon;
use crate::ui::state::AppState;
use crate::ui::words::say;
use leptos::prelude::*;
use zajil_api::StopReason;

/// The engine could not go on: why, what to do, what to report.
#[component]
pub fn StoppedPage() -> impl IntoView {
    let ctx = ctx();
    let (reason, detail) =
        ctx.peek(|s| s.stopped.clone()).unwrap_or((StopReason::Fault, String::new()));
    let gone = is_gone(reason, &detail);
    let title = if gone { "evicted.title" } else { "stopped.title" };
    let words = if gone { "evicted.live" } else { words_for(reason) };
    // Kept in no store: whoever reloads has to take it along.
    let drafts = ctx.peek(AppState::drafts);
    view! {
           <main class="welcome">
               <div class="welcome-card">
                   <Pigeon/>
                   <h1 class="arrival-title">{say(title)}</h1>
                   <p class="welcome-line">{say(words)}</p>
    {(!drafts.is_empty()).then(|| view! {
                       <p class="welcome-line">{say("stopped.drafts")}</p>
                    <pre class="input saved-draft" dir="auto">{drafts}</pre>
                   })}
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

/// Whether the browser deleted what was stored, rather than refusing to store: the store's
/// own words, or the browser's for a database that went away under it.
fn is_gone(reason: StopReason, detail: &str) -> bool {
    let words = ["data was cleared", "InvalidState", "closing", "was deleted"];
    reason == StopReason::StorageUnavailable && words.iter().any(|word| detail.contains(word))
}

fn words_for(reason: StopReason) -> &'static str {
    match reason {
        StopReason::Fault => "stopped.fault",
        StopReason::Unsupported => "stopped.unsupported",
        StopReason::StorageUnavailable => "stopped.unavailable",
        StopReason::StorageUnreadable => "stopped.unreadable",
        StopReason::NewerVersion => "stopped.newer",
    }
}
