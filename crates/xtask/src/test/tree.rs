//! The engine stays an engine: neither a browser nor a server is among its crates.

use super::tally::Tally;
use crate::error::{Failure, Result};
use crate::project::Project;
use crate::say::{ask, note};
use crate::versions::WASM_TARGET;

const FORBIDDEN: &[&str] =
    &["gloo", "idb", "leptos", "rexie", "tokio", "wasm-bindgen-futures", "web-sys"];

pub fn run(project: &Project) -> Result<Tally> {
    let mut tally = Tally::default();
    for package in ["zajil-core", "zajil-api"] {
        for target in [None, Some(WASM_TARGET)] {
            let tree = names(project, package, target)?;
            let found = forbidden(&tree);
            let place = target.unwrap_or("this machine");
            if found.is_empty() {
                tally += Tally::success();
            } else {
                note(format!("{package} on {place} depends on {}", found.join(", ")));
                tally += Tally::failure();
            }
        }
    }
    Ok(tally)
}

/// The names of all crates that `package` is built from.
fn names(project: &Project, package: &str, target: Option<&str>) -> Result<String> {
    let mut tree = project.cargo();
    tree.args(["tree", "--locked", "--quiet", "--edges", "normal", "--prefix", "none"]);
    tree.args(["--format", "{p}", "--package", package]);
    tree.args(target.map(|target| ["--target", target]).into_iter().flatten());
    ask(&mut tree).ok_or_else(|| Failure::Command {
        command: format!("cargo tree --locked --package {package}"),
        advice: "If Cargo.toml was changed, let cargo update Cargo.lock first.".to_owned(),
    })
}

fn forbidden(tree: &str) -> Vec<&str> {
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    let mut found: Vec<_> = names
        .filter(|name| {
            FORBIDDEN.iter().any(|f| {
                name == f || name.strip_prefix(f).is_some_and(|r| r.starts_with(['-', '_']))
            })
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_crate_and_its_family_are_found_once() {
        let tree =
            "zajil-core v0.1.0\nserde v1.0.1\nweb-sys v0.3.1\ntokio-util v0.7\nweb-sys v0.3.1\n";
        assert_eq!(forbidden(tree), ["tokio-util", "web-sys"]);
        assert!(forbidden("zajil-core v0.1.0\ntokioesque v1\n").is_empty());
    }
}
