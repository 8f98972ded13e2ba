//! How much code a person downloads, as sent (brotli), and the limits on it.
//!
//! Fonts and pictures are apart: they do not hold up the first paint.

use super::Names;
use super::compress::beside;
use crate::error::{Failure, Result};
use crate::say::note;
use std::fs;
use std::path::Path;

const FIRST_PAINT: u64 = 200_000;
const ALL_CODE: u64 = 700_000;

pub fn check(folder: &Path, names: &Names) -> Result<()> {
    let page = "index.html".to_owned();
    let first = [&page, &names.style, &names.boot, &names.app_script, &names.app_module];
    let later = [&names.worker, &names.worker_script, &names.worker_module];
    note("Bytes of code as sent (brotli):");
    let first = weigh(folder, &first)?;
    let total = first + weigh(folder, &later)?;
    note(format!("{first:>9}  before first paint (at most {FIRST_PAINT})"));
    note(format!("{total:>9}  in all (at most {ALL_CODE})"));
    match first <= FIRST_PAINT && total <= ALL_CODE {
        true => Ok(()),
        false => Err(Failure::Build("The code is over its budget of bytes.".to_owned())),
    }
}

fn weigh(folder: &Path, names: &[&String]) -> Result<u64> {
    let mut sum = 0;
    for name in names {
        let plain = folder.join(name);
        let packed = beside(&plain, ".br");
        let path = if packed.exists() { packed } else { plain };
        let bytes = fs::metadata(&path).map_err(Failure::file(&path))?.len();
        note(format!("{bytes:>9}  {name}"));
        sum += bytes;
    }
    Ok(sum)
}
