//! The names by which a module imports its glue: numbers in place of wasm-bindgen's digests.
//!
//! Each such name ends in 16 hexadecimal digits that tell apart what different versions of a crate
//! import, which no compression shortens. Both files are of one build, so a number does as well. It
//! has as many digits, so nothing in the module moves.

use super::stage::Stage;
use crate::error::Result;
use std::collections::BTreeSet;

const START: &str = "__wbg_";
const DIGITS: usize = 16;

/// Renumbers what `module` imports from `glue`, in both.
pub fn renumber(stage: &Stage, glue: &str, module: &str) -> Result<()> {
    let (text, bytes) = renumbered(&stage.read_text(glue)?, stage.read(module)?);
    stage.write(glue, text.as_bytes())?;
    stage.write(module, &bytes)
}

fn renumbered(glue: &str, mut bytes: Vec<u8>) -> (String, Vec<u8>) {
    let mut text = glue.to_owned();
    for (number, name) in names(glue).into_iter().enumerate() {
        let Some((stem, _)) = name.rsplit_once('_') else { continue };
        let short = format!("{stem}_{number:0DIGITS$}");
        let places: Vec<usize> = bytes
            .windows(name.len())
            .enumerate()
            .filter_map(|(at, window)| (window == name.as_bytes()).then_some(at))
            .collect();
        for at in places {
            bytes.splice(at..at + name.len(), short.bytes());
        }
        text = text.replace(name, &short);
    }
    (text, bytes)
}

/// Every name in the glue that ends in a digest.
fn names(glue: &str) -> BTreeSet<&str> {
    let words = glue.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with(START) && ends_in_digest(word)).collect()
}

fn ends_in_digest(word: &str) -> bool {
    word.rsplit_once('_').is_some_and(|(_, digest)| {
        digest.len() == DIGITS && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = "{ __wbg_new_0123456789abcdef: f, __wbg_new_fedcba9876543210: g,
        __wbg_ptr: h, __wbindgen_malloc: i, a: __wbg_new_0123456789abcdef }";

    #[test]
    fn digests_become_numbers_in_both_files() {
        let module = b"\0asm__wbg_new_fedcba9876543210\x01__wbg_new_0123456789abcdef\x02__wbg_ptr";
        let (text, bytes) = renumbered(GLUE, module.to_vec());
        assert_eq!(
            text,
            "{ __wbg_new_0000000000000000: f, __wbg_new_0000000000000001: g,
        __wbg_ptr: h, __wbindgen_malloc: i, a: __wbg_new_0000000000000000 }"
        );
        assert_eq!(
            bytes,
            b"\0asm__wbg_new_0000000000000001\x01__wbg_new_0000000000000000\x02__wbg_ptr"
        );
    }
}
