use crate::ui::keeping;
use crate::ui::words::say;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Whether the browser promises to keep this account, and asking it to.
#[component]
pub fn StorageSetting() -> impl IntoView {
    // Unknown while the browser has not said.
    let kept = RwSignal::new(None::<bool>);
    let refused = RwSignal::new(false);
    spawn_local(async move {
        let promised = keeping::is_promised().await;
        let _ = kept.try_set(Some(promised));
    });
    let ask = move |_| {
        spawn_local(async move {
            let promised = keeping::ask().await;
            let _ = kept.try_set(Some(promised));
            let _ = refused.try_set(!promised);
        });
    };
    let state =
        move || kept.get().map(|kept| if kept { "settings.kept" } else { "settings.may_go" });
    let asks = move || {
        (kept.get() == Some(false)).then(|| {
            view! { <button class="button" type="button" on:click=ask>{say("settings.keep")}</button> }
        })
    };
    view! {
        <p class="setting">
            <span>{say("settings.storage")}</span>
            <span class="quiet" role="status">{move || state().map(say)}</span>
        </p>
        <p class="quiet small">
            {move || say(if refused.get() { "settings.keep_refused" } else { "settings.storage_words" })}
        </p>
        {asks}
    }
}
