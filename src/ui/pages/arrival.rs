use crate::ui::context::{Answer, ctx, memo};
use crate::ui::failure::sentence_for;
use crate::ui::page;
use crate::ui::parts::{Avatar, LanguageSwitch, NameField, Pigeon};
use crate::ui::route::Route;
use crate::ui::state::Part;
use crate::ui::text::clean_name;
use crate::ui::words::{say, sentence};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use zajil_api::{Command, Invite};

/// A whole screen for a new person who followed somebody's link.
#[component]
pub fn ArrivalPage() -> impl IntoView {
    let ctx = ctx();
    view! {
        <main class="welcome">
            <div class="welcome-top"><LanguageSwitch/></div>
            {move || {
                ctx.route.track();
                view! { <Arrival/> }
            }}
        </main>
    }
}

/// Whose link was followed, and the one button that follows it to the end.
#[component]
pub fn Arrival() -> impl IntoView {
    let ctx = ctx();
    let link = StoredValue::new(ctx.take_invite());
    let known = memo(move || ctx.watch(Part::Account, |state| state.account.is_some()));
    let invite = RwSignal::new(None::<Invite>);
    let wrong = RwSignal::new(None::<String>);
    let name = RwSignal::new(String::new());
    let name_wrong = RwSignal::new(None::<String>);

    ctx.ask(Command::ReadInvite { link: link.get_value() }, move |answer| match answer {
        Answer::InviteRead(read) => drop(invite.try_set(Some(read))),
        Answer::Refused(failure) => drop(wrong.try_set(Some(sentence_for(&failure)))),
        _ => {}
    });

    let begin = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(chat) = invite.get_untracked().and_then(|invite| invite.chat) {
            ctx.arrive(&Route::Chat(chat));
            return;
        }
        if !known.get_untracked() {
            let name = name.get_untracked().trim().to_owned();
            if name.is_empty() {
                name_wrong.set(Some(say("failure.name_invalid")));
                return;
            }
            name_wrong.set(None);
            ctx.ask(Command::CreateAccount { name }, move |answer| {
                if let Answer::Refused(failure) = answer {
                    let _ = name_wrong.try_set(Some(sentence_for(&failure)));
                }
            });
        }
        // The engine takes commands in order, so the account is there by then. The
        // answer may find another screen in place: it goes to the chat all the same.
        ctx.ask(Command::StartChat { link: link.get_value() }, move |answer| match answer {
            Answer::ChatOpened(chat) => ctx.arrive(&Route::Chat(chat)),
            Answer::Refused(failure) => ctx.notice.set(Some(sentence_for(&failure))),
            _ => {}
        });
    };
    let card = move || {
        if let Some(words) = wrong.get() {
            return broken(words).into_any();
        }
        let Some(read) = invite.get() else {
            return view! { <p class="waiting quiet" role="status">{say("arrival.reading")}</p> }
                .into_any();
        };
        let their = clean_name(&read.from.name);
        let (title, button) = if their.is_empty() {
            (say("arrival.title_unnamed").into_any(), say("welcome.start").into_any())
        } else {
            (
                sentence("arrival.title", their.clone()).into_any(),
                sentence("arrival.start", their).into_any(),
            )
        };
        view! {
            <Avatar person=read.from/>
            <h1 class="arrival-title">{title}</h1>
            <p class="welcome-line">{say("arrival.words")}</p>
            <form class="stack" on:submit=begin novalidate=true>
                {move || (!known.get()).then(|| view! { <NameField value=name wrong=name_wrong/> })}
                <button class="button button-main wide" type="submit">
                    <span class={"button-words"}>{button}</span>
                </button>
            </form>
            <p class="quiet small">{say("welcome.words")}</p>
        }
        .into_any()
    };
    view! { <div class="welcome-card arrival">{card}</div> }
}

fn broken(words: String) -> impl IntoView {
    let home = move |_| {
        page::replace_address(&Route::Chats);
        ctx().route.set(Route::Chats);
    };
    view! {
        <Pigeon/>
        <h1 class="arrival-title">{say("arrival.broken")}</h1>
        <p class="welcome-line" role="alert">{words}</p>
        <button class="button wide" type="button" on:click=home>{say("arrival.home")}</button>
    }
}
