//! The inputs kept with the code: a file a target, a line an input.
//!
//! What once failed lies in `crashes`, a folder a target, a file an input, and is run
//! by every later test.

use crate::Target;
use crate::escape::{escape, unescape};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A target's corpus in bytes at most: the shortest inputs are kept.
const MOST_BYTES: usize = 32 << 10;

/// Where the corpora are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

pub fn crashes_folder(target: &Target) -> PathBuf {
    folder().join("crashes").join(target.name)
}

/// Kept inputs, those that once failed, and fresh ones of the target's own making.
pub fn load(target: &Target) -> io::Result<Vec<Vec<u8>>> {
    let mut inputs = (target.seeds)();
    inputs.extend(lines(&file(target))?);
    inputs.extend(crashes(target)?);
    Ok(inputs)
}

/// Words that stand in what is parsed, for whoever makes inputs.
pub fn dictionary() -> io::Result<Vec<Vec<u8>>> {
    lines(&dictionary_file())
}

pub fn dictionary_file() -> PathBuf {
    folder().join("dictionary.txt")
}

/// Writes the target's corpus anew; how many inputs it has now.
pub fn keep(target: &Target, inputs: &[Vec<u8>]) -> io::Result<usize> {
    let mut lines: Vec<String> = inputs.iter().map(|input| escape(input) + "\n").collect();
    lines.sort_unstable_by_key(|line| (line.len(), line.clone()));
    lines.dedup();
    let mut size = 0;
    lines.retain(|line| {
        size += line.len();
        size <= MOST_BYTES
    });
    fs::write(file(target), lines.concat())?;
    Ok(lines.len())
}

/// Every file of a folder, as libFuzzer keeps its corpora; none where there is no folder.
pub fn raw(folder: &Path) -> io::Result<Vec<Vec<u8>>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    paths.iter().map(fs::read).collect()
}

/// Puts `inputs` into a folder as libFuzzer wants them; those already there stay.
pub fn lay_out(folder: &Path, inputs: &[Vec<u8>]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    inputs.iter().try_for_each(|input| fs::write(folder.join(name(input)), input))
}

pub fn crashes(target: &Target) -> io::Result<Vec<Vec<u8>>> {
    raw(&crashes_folder(target))
}

/// Keeps an input that failed; where it was put.
pub fn keep_crash(target: &Target, input: &[u8]) -> io::Result<PathBuf> {
    let folder = crashes_folder(target);
    fs::create_dir_all(&folder)?;
    let path = folder.join(name(input));
    fs::write(&path, input)?;
    Ok(path)
}

fn file(target: &Target) -> PathBuf {
    folder().join(format!("{}.txt", target.name))
}

fn name(input: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(input).get(..8).unwrap_or_default())
}

/// The lines of a file that hold an input; none where there is no file.
fn lines(path: &Path) -> io::Result<Vec<Vec<u8>>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            unescape(line).ok_or_else(|| {
                let what = format!("{}: not an input: {line}", path.display());
                io::Error::new(io::ErrorKind::InvalidData, what)
            })
        })
        .collect()
}
