//! How much code a person downloads, as sent (brotli), and the limits on it.
//!
//! Fonts and pictures are apart: they do not hold up the first paint. Too much code
//! fails `build` and `test`, not `run`: whoever wants to use Zajil may.

use super::Names;
use super::compress::beside;
use super::stage::Stage;
use crate::error::{Failure, Result};
use crate::say::note;
use std::fs;
use std::path::Path;

const FIRST_PAINT: u64 = 200_000;
const ALL_CODE: u64 = 700_000;

/// Where a build notes its weight.
const WEIGHT: &str = ".weight";

/// Weighs the finished files and notes the result beside them.
pub fn measure(stage: &Stage, names: &Names) -> Result<()> {
    let page = "index.html".to_owned();
    let first = [&page, &names.style, &names.boot, &names.app_script, &names.app_module];
    let later = [&names.worker, &names.worker_script, &names.worker_module];
    note("Bytes of code as sent (brotli):");
    let first = weigh(stage.folder(), &first)?;
    let total = first + weigh(stage.folder(), &later)?;
    show(first, total);
    stage.write(WEIGHT, format!("{first} {total}").as_bytes())
}

/// Fails when the build in `dist` weighs too much.
pub fn check(dist: &Path) -> Result<()> {
    let path = dist.join(WEIGHT);
    let text = fs::read_to_string(&path).map_err(Failure::file(&path))?;
    let weights = text.split_once(' ').map(|(first, total)| (first.parse(), total.parse()));
    let Some((Ok(first), Ok(total))) = weights else {
        return Err(Failure::Build(format!("{} is no weight.", path.display())));
    };
    match within(first, total) {
        true => Ok(()),
        false => {
            show(first, total);
            Err(Failure::Build("There is more code than the budget allows.".to_owned()))
        }
    }
}

fn within(first: u64, total: u64) -> bool {
    first <= FIRST_PAINT && total <= ALL_CODE
}

fn show(first: u64, total: u64) {
    note(format!("{first:>9}  before first paint (at most {FIRST_PAINT})"));
    note(format!("{total:>9}  in all (at most {ALL_CODE})"));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_limit_alone_is_enough_to_fail() {
        assert!(within(FIRST_PAINT, ALL_CODE));
        assert!(!within(FIRST_PAINT + 1, ALL_CODE));
        assert!(!within(FIRST_PAINT, ALL_CODE + 1));
    }
}
