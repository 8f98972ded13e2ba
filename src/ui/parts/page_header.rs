use super::icon::{Glyph, Icon};
use crate::ui::route::Route;
use crate::ui::words::say;
use leptos::prelude::*;

/// A page's title, with the way back where the list is not beside it.
#[component]
pub fn PageHeader(title: &'static str) -> impl IntoView {
    view! {
        <header class="bar">
            <a class="button-icon back" href=Route::Chats.hash() aria-label=say("app.back")>
                <Icon glyph=Glyph::Back/>
            </a>
            <h2 class="bar-title">{say(title)}</h2>
        </header>
    }
}
