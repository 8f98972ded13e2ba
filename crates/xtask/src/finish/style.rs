//! One style sheet from many: `@import` is resolved here, not by a chain of requests.
//!
//! Fonts and pictures that a sheet names get lasting names too.

use super::stage::Stage;
use crate::error::{Failure, Result};
use std::fs;
use std::path::Path;

pub fn bundle(stage: &Stage, main: &Path) -> Result<String> {
    let text = sheet(stage, main)?;
    stage.add("main.css", text.as_bytes())
}

/// One sheet with its imports in their places. Understood are
/// `@import "file.css";` and `@import "file.css" layer(name);`, alone on a line.
fn sheet(stage: &Stage, path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).map_err(Failure::file(path))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut out = String::with_capacity(text.len());
    for line in without_comments(&text).lines().map(str::trim).filter(|line| !line.is_empty()) {
        match import(line) {
            None => out.push_str(&with_named_urls(stage, folder, line)?),
            Some((file, None)) => out.push_str(&sheet(stage, &folder.join(file))?),
            Some((file, Some(layer))) => {
                let inner = sheet(stage, &folder.join(file))?;
                out.push_str(&format!("@layer {layer}{{\n{inner}}}"));
            }
        }
        out.push('\n');
    }
    Ok(out)
}

fn import(line: &str) -> Option<(&str, Option<&str>)> {
    let rest = line.strip_prefix("@import")?.trim().strip_suffix(';')?;
    let rest = rest.strip_prefix("url(").unwrap_or(rest);
    let (file, condition) = rest.strip_prefix('"')?.split_once('"')?;
    let layer = condition.split_once("layer(").and_then(|(_, rest)| rest.split(')').next());
    Some((file, layer))
}

/// Comments are for readers of the source.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out + rest
}

/// `url("../fonts/a.woff2")` becomes the lasting name of that file's copy.
fn with_named_urls(stage: &Stage, folder: &Path, line: &str) -> Result<String> {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("url(\"") {
        let Some((target, after)) = after.split_once("\")") else { break };
        out.push_str(before);
        rest = after;
        if target.contains(':') || target.starts_with('#') {
            out.push_str(&format!("url(\"{target}\")"));
            continue;
        }
        let path = folder.join(target);
        let bytes = fs::read(&path).map_err(Failure::file(&path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        out.push_str(&format!("url(\"{}\")", stage.add(&name, &bytes)?));
    }
    Ok(out + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_recognised_with_and_without_a_layer() {
        assert_eq!(import("@import \"a.css\";"), Some(("a.css", None)));
        assert_eq!(import("@import url(\"a.css\") layer(base);"), Some(("a.css", Some("base"))));
        assert_eq!(import("body { color: red }"), None);
    }

    #[test]
    fn comments_vanish_wherever_they_stand() {
        assert_eq!(without_comments("a/* x */b{}/* y\n */c"), "ab{}c");
    }
}
