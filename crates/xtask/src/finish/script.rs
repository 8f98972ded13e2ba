//! The small scripts around the two modules: named, and pointed at each other.

use super::stage::Stage;
use crate::error::{Failure, Result};
use std::fs;
use std::path::Path;

/// Names the glue that wasm-bindgen wrote, pointing it at its module's lasting name.
pub fn glue(stage: &Stage, name: &str, module: &str, named_module: &str) -> Result<String> {
    let text = stage.read_text(name)?.replace(module, named_module);
    stage.remove(name)?;
    stage.add(name, squeezed(&text).as_bytes())
}

/// Without indentation and comments, which wasm-bindgen puts on lines of their own: a tenth
/// of what is sent. It writes no text that goes over several lines.
fn squeezed(text: &str) -> String {
    let mut in_comment = false;
    let kept = text.lines().map(str::trim).filter(|line| {
        in_comment |= line.starts_with("/**");
        let is_comment = in_comment || line.starts_with("//");
        in_comment &= !line.ends_with("*/");
        !is_comment && !line.is_empty()
    });
    kept.flat_map(|line| [line, "\n"]).collect()
}

/// Names one of our own scripts, with its blanks filled in; a blank left over is a fault.
pub fn fill(stage: &Stage, path: &Path, blanks: &[(&str, &str)]) -> Result<String> {
    let mut text = fs::read_to_string(path).map_err(Failure::file(path))?;
    for (blank, value) in blanks {
        if !text.contains(blank) {
            return Err(Failure::Build(format!("{} has no {blank}.", path.display())));
        }
        text = text.replace(blank, value);
    }
    let text = without_comments(&text);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    stage.add(&name, text.as_bytes())
}

/// Our scripts keep comments on lines of their own, for readers of the source only.
fn without_comments(text: &str) -> String {
    let kept = text.lines().filter(|line| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with("//")
    });
    kept.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glue_keeps_its_code_alone() {
        let text = "    a();\n\n    /**\n     * @returns {number}\n     */\n    b('// c');\n/** d */\n// e\nf();\n";
        assert_eq!(squeezed(text), "a();\nb('// c');\nf();\n");
    }

    #[test]
    fn only_whole_comment_lines_go() {
        let text = "// why\nlet a = 'x // y';\n\n  // more\n  b();\n";
        assert_eq!(without_comments(text), "let a = 'x // y';\n  b();\n");
    }
}
