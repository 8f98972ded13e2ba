use super::icon::{Glyph, Icon};
use super::score::Score;
use crate::ui::context::{ctx, memo};
use crate::ui::format::number;
use crate::ui::live::maybe;
use crate::ui::state::{AppState, Part};
use crate::ui::text::one_line;
use crate::ui::words::{say, say_count, say_with};
use leptos::prelude::*;
use zajil_api::{Advice, Command, LinkState, RelayUrl, Server, UnixTime};

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
    let on_remove = move |_| match ctx.peek(|state: &AppState| state.is_last_connected(&url)) {
        true => asked.set(Some(url.to_string())),
        false => ctx.command(Command::RemoveServer { url: url.clone() }),
    };
    let how = move || server.with(|s| s.as_ref().map(|server| how_it_is(server, now.get())));
    let facts = move || {
        server.get().map(|server| {
            let holds = holds(&server);
            view! {
                <p class="quiet small">{maybe(how)}</p>
                <p class="quiet small facts"><Score score=server.score/>{holds.map(|words| view! { <span>{words}</span> })}</p>
                {server.advice.map(|advice| view! { <p class="advice small">{say(words_for(advice))}</p> })}
                {server.said.as_deref().map(|said| view! {
                    <p class="said small"><span class={"said-by"}>{say("servers.said")}</span><bdi>{one_line(said)}</bdi></p>
                })}
            }
        })
    };
    view! {
        <li class="server">
            {maybe(move || server.get().map(|server| view! { <span class=dot(server.link)></span> }))}
            <div class="server-words">
                <p class="server-url" dir="ltr">{address}</p>
                {maybe(facts)}
            </div>
            <button class="button-icon" type="button" aria-label=remove_label on:click=on_remove>
                <Icon glyph=Glyph::Trash/>
            </button>
        </li>
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

fn holds(server: &Server) -> Option<String> {
    let counted = [
        (server.held, "servers.held"),
        (server.waiting, "servers.waiting"),
        (u32::from(server.chats), "servers.chats"),
    ];
    let words = counted.into_iter().filter(|(n, _)| *n > 0).map(|(n, key)| say_count(key, n));
    let words = words.collect::<Vec<_>>().join(" · ");
    (!words.is_empty()).then_some(words)
}

fn words_for(advice: Advice) -> &'static str {
    match advice {
        Advice::OftenAway => "servers.often_away",
        Advice::Forgets => "servers.forgets",
        Advice::Slow => "servers.too_slow",
        Advice::Refuses => "servers.refuses",
    }
}
