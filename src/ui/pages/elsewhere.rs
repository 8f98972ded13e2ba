use crate::ui::parts::Pigeon;
use crate::ui::words::say;
use leptos::prelude::*;

/// Another tab holds the engine; this one waits and takes over by itself.
#[component]
pub fn ElsewherePage() -> impl IntoView {
    view! {
        <main class="welcome">
            <div class="welcome-card">
                <Pigeon/>
                <h1 class="arrival-title">{say("elsewhere.title")}</h1>
                <p class="welcome-line">{say("elsewhere.words")}</p>
            </div>
        </main>
    }
}
