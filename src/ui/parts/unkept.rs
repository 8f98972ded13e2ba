use crate::ui::context::ctx;
use crate::ui::state::AppState;
use crate::ui::words::say;
use leptos::prelude::*;

/// What was written and is kept in no store: whoever goes on from here has to take it along.
#[component]
pub fn UnkeptTexts() -> impl IntoView {
    let texts = ctx().peek(AppState::unkept);
    (!texts.is_empty()).then(|| {
        view! {
            <p class="welcome-line">{say("stopped.drafts")}</p>
            <pre class="input saved-draft" dir="auto">{texts}</pre>
        }
    })
}
