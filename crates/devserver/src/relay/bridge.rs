//! Carries frames between one client's WebSocket and the relay behind.
//!
//! Three flows run side by side, and none of them waits for another: the relay must
//! always be able to speak, or its channel of new events overflows and it drops some
//! silently; and a client must not be able to hold it up. So answers wait in a queue of
//! bounded length. A client too slow for that is cut off: it then knows that it has to
//! ask again, which is better than a gap it knows nothing of.

use super::Limits;
use super::gate::{Gate, Verdict};
use super::store::Store;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use nostr_relay_builder::LocalRelay;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{DuplexStream, duplex};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as InnerMessage;
use tokio_tungstenite::tungstenite::protocol::Role;

/// A client whose network vanished never says goodbye: it is asked for a sign of life.
const PING: Duration = Duration::from_secs(30);
const PIPE: usize = 64 * 1024;

pub struct Bridge {
    pub inner: LocalRelay,
    pub store: Arc<Store>,
    pub peer: SocketAddr,
    pub limits: Limits,
    pub stopping: watch::Receiver<bool>,
}

type Inner = WebSocketStream<DuplexStream>;

impl Bridge {
    /// Returns when the client is gone, was cut off, or the server stops.
    pub async fn carry(self, socket: WebSocket) {
        let Self { inner, store, peer, limits, stopping } = self;
        let (near, far) = duplex(PIPE);
        let (to_client, from_client) = socket.split();
        let (queue, waiting) = mpsc::channel(limits.waiting_frames);
        let gate = Gate::new(limits, Instant::now());

        let relay = async { drop(inner.take_connection(far, peer).await) };
        let flows = async {
            let near = WebSocketStream::from_raw_socket(near, Role::Client, None).await;
            let (to_relay, from_relay) = near.split();
            tokio::select! {
                () = incoming(from_client, gate, to_relay, &queue) => {}
                () = outgoing(from_relay, &store, &queue) => {}
                () = writing(waiting, to_client, stopping) => {}
            }
        };
        let mut relay = pin!(relay);
        tokio::select! {
            () = &mut relay => return,
            () = flows => {}
        }
        // Its end of the pipe is closed. What it is writing down it also hands to the other
        // clients before it ends: cut short, nobody would hear of an event that it has.
        relay.await;
    }
}

/// Client to relay, past the gate.
async fn incoming(
    mut client: SplitStream<WebSocket>,
    mut gate: Gate,
    mut relay: SplitSink<Inner, InnerMessage>,
    queue: &mpsc::Sender<String>,
) {
    loop {
        // Anything counts as a sign of life, the answer to a ping too.
        let Ok(Some(Ok(message))) = tokio::time::timeout(2 * PING, client.next()).await else {
            return;
        };
        let sent = match message {
            Message::Text(text) => match gate.incoming(&text, Instant::now()) {
                Verdict::Pass => relay.send(InnerMessage::text(text.as_str())).await.is_ok(),
                Verdict::Refuse(answer) => queue.try_send(answer).is_ok(),
            },
            Message::Binary(_) => {
                let answer = r#"["NOTICE","invalid: messages are text"]"#;
                queue.try_send(answer.to_owned()).is_ok()
            }
            Message::Ping(_) | Message::Pong(_) => true,
            Message::Close(_) => false,
        };
        if !sent {
            return;
        }
    }
}

/// Relay to queue. Never waits for the client.
async fn outgoing(mut relay: SplitStream<Inner>, store: &Store, queue: &mpsc::Sender<String>) {
    while let Some(Ok(message)) = relay.next().await {
        let InnerMessage::Text(text) = message else { continue };
        let answer = || store.explain(&text).unwrap_or_else(|| text.as_str().to_owned());
        if Gate::outgoing(&text) && queue.try_send(answer()).is_err() {
            return;
        }
    }
}

/// Queue to client, and a ping now and then, which a browser answers by itself.
async fn writing(
    mut queue: mpsc::Receiver<String>,
    mut client: SplitSink<WebSocket, Message>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut ping = tokio::time::interval(PING);
    loop {
        let message = tokio::select! {
            () = stopped(&mut stopping) => {
                let farewell = CloseFrame { code: close_code::AWAY, reason: "restarting".into() };
                Message::Close(Some(farewell))
            }
            next = queue.recv() => match next {
                Some(text) => Message::Text(text.into()),
                None => return,
            },
            _ = ping.tick() => Message::Ping(Default::default()),
        };
        let last = matches!(message, Message::Close(_));
        if client.send(message).await.is_err() || last {
            return;
        }
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that the server is gone already.
    let _ = stopping.wait_for(|stop| *stop).await;
}
