//! A real server on a free port, an HTTP client, and a WebSocket client.

#![allow(dead_code, reason = "each test file uses its part")]

use futures::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use nostr::{ClientMessage, Event, EventBuilder, JsonUtil, Keys, Kind, Tag};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use zajil_devserver::{Config, Fault, Limits, Server};

pub struct Running {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), Fault>>,
}

impl Running {
    pub async fn start(config: Config) -> Self {
        let server = Server::open(config).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let until = async move { drop(stopped.await) };
        let task = tokio::spawn(async move { server.serve(vec![listener], until).await });
        Self { address, stop, task }
    }

    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(5), self.task).await;
        ended.expect("stops in time").unwrap().unwrap();
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.request("GET", path, headers).await
    }

    pub async fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let io = TokioIo::new(stream);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", self.address.to_string());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Empty::<Bytes>::new()).unwrap();
        let response = sender.send_request(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: head.status, headers: head.headers, body }
    }

    pub async fn connect(&self, path: &str) -> Client {
        Client(connect_async(format!("ws://{}{path}", self.address)).await.unwrap().0)
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub struct Client(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    pub async fn say(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.unwrap();
    }

    /// The next message of the relay.
    pub async fn hear(&mut self) -> Value {
        loop {
            match self.next().await {
                Some(Message::Text(text)) => return serde_json::from_str(&text).unwrap(),
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("the connection ended: {other:?}"),
            }
        }
    }

    pub async fn next(&mut self) -> Option<Message> {
        let next = tokio::time::timeout(Duration::from_secs(5), self.0.next()).await;
        next.expect("an answer in time").and_then(Result::ok)
    }

    pub async fn publish(&mut self, event: &Event) -> Value {
        self.say(ClientMessage::event(event.clone()).as_json()).await;
        self.hear().await
    }

    /// The stored events that match, up to `EOSE`.
    pub async fn stored(&mut self, filter: &str) -> Vec<Value> {
        self.say(format!("[\"REQ\",\"s\",{filter}]")).await;
        let mut events = Vec::new();
        loop {
            let message = self.hear().await;
            match message[0].as_str().unwrap() {
                "EVENT" => events.push(message[2].clone()),
                "EOSE" => return events,
                other => panic!("unexpected {other}: {message}"),
            }
        }
    }
}

pub fn note(content: &str, tags: Vec<Tag>) -> Event {
    let note = EventBuilder::new(Kind::from(445), content).tags(tags);
    note.sign_with_keys(&Keys::generate()).unwrap()
}

/// The relay alone, its events in `data`.
pub fn relay(data: &Path) -> Config {
    Config { dist: None, data: data.to_owned(), relays: None, limits: Limits::default() }
}

/// A small app as the build leaves it, and a server's configuration for it.
pub fn app(folder: &TempDir) -> Config {
    let dist = folder.path().join("dist");
    std::fs::create_dir_all(dist.join("icons")).unwrap();
    let script = "export const text = 'the same again and again';\n".repeat(50);
    let mut packed = Vec::new();
    let best = brotli::enc::BrotliEncoderParams::default();
    brotli::BrotliCompress(&mut script.as_bytes(), &mut packed, &best).unwrap();
    for (name, bytes) in [
        ("index.html", b"<!doctype html><title>Zajil</title>".as_slice()),
        ("boot-0123456789abcdef.js", script.as_bytes()),
        ("boot-0123456789abcdef.js.br", &packed),
        ("boot-0123456789abcdef.js.gz", b"(gzip)"),
        ("zajil_bg-0123456789abcdef.wasm", b"\0asm"),
        ("icons/icon.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        (".stamp", b"hidden"),
    ] {
        std::fs::write(dist.join(name), bytes).unwrap();
    }
    Config { dist: Some(dist), ..relay(&folder.path().join("data")) }
}
