//! `/config.json`: the servers the app starts with, `{"relays": [...]}`.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Without a list of our own the answer names this very server's relay, under the
/// address by which the browser reached us.
pub fn answer(relays: Option<&[String]>, headers: &HeaderMap) -> Response {
    let relays = match relays {
        Some(relays) => relays.to_vec(),
        None => own_relay(headers).into_iter().collect(),
    };
    let body = json!({ "relays": relays }).to_string();
    let content = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // It depends on the Host header: nobody may keep it.
    let caching = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    ([content, caching], body).into_response()
}

fn own_relay(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text("host").filter(|host| is_host(host))?;
    // Set by a proxy that does TLS for us.
    let secure = text("x-forwarded-proto").is_some_and(|proto| proto.trim() == "https");
    Some(format!("{}://{host}/relay", if secure { "wss" } else { "ws" }))
}

/// A name or address, perhaps with a port: nothing that could mean more in a URL.
fn is_host(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay(pairs: &[(&'static str, &'static str)]) -> Option<String> {
        let pairs = pairs.iter().map(|(name, value)| {
            (header::HeaderName::from_static(name), HeaderValue::from_static(value))
        });
        own_relay(&pairs.collect())
    }

    #[test]
    fn the_relay_has_the_address_the_browser_used() {
        let local = relay(&[("host", "localhost:8080")]);
        assert_eq!(local.as_deref(), Some("ws://localhost:8080/relay"));
        let proxied = relay(&[("host", "zajil.example"), ("x-forwarded-proto", "https")]);
        assert_eq!(proxied.as_deref(), Some("wss://zajil.example/relay"));
    }

    #[test]
    fn a_host_that_is_none_yields_no_relay() {
        assert_eq!(relay(&[("host", "a/b?c")]), None);
        assert_eq!(relay(&[]), None);
    }
}
