//! The markup that the compiled app itself contains: what Trusted Types lets through.
//!
//! Leptos turns each static subtree of a view into one string constant and builds it
//! with `innerHTML`. These constants lie in the module's data, one after the other
//! without separators, each a complete element. So every complete element that starts
//! in the data is collected, the outermost ones only. What is collected is text that
//! the compiler wrote, nothing else; were one missed, the page would refuse to draw it
//! and the browser tests would fail.

use crate::error::{Failure, Result};
use std::collections::BTreeSet;

/// Elements that have no end tag (HTML standard, section 13.1.2).
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

pub fn elements(module: &[u8]) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut rest = module;
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        let (_, from) = rest.split_at(at);
        let end = element(from);
        let (text, after) = from.split_at(end.unwrap_or(1));
        rest = after;
        if let (Some(_), Ok(text)) = (end, std::str::from_utf8(text)) {
            check(text)?;
            found.insert(text.to_owned());
        }
    }
    Ok(found)
}

/// What the page's policy would refuse anyway fails the build, with the reason.
fn check(text: &str) -> Result<()> {
    let lower = text.to_ascii_lowercase();
    let refused = ["<script", "<style", "<iframe", "<object", "<embed", "<base", " style=", " on"];
    match refused.iter().find(|start| match **start {
        " on" => lower.split(" on").skip(1).any(is_handler),
        start => lower.contains(start),
    }) {
        None => Ok(()),
        Some(what) => Err(Failure::Build(format!(
            "A view contains '{}…', which the content security policy forbids: {text}",
            what.trim()
        ))),
    }
}

/// Whether what follows ` on` makes it an event handler's attribute, `click="`.
fn is_handler(after: &str) -> bool {
    after.split_once("=\"").is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase())
    })
}

/// The length of the complete element at the start of `bytes`, if there is one.
fn element(bytes: &[u8]) -> Option<usize> {
    let mut open: Vec<&[u8]> = Vec::new();
    let mut at = 0;
    loop {
        let rest = bytes.get(at..)?;
        if let Some(close) = rest.strip_prefix(b"</") {
            let name = name(close);
            if open.pop()? != name || close.get(name.len()) != Some(&b'>') {
                return None;
            }
            at += 2 + name.len() + 1;
        } else if rest.starts_with(b"<!") {
            at += 1 + rest.iter().position(|byte| *byte == b'>')?;
        } else if let Some(start) = rest.strip_prefix(b"<") {
            let name = name(start);
            let length = tag(start)?;
            let closed = start.get(..length)?.ends_with(b"/");
            if !closed && !VOID.iter().any(|void| void.as_bytes() == name) {
                open.push(name);
            }
            at += 1 + length + 1;
        } else {
            let byte = *rest.first()?;
            if byte.is_ascii_control() && byte != b'\n' && byte != b'\t' {
                return None;
            }
            at += 1;
        }
        if open.is_empty() {
            return Some(at);
        }
    }
}

/// The name a tag starts with; empty when none does.
fn name(bytes: &[u8]) -> &[u8] {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let length = bytes.iter().position(|byte| !part(byte)).unwrap_or(bytes.len());
    bytes.get(..length).unwrap_or_default()
}

/// The length of a start tag's inside, up to its `>`, which quotes may contain as well.
fn tag(bytes: &[u8]) -> Option<usize> {
    if !bytes.first()?.is_ascii_lowercase() {
        return None;
    }
    let mut quoted = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(at),
            b'<' if !quoted => return None,
            byte if byte.is_ascii_control() && *byte != b'\n' => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        elements(text.as_bytes()).unwrap().into_iter().collect()
    }

    #[test]
    fn whole_elements_are_found_between_other_constants() {
        let data =
            "panicked<p class=\"a > b\">Hi<br>there</p>src/x.rs<svg><path d=\"M0\"/></svg>\0";
        assert_eq!(
            found(data),
            ["<p class=\"a > b\">Hi<br>there</p>", "<svg><path d=\"M0\"/></svg>"]
        );
    }

    #[test]
    fn neighbours_stay_apart_and_inner_elements_are_not_listed() {
        assert_eq!(found("<p><b>x</b></p><p>y</p>"), ["<p><b>x</b></p>", "<p>y</p>"]);
    }

    #[test]
    fn what_only_looks_like_markup_is_left() {
        assert!(found("<T as Display><div><p></div>a<b<c></d><p>\u{1}</p><p").is_empty());
    }

    #[test]
    fn markup_the_policy_forbids_stops_the_build() {
        for text in [
            "<p style=\"x\"></p>",
            "<div><script></script></div>",
            "<a onclick=\"x\"></a>",
            "<iframe></iframe>",
        ] {
            assert!(elements(text.as_bytes()).is_err(), "{text}");
        }
        assert!(elements(b"<p>come on = \"x\" onto</p>").is_ok());
    }
}
