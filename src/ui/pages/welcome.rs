use crate::ui::context::{Answer, ctx};
use crate::ui::failure::sentence_for;
use crate::ui::parts::{LanguageSwitch, NameField, Pigeon};
use crate::ui::words::say;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use zajil_api::Command;

/// The first screen: a name, and one is in.
#[component]
pub fn WelcomePage() -> impl IntoView {
    let ctx = ctx();
    let name = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    let begin = move |event: SubmitEvent| {
        event.prevent_default();
        let name = name.get_untracked().trim().to_owned();
        if name.is_empty() {
            wrong.set(Some(say("failure.name_invalid")));
            return;
        }
        wrong.set(None);
        ctx.ask(Command::CreateAccount { name }, move |answer| {
            if let Answer::Refused(failure) = answer {
                let _ = wrong.try_set(Some(sentence_for(&failure)));
            }
        });
    };
    view! {
        <main class="welcome">
            <div class="welcome-top"><LanguageSwitch/></div>
            <div class="welcome-card">
                <Pigeon/>
                <h1 class="brand">{say("app.name")}</h1>
                <p class="welcome-line">{say("welcome.line")}</p>
                <form class="stack" on:submit=begin novalidate=true>
                    <NameField value=name wrong/>
                    <button class="button button-main wide" type="submit">{say("welcome.start")}</button>
                </form>
                <p class="quiet small">{say("welcome.words")}</p>
            </div>
        </main>
    }
}
