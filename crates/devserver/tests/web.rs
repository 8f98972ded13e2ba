//! What a browser gets: files, headers, the list of servers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

mod common;

use common::{Running, app};
use hyper::StatusCode;
use tempfile::TempDir;

const SCRIPT: &str = "/boot-0123456789abcdef.js";

async fn start() -> (Running, TempDir) {
    let folder = TempDir::new().unwrap();
    (Running::start(app(&folder)).await, folder)
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let (server, _folder) = start().await;
    let page = server.get("/", &[]).await;
    let tag = page.header("etag").to_owned();
    let answers = [
        page,
        server.get("/", &[("if-none-match", &tag)]).await,
        server.get("/missing", &[]).await,
        server.request("POST", "/", &[]).await,
        server.get("/config.json", &[]).await,
        server.request("POST", "/config.json", &[]).await,
        server.get("/relay", &[]).await,
        server.get("/relay", &[("upgrade", "websocket"), ("connection", "upgrade")]).await,
        server.get("/relay", &[("accept", "application/nostr+json")]).await,
    ];
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses, [200, 304, 404, 405, 200, 405, 426, 426, 200]);
    for answer in answers {
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            // Servers, and what they say about themselves; plain http on this machine only.
            "connect-src 'self' ws: wss: https: http://localhost:* http://127.0.0.1:*",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types default",
        ] {
            assert!(policy.split("; ").any(|p| p == part), "{} lacks {part}", answer.status);
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        assert!(answer.header("permissions-policy").contains("geolocation=()"));
    }
}

#[tokio::test]
async fn a_file_comes_in_the_smallest_form_the_browser_takes() {
    let (server, _folder) = start().await;
    let plain = server.get(SCRIPT, &[]).await;
    assert_eq!(plain.header("content-encoding"), "");
    let brotli = server.get(SCRIPT, &[("accept-encoding", "gzip, deflate, br, zstd")]).await;
    assert_eq!(brotli.header("content-encoding"), "br");
    let mut unpacked = Vec::new();
    brotli::BrotliDecompress(&mut brotli.body.as_ref(), &mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body);
    let gzip = server.get(SCRIPT, &[("accept-encoding", "gzip")]).await;
    assert_eq!((gzip.header("content-encoding"), gzip.body.as_ref()), ("gzip", b"(gzip)".as_ref()));
    for answer in [plain, brotli, gzip] {
        assert_eq!(answer.header("vary"), "accept-encoding");
        assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(answer.header("content-length"), answer.body.len().to_string());
    }
}

#[tokio::test]
async fn named_by_content_is_kept_for_ever_and_the_rest_is_asked_for_again() {
    let (server, _folder) = start().await;
    for path in [SCRIPT, "/zajil_bg-0123456789abcdef.wasm"] {
        let caching = server.get(path, &[]).await.header("cache-control").to_owned();
        assert_eq!(caching, "public, max-age=31536000, immutable");
    }
    for path in ["/", "/index.html", "/icons/icon.svg"] {
        let first = server.get(path, &[]).await;
        assert_eq!(first.header("cache-control"), "no-cache");
        let again = server.get(path, &[("if-none-match", first.header("etag"))]).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
        let other = server.get(path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!((other.status, other.body), (StatusCode::OK, first.body));
    }
}

#[tokio::test]
async fn modules_come_with_the_type_that_streaming_compilation_asks_for() {
    let (server, _folder) = start().await;
    let module = server.get("/zajil_bg-0123456789abcdef.wasm", &[]).await;
    assert_eq!(module.header("content-type"), "application/wasm");
}

#[tokio::test]
async fn only_what_the_build_left_can_be_had() {
    let (server, folder) = start().await;
    std::fs::write(folder.path().join("secret"), "x").unwrap();
    std::fs::write(folder.path().join("dist").join("later.txt"), "x").unwrap();
    for path in ["/../secret", "/%2e%2e/secret", "//secret", "/.stamp", "/later.txt", "/icons/"] {
        assert_eq!(server.get(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let head = server.request("HEAD", "/", &[]).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn the_app_is_told_of_this_relay_unless_others_are_named() {
    let (server, folder) = start().await;
    let own = server.get("/config.json", &[("host", "localhost:8080")]).await;
    assert_eq!(own.json(), serde_json::json!({ "relays": ["ws://localhost:8080/relay"] }));
    assert_eq!(own.header("cache-control"), "no-store");
    let tls = [("host", "zajil.example"), ("x-forwarded-proto", "https")];
    let proxied = server.get("/config.json", &tls).await;
    assert_eq!(proxied.json()["relays"][0], "wss://zajil.example/relay");
    server.stop().await;

    let relays = vec!["wss://one.example".to_owned(), "wss://two.example".to_owned()];
    let other = Running::start(common_with(&folder, relays.clone())).await;
    let named = other.get("/config.json", &[]).await;
    assert_eq!(named.json(), serde_json::json!({ "relays": relays }));
}

fn common_with(folder: &TempDir, relays: Vec<String>) -> zajil_devserver::Config {
    zajil_devserver::Config { relays: Some(relays), ..app(folder) }
}
