use crate::ui::context::{Ctx, ctx};
use crate::ui::words::Language;
use crate::ui::{page, prefs};
use leptos::prelude::*;

/// Speaks another language from now on, and remembers it.
pub fn switch_language(ctx: Ctx, language: Language) {
    prefs::set_language(language);
    ctx.language.set(page::restore_preferences());
}

/// The other languages, each by its own name.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let ctx = ctx();
    let spoken = ctx.language.get_untracked();
    Language::ALL
        .into_iter()
        .filter(|language| *language != spoken)
        .map(|language| {
            view! {
                <button
                    class="button-text" type="button" lang=language.tag() dir=language.direction()
                    on:click=move |_| switch_language(ctx, language)
                >
                    {language.own_name()}
                </button>
            }
        })
        .collect_view()
}
