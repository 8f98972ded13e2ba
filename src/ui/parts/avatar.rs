use super::icon::{Glyph, Icon};
use crate::ui::text::{colour_of, initials};
use leptos::prelude::*;
use zajil_api::Contact;

/// A person without a picture: their initials on their colour.
#[component]
pub fn Avatar(person: Contact) -> impl IntoView {
    let class = format!("avatar person-{}", colour_of(person.public_key.as_str()));
    let letters = initials(&person.name);
    let picture = match letters.is_empty() {
        true => view! { <Icon glyph=Glyph::Person/> }.into_any(),
        false => letters.into_any(),
    };
    view! { <span class=class aria-hidden="true">{picture}</span> }
}
