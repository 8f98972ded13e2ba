//! What a server says about itself (NIP-11), fetched beside its socket.

use super::scope::scope;
use crate::{Arrival, Mouth};
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Reflect, Uint8Array};
use std::pin::pin;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, AbortSignal, ReadableStreamDefaultReader, Request, RequestCredentials,
    RequestInit, RequestRedirect, Response,
};
use zajil_api::RelayUrl;
use zajil_core::engine::Input;

const PATIENCE_MS: u32 = 3_000;
const LONGEST_DOCUMENT: usize = 16 << 10;

/// Drops [`Input::RelayInfo`] into `mouth`, with no document where there is none, where
/// the server does not let web pages read it, or where it is slow or long.
pub fn fetch_info(relay: RelayUrl, mouth: Mouth) {
    spawn_local(async move {
        let document = fetch_in_time(&relay).await;
        // Only frames are ever refused.
        let _ = mouth.drop_in(Arrival::Said(Input::RelayInfo { relay, document }));
    });
}

async fn fetch_in_time(relay: &RelayUrl) -> Option<String> {
    // `ws` and `wss` become `http` and `https`.
    let address = format!("http{}", relay.as_str().strip_prefix("ws")?);
    let abort = AbortController::new().ok()?;
    let signal = abort.signal();
    let answer = pin!(fetch(&address, &signal));
    let patience = pin!(TimeoutFuture::new(PATIENCE_MS));
    let document = match select(answer, patience).await {
        Either::Left((answer, _)) => answer.ok().flatten(),
        Either::Right(_) => None,
    };
    // Whatever is still on its way is not wanted.
    abort.abort();
    document
}

/// `None` when the document is too long or no text.
async fn fetch(address: &str, signal: &AbortSignal) -> Result<Option<String>, JsValue> {
    let how = RequestInit::new();
    how.set_signal(Some(signal));
    how.set_credentials(RequestCredentials::Omit);
    how.set_redirect(RequestRedirect::Error);
    let request = Request::new_with_str_and_init(address, &how)?;
    request.headers().set("accept", "application/nostr+json")?;
    let response = JsFuture::from(scope().fetch_with_request(&request)).await?;
    let response: Response = response.dyn_into()?;
    let Some(body) = response.body().filter(|_| response.ok()) else { return Ok(None) };
    let reader: ReadableStreamDefaultReader = body.get_reader().dyn_into()?;
    let mut bytes = Vec::new();
    loop {
        let piece = JsFuture::from(reader.read()).await?;
        if Reflect::get(&piece, &"done".into())?.is_truthy() {
            return Ok(String::from_utf8(bytes).ok());
        }
        let piece: Uint8Array = Reflect::get(&piece, &"value".into())?.dyn_into()?;
        if bytes.len() + piece.length() as usize > LONGEST_DOCUMENT {
            return Ok(None);
        }
        bytes.extend(piece.to_vec());
    }
}
