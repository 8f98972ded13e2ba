use crate::ui::text::one_line;
use crate::ui::words::say;
use leptos::prelude::*;

/// What a server last said, in our words: theirs are for developers, and follow as they are.
#[component]
pub fn ServerSaid(said: String) -> impl IntoView {
    let (words, own) = meaning(&said);
    let own = own.then(|| {
        view! {
            <span class="said-by">{say("said.own_words")}</span>
            <bdi dir="ltr">{one_line(&said)}</bdi>
        }
    });
    view! { <p class="said small"><span>{say(words)}</span>" "{own}</p> }
}

/// The sentence for it, and whether the server's own words add something. A server's begin
/// with NIP-01's prefixes; some are the engine's own finding.
fn meaning(said: &str) -> (&'static str, bool) {
    const KNOWN: [(&str, &str, bool); 11] = [
        ("error:", "said.not_now", true),
        ("rate-limited:", "said.slow_down", true),
        ("auth-required:", "said.members", true),
        ("restricted:", "said.members", true),
        ("blocked:", "said.refused", true),
        ("invalid:", "said.refused", true),
        ("pow:", "said.refused", true),
        ("does not take events", "said.too_long", false),
        ("does not take messages", "said.too_long", false),
        ("sent an event that is not", "said.damaged", false),
        ("compares in a way", "said.confused", false),
    ];
    let known = KNOWN.iter().find(|(start, ..)| said.starts_with(start));
    known.map_or(("said.something", true), |(_, words, own)| (words, *own))
}

#[cfg(test)]
mod tests {
    use super::meaning;

    #[test]
    fn no_words_of_a_protocol_stand_alone() {
        assert_eq!(meaning("error: unknown"), ("said.not_now", true));
        assert_eq!(meaning("does not take events of this length"), ("said.too_long", false));
        assert_eq!(meaning("Welcome!"), ("said.something", true));
    }
}
