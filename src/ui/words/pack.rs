//! Takes out of the locale files what only their writers read, since every byte left in
//! travels to every person: comments, empty lines, and plural forms that say the same as
//! `other`, which is said where a form is not there.

#![expect(clippy::print_stdout, reason = "how a build script speaks to Cargo")]

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const LOCALES: &str = "www/locales";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed={LOCALES}");
    println!("cargo:rerun-if-changed=src/ui/words/pack.rs");
    let missing = |_| io::Error::other("Cargo names no folder for what is built");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(missing)?);
    for language in ["en", "ar"] {
        let file = format!("{language}.txt");
        let text = fs::read_to_string(Path::new(LOCALES).join(&file))?;
        fs::write(out.join(&file), packed(&text))?;
    }
    Ok(())
}

fn packed(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let entries: Vec<_> = lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .collect();
    let is_told = |(key, words): &(&str, &str)| {
        let Some((stem, form)) = key.split_once('[') else { return true };
        let other = format!("{stem}[other]");
        form == "other]" || !entries.contains(&(other.as_str(), words))
    };
    entries.iter().filter(|entry| is_told(entry)).map(|(k, w)| format!("{k} = {w}\n")).collect()
}
