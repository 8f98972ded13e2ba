//! Compresses every file once, as well as it goes, so that no server has to.

use crate::error::{Failure, Result};
use crate::project::files_below;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, GzBuilder};
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

/// Fonts (woff2) and pictures are compressed already.
const COMPRESSIBLE: &[&str] = &["css", "html", "js", "json", "svg", "txt", "wasm", "webmanifest"];

/// Writes `NAME.br` and `NAME.gz` beside each file that gains by it.
pub fn all(folder: &Path) -> Result<()> {
    let files: Vec<PathBuf> = files_below(folder)?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| COMPRESSIBLE.iter().any(|c| e == *c)))
        .collect();
    thread::scope(|scope| {
        let tasks: Vec<_> = files.iter().map(|path| scope.spawn(|| one(path))).collect();
        tasks.into_iter().try_for_each(|task| {
            task.join().unwrap_or_else(|_| Err(Failure::Build("Compressing failed.".to_owned())))
        })
    })
}

fn one(path: &Path) -> Result<()> {
    let bytes = fs::read(path).map_err(Failure::file(path))?;
    for (ending, packed) in [(".br", brotli(&bytes)), (".gz", gzip(&bytes))] {
        let packed = packed.map_err(Failure::file(path))?;
        if packed.len() < bytes.len() {
            let target = beside(path, ending);
            fs::write(&target, packed).map_err(Failure::file(&target))?;
        }
    }
    Ok(())
}

pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let best = BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut out, &best)?;
    Ok(out)
}

/// Without a time stamp: the same input gives the same bytes.
fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}
