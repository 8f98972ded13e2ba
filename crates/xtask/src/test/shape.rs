//! A file is about one thing; one that grows past this is about two.

use super::tally::Tally;
use crate::error::{Failure, Result};
use crate::project::{Project, files_below};
use crate::say::note;
use std::fs;

const MOST_LINES: usize = 300;
const SOURCES: &[&str] = &["css", "html", "js", "mjs", "rs"];

pub fn run(project: &Project) -> Result<Tally> {
    let mut tally = Tally::success();
    for folder in ["crates", "src", "tests", "www", "pkg"] {
        let folder = project.root.join(folder);
        if !folder.is_dir() {
            continue;
        }
        for path in files_below(&folder)? {
            let ours = path.extension().is_some_and(|e| SOURCES.iter().any(|source| e == *source))
                && !path.components().any(|part| part.as_os_str() == "node_modules");
            if !ours {
                continue;
            }
            let lines = fs::read_to_string(&path).map_err(Failure::file(&path))?.lines().count();
            if lines > MOST_LINES {
                note(format!("{} has {lines} lines (at most {MOST_LINES})", path.display()));
                tally = Tally::failure();
            }
        }
    }
    Ok(tally)
}
