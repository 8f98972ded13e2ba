//! What the server that the app came from says about itself.

use super::scope::scope;
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::JSON;
use serde::Deserialize;
use std::pin::pin;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;
use zajil_api::RelayUrl;
use zajil_core::relay::parse_relay_url;

const ADDRESS: &str = "/config.json";
const PATIENCE_MS: u32 = 3_000;
const MOST_RELAYS: usize = 16;
const LONGEST_ANSWER: usize = 16 << 10;

/// Used where the app lies on a plain web server that names none: public servers that
/// many people run their chats on, each run by somebody else.
const PUBLIC_RELAYS: [&str; 4] =
    ["wss://relay.damus.io", "wss://nos.lol", "wss://relay.primal.net", "wss://offchain.pub"];

#[derive(Deserialize)]
struct Config {
    relays: Vec<String>,
}

/// The servers of a new account. Takes a few seconds at most, and never fails.
pub(super) async fn default_relays() -> Vec<RelayUrl> {
    let answer = pin!(fetch());
    let patience = pin!(TimeoutFuture::new(PATIENCE_MS));
    let named = match select(answer, patience).await {
        Either::Left((Ok(config), _)) => relays(&config),
        Either::Left((Err(_), _)) | Either::Right(_) => Vec::new(),
    };
    if named.is_empty() { PUBLIC_RELAYS.into_iter().map(RelayUrl::new).collect() } else { named }
}

async fn fetch() -> Result<Config, JsValue> {
    let answer = JsFuture::from(scope().fetch_with_str(ADDRESS)).await?;
    let response: Response = answer.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::UNDEFINED);
    }
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    if text.len() > LONGEST_ANSWER {
        return Err(JsValue::UNDEFINED);
    }
    Ok(serde_wasm_bindgen::from_value(JSON::parse(&text)?)?)
}

/// The servers among what is named, each once.
fn relays(config: &Config) -> Vec<RelayUrl> {
    let mut named = Vec::new();
    for relay in config.relays.iter().filter_map(|text| parse_relay_url(text).ok()) {
        if named.len() < MOST_RELAYS && !named.contains(&relay) {
            named.push(relay);
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Vec<RelayUrl> {
        serde_json::from_str(text).map_or_else(|_| Vec::new(), |config| relays(&config))
    }

    #[test]
    fn the_servers_named_by_the_host_are_taken_in_order() {
        let relays =
            parse(r#"{"relays":["ws://localhost:8080/relay","wss://b.example"],"more":1}"#);
        let expected = ["ws://localhost:8080/relay", "wss://b.example"];
        assert_eq!(relays, expected.map(RelayUrl::new));
    }

    #[test]
    fn what_is_no_address_is_left_out_and_one_server_is_named_once() {
        let relays = parse(
            r#"{"relays":["wss://","wss://me@a.example","wss://a b","WSS://A.example:443/",
                "wss://a.example","wss://b.example/#x"]}"#,
        );
        assert_eq!(relays, [RelayUrl::new("wss://a.example")]);
    }

    #[test]
    fn anything_but_a_list_of_servers_names_none() {
        for text in ["", "<!doctype html>", "[]", r#"{"relays":"wss://a.example"}"#] {
            assert_eq!(parse(text), []);
        }
        assert_eq!(parse(r#"{"relays":["https://a.example","javascript:alert(1)"]}"#), []);
        let many = (0..100).map(|n| format!("\"wss://{n}.example\"")).collect::<Vec<_>>().join(",");
        assert_eq!(parse(&format!("{{\"relays\":[{many}]}}")).len(), MOST_RELAYS);
    }
}
