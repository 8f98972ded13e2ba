//! The embedded relay: `nostr-relay-builder` on LMDB, behind a door of ours.
//!
//! The library speaks the protocol and keeps the events. Our side ends the WebSocket,
//! looks at each frame (`gate`), and hands on what may pass over an in-process stream
//! (`bridge`), so that the library sees one more client and needs no change. An event's
//! `OK` comes from the library after LMDB has synced it to disk.

mod bridge;
mod bucket;
mod doors;
mod gate;
mod info;
mod limits;
mod store;

pub use limits::Limits;

use crate::error::Fault;
use axum::Router;
use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use doors::Doors;
use nostr_relay_builder::LocalRelay;
use nostr_relay_builder::builder::{RateLimit, RelayBuilder};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::sync::watch;

pub struct Relay {
    inner: LocalRelay,
    store: Arc<Store>,
    doors: Doors,
    limits: Limits,
    stopping: watch::Receiver<bool>,
}

impl Relay {
    pub fn open(
        data: &Path,
        limits: Limits,
        stopping: watch::Receiver<bool>,
    ) -> Result<Self, Fault> {
        let path = data.join("relay");
        std::fs::create_dir_all(&path)
            .map_err(|source| Fault::File { path: path.clone(), source })?;
        let store =
            Store::open(&path).map_err(|error| Fault::Store { path, reason: error.to_string() })?;
        let store = Arc::new(store);
        let builder = RelayBuilder::default()
            .database(store.clone())
            // Speed is limited at the gate, for all kinds of messages alike.
            .rate_limit(RateLimit { max_reqs: limits.subscriptions, notes_per_minute: u32::MAX })
            .max_subid_length(limits.subscription_id)
            .max_filter_limit(limits.events_per_filter)
            .default_filter_limit(limits.events_per_filter);
        let doors = Doors::new(limits.connections, limits.connections_per_address);
        Ok(Self { inner: LocalRelay::new(builder), store, doors, limits, stopping })
    }

    /// Ready when every client is gone, or when they had long enough to go.
    pub async fn closed(&self) {
        // Too late is all that an error means; the process ends either way.
        let _ = tokio::time::timeout(Duration::from_secs(2), self.doors.empty()).await;
        self.inner.shutdown();
    }
}

/// The relay at `path`: a WebSocket, or its description for who asks for that.
pub fn route(path: &str, relay: Arc<Relay>) -> Router {
    Router::new().route(path, get(arrive)).with_state(relay)
}

async fn arrive(
    State(relay): State<Arc<Relay>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accept.is_some_and(|types| types.contains("application/nostr+json")) {
        return info::document(&relay.limits);
    }
    let Ok(upgrade) = upgrade else {
        let need = [(header::UPGRADE, "websocket"), (header::CONNECTION, "upgrade")];
        return (StatusCode::UPGRADE_REQUIRED, need, "A Nostr relay: connect with a WebSocket.\n")
            .into_response();
    };
    let address = client(peer, &headers);
    let Some(place) = relay.doors.enter(address) else {
        let later = [(header::RETRY_AFTER, "10")];
        return (StatusCode::SERVICE_UNAVAILABLE, later, "Too many connections.\n").into_response();
    };
    let hard = relay.limits.hard_frame_bytes();
    upgrade.max_message_size(hard).max_frame_size(hard).on_upgrade(async move |socket| {
        let bridge = bridge::Bridge {
            inner: relay.inner.clone(),
            store: relay.store.clone(),
            peer: SocketAddr::new(address, peer.port()),
            limits: relay.limits.clone(),
            stopping: relay.stopping.clone(),
        };
        bridge.carry(socket).await;
        drop(place);
    })
}

/// Who is connected. A proxy on this machine is believed about whom it speaks for; it
/// adds the address it saw at the end.
fn client(peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
    let told = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let last = told.and_then(|list| list.rsplit(',').next()?.trim().parse().ok());
    match last {
        Some(address) if peer.ip().is_loopback() => address,
        _ => peer.ip(),
    }
}
