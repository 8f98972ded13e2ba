//! The built app, held in memory: a few megabytes, read once.
//!
//! From memory because then a request can name only what was there at the start: no
//! path it contains ever reaches the file system.

use crate::encoding::Encoding;
use crate::error::Fault;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

pub struct Assets(HashMap<String, Asset>);

struct Asset {
    /// Smallest first; the plain one, which everybody takes, is last.
    forms: Vec<(Encoding, Bytes)>,
    content_type: &'static str,
    digest: String,
    /// Its name is made from its content, so the two never part.
    immutable: bool,
}

impl Assets {
    pub fn load(dist: &Path) -> Result<Self, Fault> {
        let mut assets = HashMap::new();
        for path in files(dist)? {
            let relative = path.strip_prefix(dist).unwrap_or(&path);
            let name = relative.to_string_lossy().replace('\\', "/");
            if name.starts_with('.') || name.ends_with(".br") || name.ends_with(".gz") {
                continue;
            }
            assets.insert(format!("/{name}"), Asset::load(&path, &name)?);
        }
        match assets.contains_key("/index.html") {
            true => Ok(Self(assets)),
            false => Err(Fault::NoApp { path: dist.to_owned() }),
        }
    }

    pub fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response {
        if method != Method::GET && method != Method::HEAD {
            let allow = [(header::ALLOW, "GET, HEAD")];
            return (StatusCode::METHOD_NOT_ALLOWED, allow, "Only GET and HEAD.\n").into_response();
        }
        // Addresses within the app are in the fragment, so every unknown path is a mistake.
        match self.0.get(if path == "/" { "/index.html" } else { path }) {
            Some(asset) => asset.answer(headers),
            None => (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response(),
        }
    }
}

impl Asset {
    fn load(path: &Path, name: &str) -> Result<Self, Fault> {
        let plain = read(path)?;
        let mut forms = Vec::new();
        for (encoding, ending) in [(Encoding::Brotli, "br"), (Encoding::Gzip, "gz")] {
            let packed = PathBuf::from(format!("{}.{ending}", path.display()));
            if packed.is_file() {
                forms.push((encoding, read(&packed)?));
            }
        }
        let mut digest = hex::encode(Sha256::digest(&plain));
        digest.truncate(32);
        forms.push((Encoding::Plain, plain));
        Ok(Self { forms, content_type: content_type(name), digest, immutable: is_digested(name) })
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
        let accept = text(header::ACCEPT_ENCODING).unwrap_or_default();
        let Some((encoding, bytes)) = self.forms.iter().find(|(e, _)| e.accepted(accept)) else {
            return StatusCode::NOT_ACCEPTABLE.into_response();
        };
        let tag = format!("\"{}-{}\"", self.digest, encoding.name().unwrap_or("plain"));
        let known = text(header::IF_NONE_MATCH).is_some_and(|tags| {
            tags.split(',').any(|t| t.trim().trim_start_matches("W/") == tag || t.trim() == "*")
        });
        let mut response = match known {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => Body::from(bytes.clone()).into_response(),
        };
        let out = response.headers_mut();
        let caching = match self.immutable {
            true => "public, max-age=31536000, immutable",
            false => "no-cache",
        };
        out.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Ok(tag) = HeaderValue::try_from(tag) {
            out.insert(header::ETAG, tag);
        }
        if !known {
            out.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
            if let Some(name) = encoding.name() {
                out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
            }
        }
        response
    }
}

fn read(path: &Path) -> Result<Bytes, Fault> {
    fs::read(path).map(Bytes::from).map_err(|source| Fault::File { path: path.to_owned(), source })
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let fault = |source| Fault::File { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        match path.is_dir() {
            true => files.extend(self::files(&path)?),
            false => files.push(path),
        }
    }
    Ok(files)
}

/// `name-0123456789abcdef.ext`, as the build writes them.
fn is_digested(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.rsplit_once('-').is_some_and(|(_, digest)| {
        digest.len() == 16
            && digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_digest_are_kept_for_ever() {
        assert!(is_digested("zajil-0123456789abcdef.js"));
        assert!(is_digested("zajil_bg-0123456789abcdef.wasm"));
        assert!(!is_digested("index.html"));
        assert!(!is_digested("apple-touch-icon.png"));
        assert!(!is_digested("zajil-0123456789ABCDEF.js"));
    }
}
