use crate::ui::live::{attr, maybe};
use crate::ui::words::say;
use leptos::prelude::*;

/// A labelled line of text with room for what was wrong with it.
#[component]
pub fn TextField(
    label: &'static str,
    value: RwSignal<String>,
    #[prop(into)] wrong: Signal<Option<String>>,
    id: &'static str,
    #[prop(optional)] autofocus: bool,
    #[prop(optional)] latin: bool,
    #[prop(default = 4_096)] limit: u16,
) -> impl IntoView {
    let wrong_id = format!("{id}-wrong");
    let described = {
        let wrong_id = wrong_id.clone();
        move || wrong.with(Option::is_some).then(|| wrong_id.clone())
    };
    let field = NodeRef::<leptos::html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = field.get().filter(|_| autofocus) {
            let _ = input.focus();
        }
    });
    view! {
        <div class="field">
            <label class="label" for=id>{say(label)}</label>
            <input
                class="input" id=id type="text" node_ref=field
                // An empty field follows the page, not the left.
                dir=attr(move || match latin {
                    true => Some("ltr"),
                    false => value.with(|text| !text.is_empty()).then_some("auto"),
                })
                autocomplete="off" autocapitalize=if latin { "none" } else { "words" }
                spellcheck="false" maxlength=limit.to_string()
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                aria-describedby=described
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
            <p class="wrong" id=wrong_id role="alert">{maybe(move || wrong.get())}</p>
        </div>
    }
}
