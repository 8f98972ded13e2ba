//! The release build, and that its pages hold nothing their own policy forbids.

use super::tally::Tally;
use crate::build;
use crate::error::{Failure, Result};
use crate::finish::{check_budget, refuse_inline};
use crate::project::{Project, files_below};
use crate::say::note;
use std::fs;

pub fn run(project: &Project) -> Result<Tally> {
    build::release(project)?;
    let mut tally = match check_budget(&project.dist()) {
        Ok(()) => Tally::success(),
        Err(failure) => {
            note(failure.to_string());
            Tally::failure()
        }
    };
    for path in files_below(&project.dist())? {
        if path.extension().is_some_and(|extension| extension == "html") {
            refuse_inline(&fs::read_to_string(&path).map_err(Failure::file(&path))?)?;
            tally += Tally::success();
        }
    }
    Ok(tally)
}
