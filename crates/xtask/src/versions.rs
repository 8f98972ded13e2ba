//! The versions of every tool that takes part in a build: the one place to raise them.
//!
//! Two more pins stand where their own tools look for them: wasm-bindgen's in the
//! root `Cargo.toml` (crate and tool must be equal, so it is read from `Cargo.lock`),
//! and those of the browser tests in `tests/e2e/package.json`.

/// Newer Trunks need a newer Rust than this project asks for.
pub const TRUNK: &str = "0.21.14";

/// Already installed, these do as well: the same output was seen from both.
pub const TRUNK_ACCEPTED: &[&str] = &[TRUNK, "0.22.1"];

/// The npm package with `wasm-opt`. Distributions often carry a version that is years
/// older and silently breaks the module (108 does), so one from PATH is never used.
pub const BINARYEN: &str = "132.0.0";

pub const NODE_AT_LEAST: u32 = 20;

pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The version of `wasm-bindgen` in a `Cargo.lock`.
pub fn wasm_bindgen(lockfile: &str) -> Option<&str> {
    let (_, package) = lockfile.split_once("name = \"wasm-bindgen\"\n")?;
    package.strip_prefix("version = \"")?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bindgen_version_is_the_lockfiles() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\nsource = \"x\"\n";
        assert_eq!(wasm_bindgen(lock), Some("0.2.129"));
        assert_eq!(wasm_bindgen("[[package]]\n"), None);
    }
}
