//! Addresses of servers: from links, from groups, from relay lists.

pub mod relay_url {
    use crate::Outcome;
    use zajil_core::relay::parse_relay_url;

    pub fn run(input: &[u8]) -> Outcome {
        let url = parse_relay_url(&String::from_utf8_lossy(input));
        if let Ok(url) = &url {
            let text = url.as_str();
            assert_eq!(parse_relay_url(text).as_ref(), Ok(url), "one server has one address");
            assert!(text.starts_with("wss://") || text.starts_with("ws://"), "{text:?}");
            assert!(!text.contains(|c: char| c.is_whitespace() || c.is_control()), "{text:?}");
        }
        Outcome::of(&url)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        [
            "wss://relay.example",
            "ws://localhost:8080/relay",
            " WSS://Relay.Example:443/ ",
            "relay.example/path?query=1",
            "ws://[::1]:7777/",
            "wss://192.0.2.1:65535/a/b//",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec()
    }
}
