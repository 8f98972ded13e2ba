use super::icon::{Glyph, Icon};
use crate::ui::context::{Answer, ctx, memo};
use crate::ui::failure::sentence_for;
use crate::ui::format;
use crate::ui::state::Part;
use crate::ui::text::one_line;
use crate::ui::words::{say, say_with};
use leptos::prelude::*;
use zajil_api::{Command, LinkState, RelayUrl, Server, UnixTime};

/// One server: its address, how it is right now, and what it last said.
#[component]
pub fn ServerRow(url: RelayUrl, now: RwSignal<UnixTime>) -> impl IntoView {
    let ctx = ctx();
    let address = url.to_string();
    let remove_label = say_with("servers.remove", &[("url", &address)]);
    let server = {
        let url = url.clone();
        memo(move || ctx.watch(Part::Server(url.clone()), |state| state.server(&url).cloned()))
    };
    let remove = move |_| {
        ctx.ask(Command::RemoveServer { url: url.clone() }, move |answer| {
            if let Answer::Refused(failure) = answer {
                ctx.notice.set(Some(sentence_for(&failure)));
            }
        });
    };
    view! {
        <li class="server">
            {move || server.get().map(|server| view! { <span class=dot(server.link)></span> })}
            <div class="server-words">
                <p class="server-url" dir="ltr">{address}</p>
                {move || server.get().map(|server| view! { <p class="quiet small">{move || how_it_is(&server, now)}</p> })}
                {move || server.get().and_then(|server| server.said).map(|said| view! {
                    <p class="said small"><span class={"said-by"}>{say("servers.said")}</span><bdi>{one_line(&said)}</bdi></p>
                })}
            </div>
            <button class="button-icon" type="button" aria-label=remove_label on:click=remove>
                <Icon glyph=Glyph::Trash/>
            </button>
        </li>
    }
}

/// The dot's class for a state; the words beside it say the same.
pub fn dot(link: LinkState) -> &'static str {
    match link {
        LinkState::Connected => "dot dot-good",
        LinkState::Connecting => "dot dot-waiting",
        LinkState::Offline { .. } => "dot dot-bad",
    }
}

fn how_it_is(server: &Server, now: RwSignal<UnixTime>) -> String {
    let word = match server.link {
        LinkState::Connected => say("servers.connected"),
        LinkState::Connecting => say("servers.connecting"),
        LinkState::Offline { .. } => say("servers.offline"),
    };
    let more = match server.link {
        LinkState::Connected => server
            .opened_in_ms
            .map(|ms| say_with("servers.opened_in", &[("ms", &format::number(ms))])),
        LinkState::Connecting => None,
        LinkState::Offline { retry_at } => retry_at.and_then(|at| {
            let wait = u32::try_from(at.0.saturating_sub(now.get().0)).unwrap_or(u32::MAX);
            (wait > 0).then(|| say_with("servers.retry_in", &[("s", &format::number(wait))]))
        }),
    };
    more.map_or(word.clone(), |more| format!("{word} · {more}"))
}
