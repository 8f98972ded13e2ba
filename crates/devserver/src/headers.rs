//! The headers that every answer carries, whatever it is.

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

/// One directive a line; the build puts the same text into the page itself.
const POLICY: &str = include_str!("policy.txt");

/// Features of the platform that the app does not use, so no script may either.
const UNUSED_FEATURES: &[&str] = &[
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
];

#[derive(Clone)]
pub struct SecurityHeaders(Vec<(HeaderName, HeaderValue)>);

impl SecurityHeaders {
    pub fn new() -> Self {
        let policy = POLICY.lines().collect::<Vec<_>>().join("; ");
        let features: Vec<_> = UNUSED_FEATURES.iter().map(|name| format!("{name}=()")).collect();
        let headers = [
            ("content-security-policy", policy),
            ("permissions-policy", features.join(", ")),
            ("x-content-type-options", "nosniff".to_owned()),
            ("referrer-policy", "no-referrer".to_owned()),
            ("cross-origin-opener-policy", "same-origin".to_owned()),
            ("cross-origin-resource-policy", "same-origin".to_owned()),
        ];
        let valid = headers.into_iter().filter_map(|(name, value)| {
            Some((HeaderName::from_static(name), HeaderValue::try_from(value).ok()?))
        });
        Self(valid.collect())
    }

    pub fn add(&self, response: &mut Response) {
        for (name, value) in &self.0 {
            response.headers_mut().insert(name, value.clone());
        }
    }
}
