use super::icon::{Glyph, Icon};
use super::scroll::Scroll;
use crate::ui::format::number;
use crate::ui::words::say_count;
use leptos::prelude::*;

/// The way up to what came late and was not seen yet.
#[component]
pub fn LatePill(count: usize, scroll: Scroll) -> impl IntoView {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let label = say_count("chat.late", count);
    view! {
        <button class="jump jump-up" type="button" aria-label=label.clone() title=label on:click=move |_| scroll.rise()>
            <span class="badge" aria-hidden="true">{number(count)}</span>
            <Icon glyph=Glyph::Up/>
        </button>
    }
}
