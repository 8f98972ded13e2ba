use super::field::TextField;
use crate::ui::context::{Answer, ctx};
use crate::ui::failure::sentence_for;
use crate::ui::page;
use crate::ui::words::{say, say_with};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use zajil_api::Command;

/// Where a server is added by its address.
#[component]
pub fn ServerForm() -> impl IntoView {
    let ctx = ctx();
    let address = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let url = address.get_untracked().trim().to_owned();
        let own = page::plain_host();
        let fault = match host(&url) {
            host if host.contains('@') => Some("failure.server_login"),
            host => (!is_somewhere(host, own.as_deref())).then_some("failure.server_invalid"),
        };
        wrong.set(fault.map(say));
        if fault.is_some() {
            return;
        }
        let meant = meant(&url, own.as_deref());
        let guessed = !url.contains("://") && meant != url;
        ctx.notice.set(guessed.then(|| say_with("servers.plain", &[("url", &meant)])));
        // It appears in the list; if it is refused, the text comes back with the reason.
        address.set(String::new());
        ctx.ask(Command::AddServer { url: meant }, move |answer| {
            if let Answer::Refused(failure) = answer {
                let _ = wrong.try_set(Some(sentence_for(&failure)));
                let _ = address.try_set(url);
                ctx.notice.set(None);
            }
        });
    };
    view! {
        <form class="line-form" on:submit=add novalidate=true>
            <TextField label="servers.address" value=address wrong id="server-address" latin=true limit=512/>
            <button class="button" type="submit">{say("servers.add")}</button>
        </form>
    }
}

/// The host and what belongs to it: a port, a name and a password.
fn host(address: &str) -> &str {
    let behind = address.split_once("://").map_or(address, |(_, behind)| behind);
    behind.split(['/', '?', '#']).next().unwrap_or_default()
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Whether a host can be one: a name of several parts, a number, this machine, or the one
/// the page came from. A single word is none, though a browser would go and look for it.
fn is_somewhere(host: &str, plain_host: Option<&str>) -> bool {
    let name = without_port(host);
    name.trim_matches('.').contains('.')
        || name.starts_with('[')
        || name.eq_ignore_ascii_case("localhost")
        || plain_host == Some(name)
}

/// The address somebody means. A web page's stands for its server's. Without a scheme it is
/// an encrypted one; but on a page that came unencrypted itself, a server on this machine has
/// no certificate either.
fn meant(address: &str, plain_host: Option<&str>) -> String {
    if address.contains("://") {
        return match address.strip_prefix("http") {
            Some(behind) => format!("ws{behind}"),
            None => address.to_owned(),
        };
    }
    let host = without_port(host(address));
    let near = host == "localhost"
        || host.starts_with("127.")
        || host == "[::1]"
        || plain_host.is_some_and(|own| own == host);
    match plain_host {
        Some(_) if near => format!("ws://{address}"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{host, is_somewhere, meant};

    #[test]
    fn the_address_of_a_web_page_stands_for_its_servers() {
        for plain in [None, Some("localhost")] {
            assert_eq!(meant("http://localhost:8080/relay", plain), "ws://localhost:8080/relay");
            assert_eq!(meant("https://relay.example", plain), "wss://relay.example");
            assert_eq!(meant("wss://relay.example/a", plain), "wss://relay.example/a");
        }
    }

    #[test]
    fn a_name_and_a_password_are_told_from_a_path() {
        assert_eq!(host("wss://user:pw@relay.example/x"), "user:pw@relay.example");
        assert_eq!(host("user@relay.example"), "user@relay.example");
        assert_eq!(host("wss://relay.example/@me?a=b@c"), "relay.example");
        assert_eq!([host(""), host("wss://")], ["", ""]);
    }

    #[test]
    fn a_word_is_no_server() {
        let is = |address| is_somewhere(host(address), Some("nas"));
        for address in ["", "hello", "wss://hello", "wss://hello:80/a.b", "hello.", "https://hi"] {
            assert!(!is(address), "{address}");
        }
        let some =
            ["relay.example", "ws://10.0.0.7:80", "localhost:80", "ws://[::1]:80", "ws://nas:80"];
        assert!(some.into_iter().all(is));
    }

    #[test]
    fn a_server_of_this_machine_is_tried_as_the_page_itself_came() {
        let plain = Some("10.0.0.7");
        assert_eq!(meant("localhost:9100", plain), "ws://localhost:9100");
        assert_eq!(meant("10.0.0.7:9100/relay", plain), "ws://10.0.0.7:9100/relay");
        for address in ["relay.example", "wss://localhost", "localhost.example:80"] {
            assert_eq!(meant(address, plain), address);
        }
        assert_eq!(meant("localhost:9100", None), "localhost:9100", "the page came encrypted");
    }
}
