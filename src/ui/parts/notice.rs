use super::icon::{Glyph, Icon};
use crate::ui::context::ctx;
use crate::ui::live::maybe;
use crate::ui::words::say;
use leptos::prelude::*;

/// A sentence above the page, until it is put away or the page changes.
#[component]
pub fn NoticeBar() -> impl IntoView {
    let ctx = ctx();
    view! {
        <div class="notice-place" role="status">
            {maybe(move || ctx.notice.get().map(|words| view! {
                <div class="notice">
                    <p class={"notice-words"}>{words}</p>
                    <button class="button-icon" type="button" aria-label=say("app.close") on:click=move |_| ctx.notice.set(None)>
                        <Icon glyph=Glyph::Close/>
                    </button>
                </div>
            }))}
        </div>
    }
}
