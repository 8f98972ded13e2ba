use super::icon::{Glyph, Icon};
use super::score::Score;
use crate::ui::context::{Ctx, ctx, memo};
use crate::ui::format::{self, number};
use crate::ui::live::{attr, maybe};
use crate::ui::person::isolated;
use crate::ui::state::Part;
use crate::ui::text::one_line;
use crate::ui::words::{say, say_count, say_with};
use leptos::prelude::*;
use zajil_api::{Advice, Command, LinkState, RelayUrl, Server, UnixTime};

/// A server that did not answer for so many seconds is said not to.
const PATIENCE: u64 = 5;

/// One server: its address, how it is right now, what it holds, how far it may be relied
/// on, and what it last said.
#[component]
pub fn ServerRow(
    url: RelayUrl,
    now: RwSignal<UnixTime>,
    /// The server that is to be removed once the person has said so.
    asked: RwSignal<Option<String>>,
) -> impl IntoView {
    let ctx = ctx();
    let address = url.to_string();
    let remove_label = say_with("servers.remove", &[("url", &address)]);
    let server = {
        let url = url.clone();
        memo(move || ctx.watch(Part::Server(url.clone()), |state| state.server(&url).cloned()))
    };
    let own = {
        let url = url.clone();
        memo(move || ctx.watch(Part::Server(url.clone()), |state| state.is_own(&url)))
    };
    let away = {
        let url = url.clone();
        memo(move || ctx.watch(Part::Server(url.clone()), |state| state.is_away(&url)))
    };
    let url = StoredValue::new(url);
    let is_last = move || ctx.watch(Part::ServerList, |state| state.own_servers().count() < 2);
    let tried = RwSignal::new(false);
    let on_remove = move |_| match untrack(is_last) {
        true => tried.set(true),
        false => url.with_value(|url| remove(ctx, url, asked)),
    };
    let stays = move || !(tried.get() && is_last());
    let how = move || server.with(|s| s.as_ref().map(|server| how_it_is(server, now.get())));
    let since = format::now();
    let silent = memo(move || {
        let waited = now.get().0.saturating_sub(since.0) >= PATIENCE;
        own.get() && server.with(|s| s.as_ref().is_some_and(|s| never_answered(s, waited)))
    });
    let unanswered = move || {
        silent.get().then(|| {
            view! {
                <p class="advice small">
                    {say("servers.unanswered")}
                    <button class="button-text" type="button" on:click=on_remove>{say("servers.ask_remove")}</button>
                </p>
            }
        })
    };
    let facts = move || {
        server.get().map(|server| {
            let holds = holds(&server, own.get());
            // What it was like is no comfort while it is down, nor while it is tried again.
            view! {
                <p class="quiet small">{maybe(how)}</p>
                <p class="quiet small facts">{(!away.get()).then(|| view! { <Score score=server.score/> })}{holds.map(|words| view! { <span>{words}</span> })}</p>
                {waits(server.link).then(|| try_now(ctx))}
                {advice(&server, own.get()).map(|words| view! { <p class="advice small">{words}</p> })}
                {server.said.map(|said| view! { <p class="said small">{what_it_said(&said)}</p> })}
            }
        })
    };
    view! {
        <li class="server">
            {maybe(move || server.get().map(|server| view! { <span class=dot(server.link)></span> }))}
            <div class="server-words">
                <p class="server-url" dir="ltr">{address}</p>
                {maybe(facts)}
                {maybe(unanswered)}
                <p class="advice small" role="alert" hidden=attr(stays)>{say("failure.server_last")}</p>
            </div>
            <button
                class="button-icon" type="button" aria-label=remove_label hidden=attr(move || !own.get())
                on:click=on_remove
            >
                <Icon glyph=Glyph::Trash/>
            </button>
        </li>
    }
}

fn waits(link: LinkState) -> bool {
    matches!(link, LinkState::Offline { .. })
}

fn try_now(ctx: Ctx) -> impl IntoView {
    view! {
        <button class="button-text small" type="button" on:click=move |_| ctx.look_again()>
            {say("servers.try_now")}
        </button>
    }
}

