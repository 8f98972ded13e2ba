//! The page: where its files are, what it may load, and nothing inline.

use super::Names;
use super::stage::Stage;
use crate::error::{Failure, Result};

/// One directive a line; the server sends the same text as a header.
const POLICY: &str = include_str!("../../../devserver/src/policy.txt");
const MARKER: &str = "<!-- zajil:head -->";
const STYLE: &str = "www/style/main.css";

pub fn write(stage: &Stage, names: &Names) -> Result<()> {
    let page = outsourced(stage, stage.read_text("index.html")?)?;
    if !page.contains(MARKER) || !page.contains(STYLE) {
        return Err(Failure::Build(format!("index.html lost '{MARKER}' or '{STYLE}'.")));
    }
    let head = head(names);
    // The policy must stand before anything it applies to.
    let page = page.replace(MARKER, &head).replace(STYLE, &names.style).replacen(
        "<meta charset=\"utf-8\">",
        &format!("<meta charset=\"utf-8\">\n{}", policy()),
        1,
    );
    let page = tidy(&page);
    refuse_inline(&page)?;
    stage.write("index.html", page.as_bytes())
}

/// Both modules start downloading with the page, side by side.
fn head(names: &Names) -> String {
    let Names { app_script, app_module, worker, worker_module, worker_script, boot, .. } = names;
    let fetched = "as=\"fetch\" type=\"application/wasm\" crossorigin";
    format!(
        "<link rel=\"preload\" href=\"{app_module}\" {fetched}>\n\
         <link rel=\"modulepreload\" href=\"{app_script}\">\n\
         <script type=\"module\" src=\"{boot}\"></script>\n\
         <link rel=\"modulepreload\" href=\"{worker}\" id=\"zajil-worker\">\n\
         <link rel=\"modulepreload\" href=\"{worker_script}\">\n\
         <link rel=\"preload\" href=\"{worker_module}\" {fetched}>"
    )
}

/// For a plain static host that sends no headers. A page cannot say from inside who
/// may frame it, so that directive is the server's alone.
fn policy() -> String {
    let lines = POLICY.lines().filter(|line| !line.starts_with("frame-ancestors"));
    let policy = lines.collect::<Vec<_>>().join("; ");
    format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">")
}

/// `trunk serve` adds a reloading script to the page: it moves to a file. Trunk would fill
/// in its own address while serving the page; the file finds it out by itself.
fn outsourced(stage: &Stage, mut page: String) -> Result<String> {
    while let Some((before, code, after)) = inline_script(&page) {
        let code = code
            .replace("'{{__TRUNK_ADDRESS__}}'", "location.host")
            .replace("{{__TRUNK_WS_BASE__}}", "/");
        let name = stage.add("reload.js", code.as_bytes())?;
        page = format!("{before}<script src=\"{name}\"></script>{after}");
    }
    Ok(page)
}

/// The first script with text of its own: what is before it, the text, what is after.
fn inline_script(page: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let at = from + page.get(from..)?.find("<script")?;
        let (before, tag) = page.split_at(at);
        let (_, inside) = tag.split_once('>')?;
        let (code, after) = inside.split_once("</script>")?;
        if !code.trim().is_empty() {
            return Some((before, code, after));
        }
        from = page.len() - after.len();
    }
}

/// Comments, indentation and empty lines are for readers of the source, and the lines
/// with `data-trunk` for Trunk.
fn tidy(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("<!--") {
        out.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    let lines = out
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.contains(" data-trunk "));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// A page with an inline script or style would be broken by its own policy.
pub fn refuse_inline(page: &str) -> Result<()> {
    let lower = page.to_ascii_lowercase();
    let style = lower.contains("<style") || lower.contains(" style=");
    let handler = lower
        .split(" on")
        .skip(1)
        .filter_map(|after| after.split_once('='))
        .any(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase()));
    if style || handler || lower.contains("javascript:") || inline_script(&lower).is_some() {
        return Err(Failure::Build(
            "The page holds an inline script or style, which its policy forbids.".to_owned(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_styles_and_handlers_are_refused() {
        for bad in [
            "<script>x()</script>",
            "<script src=\"a.js\"></script><SCRIPT type=\"module\">x()</SCRIPT>",
            "<style>a{}</style>",
            "<p style=\"a\">",
            "<p onclick=\"a\">",
            "<a href=\"javascript:x\">",
        ] {
            assert!(refuse_inline(bad).is_err(), "{bad}");
        }
        refuse_inline("<script src=\"a.js\"></script><p class=\"on\">on = off</p>").unwrap();
    }

    #[test]
    fn the_policy_in_the_page_leaves_out_what_only_a_header_can_say() {
        let policy = policy();
        assert!(policy.contains("default-src 'none'; script-src 'self'"));
        assert!(!policy.contains("frame-ancestors"));
    }
}
