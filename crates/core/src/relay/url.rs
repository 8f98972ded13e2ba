//! Addresses of relays, in the one form we compare and publish.

use http::Uri;
use thiserror::Error;
use zajil_api::RelayUrl;

/// As the profile bounds them.
const MAX_BYTES: usize = 512;

/// Why something is not the address of a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a server address starts with wss:// or ws:// and names a host")]
pub struct RelayUrlError;

/// Reads an address: `ws` or `wss`, a host, perhaps port and path; no user, no
/// fragment. Scheme and host come out in lower case, a default port and final
/// slashes are dropped. Without a scheme, `wss` is meant.
pub fn parse_relay_url(text: &str) -> Result<RelayUrl, RelayUrlError> {
    let text = text.trim();
    let with_scheme = match text.contains("://") {
        true => text.to_owned(),
        false => format!("wss://{text}"),
    };
    if with_scheme.len() > MAX_BYTES || with_scheme.contains(['#', '@']) {
        return Err(RelayUrlError);
    }
    let uri: Uri = with_scheme.parse().map_err(|_| RelayUrlError)?;
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Err(RelayUrlError);
    };
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "ws" => 80,
        "wss" => 443,
        _ => return Err(RelayUrlError),
    };
    // The parser leaves a port that is no number alone.
    let has_port = uri.authority().is_some_and(|all| all.as_str().len() > host.len());
    if !is_host(host) || has_port != uri.port_u16().is_some() {
        return Err(RelayUrlError);
    }
    let mut url = format!("{scheme}://{}", host.to_ascii_lowercase());
    if let Some(port) = uri.port_u16().filter(|port| *port != default_port) {
        url.push_str(&format!(":{port}"));
    }
    // With or without a final slash it is the same server.
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    // Others let any bytes through, among them what turns around the words beside it.
    if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(RelayUrlError);
    }
    url.push_str(path.trim_end_matches('/'));
    Ok(RelayUrl::new(url))
}

/// A name with letters, digits, dots and hyphens, or an address in brackets.
fn is_host(host: &str) -> bool {
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match inner {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && !host.starts_with(['.', '-'])
                && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Option<String> {
        parse_relay_url(text).ok().map(|url| url.as_str().to_owned())
    }

    #[test]
    fn one_relay_has_one_address() {
        for text in [
            "wss://Relay.Example",
            " wss://relay.example/ ",
            "relay.example:443",
            "WSS://relay.example:443/",
        ] {
            assert_eq!(parse(text).as_deref(), Some("wss://relay.example"), "{text}");
        }
        assert_eq!(
            parse("ws://localhost:8080/relay").as_deref(),
            Some("ws://localhost:8080/relay")
        );
        assert_eq!(
            parse("WS://LOCALHOST:8080/relay/").as_deref(),
            Some("ws://localhost:8080/relay")
        );
        assert_eq!(parse("ws://[::1]:7777").as_deref(), Some("ws://[::1]:7777"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "wss://",
            "https://relay.example",
            "wss://user@relay.example",
            "wss://a b",
            "wss://a#b",
            "javascript:alert(1)",
            "wss://..",
            "wss://<b>",
            "wss://relay.example/\u{202e}x",
            "wss://relay.example/?\u{80}",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&format!("wss://{}.example", "a".repeat(600))), None);
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_is_accepted_stays_the_same(text in "\\PC{0,80}") {
            if let Some(url) = parse(&text) {
                prop_assert_eq!(parse(&url), Some(url));
            }
        }
    }
}