/// Removes it; one that works, or that chats need, after a question.
fn remove(ctx: Ctx, url: &RelayUrl, asked: RwSignal<Option<String>>) {
    let must_ask = ctx.peek(|state| {
        let needed_by = state.reached_only_through(std::slice::from_ref(url));
        !needed_by.is_empty() || state.is_working(url) && state.own_servers().count() > 1
    });
    match must_ask {
        true => asked.set(Some(url.to_string())),
        false => ctx.command(Command::RemoveServer { url: url.clone() }),
    }
}

/// Whether it was never reached, as far as anybody knows.
fn never_answered(server: &Server, waited: bool) -> bool {
    let unknown = server.opened_in_ms.is_none() && server.score.is_none() && server.held == 0;
    match server.link {
        LinkState::Offline { .. } => unknown,
        LinkState::Connecting => unknown && waited,
        LinkState::Connected | LinkState::Cut { .. } => false,
    }
}

/// The dot's class for a state; the words beside it say the same.
fn dot(link: LinkState) -> &'static str {
    match link {
        LinkState::Connected => "dot dot-good",
        LinkState::Connecting => "dot dot-waiting",
        LinkState::Offline { .. } | LinkState::Cut { .. } => "dot dot-bad",
    }
}

fn how_it_is(server: &Server, now: UnixTime) -> String {
    let (word, more) = match server.link {
        LinkState::Connected => {
            let took = server.answers_in_ms.or(server.opened_in_ms);
            ("servers.connected", took.map(|ms| say_with(speed(ms), &[("ms", &number(ms))])))
        }
        LinkState::Connecting => ("servers.connecting", None),
        LinkState::Cut { .. } => ("servers.offline", Some(say("servers.cut"))),
        LinkState::Offline { retry_at } => {
            let wait = retry_at.map_or(0, |at| at.0.saturating_sub(now.0));
            let wait = u32::try_from(wait).unwrap_or(u32::MAX);
            let words = || say_with("servers.retry_in", &[("s", &number(wait))]);
            ("servers.offline", (wait > 0).then(words))
        }
    };
    let word = say(word);
    more.map_or(word.clone(), |more| format!("{word} · {more}"))
}

fn speed(ms: u32) -> &'static str {
    match ms {
        ..300 => "servers.quick",
        300..1_500 => "servers.fair",
        _ => "servers.slow",
    }
}

fn holds(server: &Server, own: bool) -> Option<String> {
    let chats = if own { "servers.chats" } else { "servers.foreign" };
    let counted = [
        // None is nothing to tell.
        (server.held, "servers.held"),
        (server.waiting, "servers.waiting"),
        (u32::from(server.chats), chats),
    ];
    let words = counted.into_iter().filter(|(n, _)| *n > 0).map(|(n, key)| say_count(key, n));
    let words = words.collect::<Vec<_>>().join(" · ");
    (!words.is_empty()).then_some(words)
}

/// What is wrong with it, and what helps: to remove it takes no chat away from it.
fn advice(server: &Server, own: bool) -> Option<String> {
    let wrong = match server.advice? {
        Advice::OftenAway => "servers.often_away",
        Advice::Forgets => "servers.forgets",
        Advice::Slow => "servers.too_slow",
        Advice::Refuses => "servers.refuses",
    };
    let helps = match (own, server.chats) {
        (true, 0) => "servers.replace",
        (true, _) => "servers.replace_for_new",
        (false, _) => "servers.stays",
    };
    Some(format!("{} {}", say(wrong), say(helps)))
}

/// What it last said, in our words: its own are for developers, and follow as they are.
fn what_it_said(said: &str) -> String {
    let (words, own) = meaning(said);
    let words = say(words);
    match own {
        true => format!("{words} {} {}", say("said.own_words"), isolated(&one_line(said))),
        false => words,
    }
}

/// The sentence for it, and whether its own words add something. A server's begin with
/// NIP-01's prefixes; some are the engine's own finding.
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
        ("compares in a way", "said.damaged", false),
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
