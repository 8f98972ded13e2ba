use super::field::TextField;
use leptos::prelude::*;

/// Where a new person says what others shall call them.
#[component]
pub fn NameField(
    value: RwSignal<String>,
    #[prop(into)] wrong: Signal<Option<String>>,
) -> impl IntoView {
    view! { <TextField label="welcome.your_name" value wrong id="your-name" autofocus=true limit=64/> }
}
