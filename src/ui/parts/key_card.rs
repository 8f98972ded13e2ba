use super::icon::{Glyph, Icon};
use crate::ui::context::ctx;
use crate::ui::live::maybe;
use crate::ui::prefs;
use crate::ui::state::Part;
use crate::ui::words::say;
use leptos::prelude::*;

/// Said once, when there is something to lose: where the account lives.
#[component]
pub fn KeyCard() -> impl IntoView {
    let ctx = ctx();
    let read = RwSignal::new(prefs::is_key_card_read());
    let shown = move || !read.get() && ctx.watch(Part::Order, |state| state.has_chats());
    let close = move |_| {
        prefs::set_key_card_read();
        read.set(true);
    };
    maybe(move || {
        shown().then(|| {
            view! {
                <section class="card" aria-label=say("key_card.title")>
                    <Icon glyph=Glyph::Lock/>
                    <div class="card-body">
                        <p class="card-title">{say("key_card.title")}</p>
                        <p class="quiet">{say("key_card.words")}</p>
                        <button class="button-text" type="button" on:click=close>{say("key_card.close")}</button>
                    </div>
                </section>
            }
        })
    })
}
