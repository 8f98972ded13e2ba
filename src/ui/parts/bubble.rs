use super::mark::{Mark, story};
use super::unsent::Unsent;
use crate::ui::context::{ctx, memo};
use crate::ui::format;
use crate::ui::live::{maybe, words};
use crate::ui::state::Part;
use crate::ui::text::fold;
use crate::ui::words::{say, say_with};
use leptos::prelude::*;
use zajil_api::{Direction, Message, MessageState, Place};

/// What took longer from its author to here came late, in seconds.
const LATE: u64 = 5 * 60;

/// One message. Its text is set once; only its state is watched.
#[component]
pub fn Bubble(
    place: Place,
    outgoing: bool,
    joined: bool,
    #[prop(into)] author: String,
) -> impl IntoView {
    let ctx = ctx();
    let message = ctx.peek(|state| state.message(place).cloned())?;
    let state = memo(move || ctx.watch(Part::Message(place), |state| state.state_of(place)));
    let time = format::time(message.sent_at);
    let label = say_with("chat.message_by", &[("name", &author), ("time", &time)]);
    let came = came_at(&message).map(|at| say_with("chat.came", &[("time", &at)]));

    let (head, tail) = fold(&message.text);
    let (head, tail) = (head.to_owned(), tail.to_owned());
    // What has no letters, an emoji alone, would else be taken to read from the left.
    let has_letters = message.text.chars().any(char::is_alphabetic);
    let direction = if has_letters { "auto" } else { page_direction() };
    let folded = RwSignal::new(!tail.is_empty());
    let rest = move || if folded.get() { "…".to_owned() } else { tail.clone() };
    let unfold = move || {
        folded.get().then(|| {
            view! {
                <button class="unfold" type="button" tabindex="-1" on:click=move |_| folded.set(false)>
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
            tabindex="-1" data-place=place.to_string()
            aria-label=label
        >
            <div class="bubble">
                <div class="text" dir=direction>
                    {head}
                    {words(rest)}
                    {maybe(unfold)}
                    <span class="meta">
                        <span class="meta-line" dir=page_direction()>
                            <time title=format::moment(message.sent_at)>{time}</time>
                            {came.map(|came| view! { <span>"· "{came}</span> })}
                            {maybe(move || state.get().map(|state| view! {
                                <button
                                    class="tell" type="button" tabindex="-1" aria-label=say("story.title") title=story(state)
                                    on:click=move |_| ctx.tell_story(Some(place))
                                >
                                    <Mark state/>
                                </button>
                            }))}
                        </span>
                    </span>
                </div>
            </div>
            {maybe(move || (state.get() == Some(MessageState::NotSent)).then(|| view! {
                <p class="failed">{say("mark.not_sent_story")}</p>
                <Unsent place can_withdraw=true said=ctx.notice stop="-1"/>
            }))}
        </article>
    })
}

/// When a message came, where that was much later than it was written.
fn came_at(message: &Message) -> Option<String> {
    let (sent, came) = (message.sent_at, message.received_at);
    let late = message.direction == Direction::Incoming && came.0.saturating_sub(sent.0) > LATE;
    late.then(|| match format::day_of(sent) == format::day_of(came) {
        true => format::time(came),
        false => format::date_and_time(came),
    })
}

/// The meta line is ours, so it reads as the interface does, not as the message.
fn page_direction() -> &'static str {
    ctx().language.get_untracked().direction()
}
