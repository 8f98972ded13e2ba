use crate::ui::context::ctx;
use crate::ui::parts::{LanguageSwitch, Pigeon, UnkeptTexts};
use crate::ui::prefs;
use crate::ui::route::Route;
use crate::ui::words::say;
use leptos::prelude::*;

/// An account was here and is not any more: what that means, and the way on.
#[component]
pub fn EvictedPage() -> impl IntoView {
    let ctx = ctx();
    let anew = move |_| {
        prefs::forget_begun();
        // The chat in the address is gone with the rest; an invite is as good as before.
        if !matches!(ctx.route.get_untracked(), Route::Invite(_)) {
            ctx.arrive(&Route::Chats);
        }
        ctx.was_here.set(false);
    };
    view! {
        <main class="welcome">
            <div class="welcome-top"><LanguageSwitch/></div>
            <div class="welcome-card">
                <Pigeon/>
                <h1 class="arrival-title">{say("evicted.title")}</h1>
                <p class="welcome-line">{say("evicted.words")}</p>
                <UnkeptTexts/>
                <p class="welcome-line">{say("evicted.anew_words")}</p>
                <button class="button button-main wide" type="button" on:click=anew>{say("evicted.anew")}</button>
                <p class="quiet small">{say("evicted.prevent")}</p>
            </div>
        </main>
    }
}
