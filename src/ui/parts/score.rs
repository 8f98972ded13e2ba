use crate::ui::format::number;
use crate::ui::words::{say, say_with};
use leptos::prelude::*;

/// How far a server may be relied on: five steps, and what they mean.
#[component]
pub fn Score(score: Option<u8>) -> impl IntoView {
    let Some(score) = score else {
        return view! { <span>{say("servers.unrated")}</span> }.into_any();
    };
    let words = say_with("servers.score", &[("n", &number(u32::from(score)))]);
    let label = words.clone();
    let steps = (0..5).map(|nth| {
        let class = if nth < steps(score) { "step step-on" } else { "step" };
        view! { <i class=class></i> }
    });
    view! {
        <span class="score" role="img" aria-label=label>
            {steps.collect_view()}
            <span class={"score-words"}>{words}</span>
        </span>
    }
    .into_any()
}

/// Of five. Only what never failed has all, only what never worked has none.
fn steps(score: u8) -> u8 {
    match score {
        0 => 0,
        95.. => 5,
        score => (score / 24 + 1).min(4),
    }
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn steps_rise_with_the_score_and_use_the_whole_scale() {
        let all: Vec<u8> = (0..=100).map(steps).collect();
        assert!(all.is_sorted());
        assert_eq!([0, 1, 23, 24, 50, 94, 95, 100].map(steps), [0, 1, 1, 2, 3, 4, 5, 5]);
    }
}
