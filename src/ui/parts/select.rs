use crate::ui::words::say;
use leptos::prelude::*;

/// One of a select's choices: its stored name and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub name: &'static str,
    pub words: String,
}

/// One of a few, chosen from a list.
#[component]
pub fn Select(
    id: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
    chosen: &'static str,
    on_choose: impl Fn(String) + 'static,
) -> impl IntoView {
    let options = choices
        .into_iter()
        .map(|choice| {
            let selected = choice.name == chosen;
            view! { <option value=choice.name selected=selected>{choice.words}</option> }
        })
        .collect_view();
    view! {
        <div class="setting">
            <label class="label" for=id>{say(label)}</label>
            <select class="select" id=id on:change=move |event| on_choose(event_target_value(&event))>
                {options}
            </select>
        </div>
    }
}
