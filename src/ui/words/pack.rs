//! Takes out of the locale files what only their writers read, since every byte left in
//! travels to every person: comments, empty lines, plural forms that say the same as
//! `other`, which is said where a form is not there, and all keys but one language's.

#![expect(clippy::print_stdout, reason = "how a build script speaks to Cargo")]

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const LOCALES: &str = "www/locales";
const LANGUAGES: [&str; 2] = ["en", "ar"];

/// A locale's keys and texts.
type Entries = Vec<(String, String)>;

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed={LOCALES}");
    println!("cargo:rerun-if-changed=src/ui/words/pack.rs");
    let missing = |_| io::Error::other("Cargo names no folder for what is built");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(missing)?);
    let mut keys: Vec<String> = Vec::new();
    let mut locales = Vec::new();
    for language in LANGUAGES {
        let file = format!("{language}.txt");
        let told = told(&fs::read_to_string(Path::new(LOCALES).join(&file))?);
        for (key, _) in &told {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        locales.push((file, told));
    }
    fs::write(out.join("keys.txt"), keys.join("\n"))?;
    for (file, told) in locales {
        // One line a key, empty where the language has no such form.
        let text = |key| told.iter().find(|(known, _)| known == key).map_or("", |(_, text)| text);
        let lines: Vec<&str> = keys.iter().map(text).collect();
        fs::write(out.join(file), lines.join("\n"))?;
    }
    Ok(())
}

fn told(file: &str) -> Entries {
    let lines = file.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let all: Entries = lines
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, text)| (key.to_owned(), text.to_owned()))
        .collect();
    let is_told = |(key, text): &&(String, String)| {
        let Some((stem, form)) = key.split_once('[') else { return true };
        form == "other]" || !all.contains(&(format!("{stem}[other]"), text.clone()))
    };
    all.iter().filter(is_told).cloned().collect()
}
