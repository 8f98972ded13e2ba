use leptos::prelude::*;

/// One line from the wing over head, breast and tail, and home under the wing.
const LINE: &str = "M36 56C25 47 18 32 18 13C34 17 48 27 55 41C58 33 65 28 72 28C78 28 82 31 83 36L90 39.5L83 42C82 57 71 69 53 72C39 74 27 78 12 78L22 68L9 62C20 61 28 60 36 56C42 53 47 52 52 55";

/// Zajil's mark. It stands in empty states, the app icon and the outage strip,
/// nowhere else.
#[component]
pub fn Pigeon() -> impl IntoView {
    view! {
        <svg class="pigeon" viewBox="0 0 96 96" aria-hidden="true" focusable="false">
            <path d=LINE></path>
        </svg>
    }
}
