//! The relay's description of itself (NIP-11).

use super::Limits;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

pub fn document(limits: &Limits) -> Response {
    let document = json!({
        "name": "Zajil",
        "description": "The relay that comes with Zajil.",
        "software": env!("CARGO_PKG_REPOSITORY"),
        "version": env!("CARGO_PKG_VERSION"),
        "supported_nips": [1, 9, 11, 40, 42, 45, 70, 77],
        "limitation": {
            "max_message_length": limits.frame_bytes,
            "max_content_length": limits.event_bytes,
            "max_subscriptions": limits.subscriptions,
            "max_subid_length": limits.subscription_id,
            "max_limit": limits.events_per_filter,
            "default_limit": limits.events_per_filter,
            "auth_required": false,
            "payment_required": false,
            "restricted_writes": false,
        },
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/nostr+json")),
        // The NIP asks for it: web clients of any origin may read this.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    (headers, document.to_string()).into_response()
}
