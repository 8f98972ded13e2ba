use super::mark::Mark;
use crate::ui::context::{ctx, memo};
use crate::ui::format;
use crate::ui::state::Part;
use crate::ui::words::{say, say_with};
use leptos::prelude::*;
use zajil_api::{MessageState, Seq};

/// A text longer than this is folded until asked for.
const FOLD_AT: usize = 2_500;

/// One message. Its text is set once; only its state is watched.
#[component]
pub fn Bubble(
    seq: Seq,
    outgoing: bool,
    joined: bool,
    #[prop(into)] author: String,
) -> impl IntoView {
    let ctx = ctx();
    let message = ctx.peek(|state| state.message(seq).cloned())?;
    let state = memo(move || ctx.watch(Part::Message(seq), |state| state.state_of(seq)));
    let time = format::time(message.sent_at);
    let label = say_with("chat.message_by", &[("name", &author), ("time", &time)]);
    let failed = move || state.get() == Some(MessageState::NotSent);

    let (head, tail) = fold(&message.text);
    let (head, tail) = (head.to_owned(), tail.to_owned());
    let folded = RwSignal::new(!tail.is_empty());
    let rest = move || if folded.get() { "…".to_owned() } else { tail.clone() };
    let unfold = move || {
        folded.get().then(|| {
            view! {
                <button class="unfold" type="button" on:click=move |_| folded.set(false)>
                    {say("chat.show_all")}
                </button>
            }
        })
    };

    Some(view! {
        <article
            class="message"
            class:outgoing=outgoing
            class:joined=joined
            data-seq=seq.0.to_string()
            aria-label=label
        >
            <div class="bubble">
                <div class="text" dir="auto">
                    {head}
                    {rest}
                    {unfold}
                    <span class="meta">
                        <span class="meta-line" dir=page_direction()>
                            <time title=format::moment(message.sent_at)>{time}</time>
                            {move || state.get().map(|state| view! { <Mark state/> })}
                        </span>
                    </span>
                </div>
            </div>
            {move || failed().then(|| view! { <p class="failed">{say("mark.not_sent_story")}</p> })}
        </article>
    })
}

/// The meta line is ours, so it reads as the interface does, not as the message.
fn page_direction() -> &'static str {
    ctx().language.get_untracked().direction()
}

/// Where to fold: at a word's end near the limit.
fn fold(text: &str) -> (&str, &str) {
    if text.len() <= FOLD_AT + FOLD_AT / 2 {
        return (text, "");
    }
    let cut = text.floor_char_boundary(FOLD_AT);
    let at = text.get(..cut).and_then(|head| head.rfind(char::is_whitespace)).unwrap_or(cut);
    text.split_at_checked(at).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_fold_at_a_word_and_lose_nothing() {
        let text = "حرف word ".repeat(1000);
        let (head, tail) = fold(&text);
        assert!(head.len() <= FOLD_AT && !tail.is_empty());
        assert_eq!(format!("{head}{tail}"), text);
        assert!(tail.starts_with(' '));
    }

    #[test]
    fn a_long_word_folds_between_characters() {
        let text = "ع".repeat(5_000);
        let (head, tail) = fold(&text);
        assert_eq!(format!("{head}{tail}"), text);
    }
}
