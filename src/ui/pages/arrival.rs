use crate::ui::context::{Answer, ctx, memo};
use crate::ui::failure::sentence_for;
use crate::ui::live::{live, maybe};
use crate::ui::parts::{Avatar, LanguageSwitch, MyInvite, NameField, Pigeon};
use crate::ui::route::Route;
use crate::ui::state::Part;
use crate::ui::text::clean_name;
use crate::ui::words::{say, sentence};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use zajil_api::{ChatId, Command, Failure, Invite, Stage};

/// A whole screen for a new person who followed somebody's link.
#[component]
pub fn ArrivalPage() -> impl IntoView {
    let ctx = ctx();
    view! {
        <main class="welcome">
            <div class="welcome-top"><LanguageSwitch/></div>
            {live(move || {
                ctx.route.track();
                view! { <Arrival/> }.into_any()
            })}
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
    let wrong = RwSignal::new(None::<Failure>);
    let name = RwSignal::new(String::new());
    let name_wrong = RwSignal::new(None::<String>);

    // Nothing is left to ask about a chat that is there already.
    let resume = move |chat: ChatId| {
        let asks = ctx.peek(|s| s.chat(&chat).is_some_and(|c| c.stage == Stage::Requested));
        if let Some(link) = link.try_get_value().filter(|_| !asks) {
            ctx.send(Command::StartChat { link });
        }
        ctx.arrive(&Route::Chat(chat));
    };
    ctx.ask(Command::ReadInvite { link: link.get_value() }, move |answer| match answer {
        Answer::InviteRead(Invite { chat: Some(chat), .. }) => resume(chat),
        Answer::InviteRead(read) => drop(invite.try_set(Some(read))),
        Answer::Refused(failure) => drop(wrong.try_set(Some(failure))),
        _ => {}
    });

    let begin = move |event: SubmitEvent| {
        event.prevent_default();
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
        if let Some(failure) = wrong.get() {
            return broken(&failure, known.get()).into_any();
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
                {maybe(move || (!known.get()).then(|| view! { <NameField value=name wrong=name_wrong/> }))}
                <button class="button button-main wide" type="submit">
                    <span class={"button-words"}>{button}</span>
                </button>
            </form>
            {maybe(move || (!known.get()).then(|| view! { <p class="quiet small">{say("welcome.words")}</p> }))}
        }
        .into_any()
    };
    view! { <div class="welcome-card arrival">{live(card)}</div> }
}

fn broken(failure: &Failure, known: bool) -> impl IntoView + use<> {
    let ctx = ctx();
    let own = *failure == Failure::InviteOwn;
    let title = match failure {
        Failure::InviteOwn => "arrival.own",
        Failure::InviteExpired => "arrival.expired",
        _ => "arrival.broken",
    };
    let home = move |_| ctx.arrive(&Route::Chats);
    view! {
        {(!own).then(|| view! { <Pigeon/> })}
        <h1 class="arrival-title">{say(title)}</h1>
        <p class="welcome-line" role="alert">
            {if own { say("new_chat.share_words") } else { sentence_for(failure) }}
        </p>
        {own.then(|| view! { <MyInvite/> })}
        <button class="button wide" type="button" on:click=home>
            {say(if known { "app.back" } else { "arrival.home" })}
        </button>
    }
}
