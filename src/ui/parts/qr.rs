use crate::ui::words::say;
use leptos::prelude::*;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// The light border that readers need, in modules.
const QUIET: usize = 4;

/// Pixels a module, so that a camera tells them apart from a little way off.
const MODULE: usize = 4;

/// A text as a QR code: one path, dark on light in both themes, because many
/// readers refuse the inverse.
#[component]
pub fn Qr(#[prop(into)] text: Signal<String>, label: &'static str) -> impl IntoView {
    move || {
        drawing(&text.get()).map(|(side, path)| {
            view! {
                <svg class="qr" width=side * MODULE role="img" aria-label=say(label) viewBox=format!("0 0 {side} {side}") shape-rendering="crispEdges">
                    <path d=path></path>
                </svg>
            }
        })
    }
}

/// The side in modules and the dark ones as a path; `None` when the text is too long.
fn drawing(text: &str) -> Option<(usize, String)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                // Writing to a string cannot fail.
                let _ =
                    write!(path, "M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len());
            }
            x += run.len();
        }
    }
    Some((width + 2 * QUIET, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_one_path_with_its_finder_patterns() {
        let (side, path) = drawing("https://zajil.example/#/i/abc").unwrap();
        assert!(side > 2 * QUIET + 20);
        assert!(path.starts_with("M4 4h7v1h-7z"), "the first finder pattern's edge");
    }

    #[test]
    fn what_no_code_can_hold_is_no_panic() {
        assert_eq!(drawing(&"x".repeat(4_000)), None);
    }
}
