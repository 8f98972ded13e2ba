use super::catalog::{Catalog, fill};
use super::language::Language;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The plural forms each language has (CLDR, cardinal numbers).
fn forms(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => &["one", "other"],
        Language::Arabic => &["zero", "one", "two", "few", "many", "other"],
    }
}

fn stem(key: &str) -> &str {
    key.split('[').next().unwrap_or(key)
}

fn stems(catalog: &Catalog) -> BTreeSet<&'static str> {
    catalog.entries().map(|(key, _)| stem(key)).collect()
}

fn sources(folder: &Path, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ext| ext == "rs") && !path.ends_with("tests.rs") {
            into.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

/// Every string in the sources that looks like a key: `word.word_word`.
fn keys_in_sources() -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let groups: BTreeSet<&str> = stems(&Language::English.catalog())
        .into_iter()
        .filter_map(|key| key.split('.').next())
        .collect();
    files
        .iter()
        .flat_map(|file| file.split('"').skip(1).step_by(2))
        .filter(|text| {
            text.split_once('.').is_some_and(|(group, rest)| {
                groups.contains(group)
                    && !rest.is_empty()
                    && rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            })
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_key_the_code_says_is_in_every_language_and_no_other() {
    let said = keys_in_sources();
    for language in Language::ALL {
        let catalog = language.catalog();
        let written: BTreeSet<String> = stems(&catalog).into_iter().map(str::to_owned).collect();
        let missing: Vec<_> = said.difference(&written).collect();
        let unused: Vec<_> = written.difference(&said).collect();
        assert!(missing.is_empty(), "{language:?} has no words for {missing:?}");
        assert!(unused.is_empty(), "{language:?} has words nobody says: {unused:?}");
    }
}

/// A language's file as its writers see it.
fn written(language: Language) -> Vec<(String, String)> {
    let file = format!("{}.txt", language.tag());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/locales").join(&file);
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(" = ").unwrap_or_else(|| panic!("{file}: {line}")))
        .map(|(key, words)| (key.to_owned(), words.trim().to_owned()))
        .collect()
}

#[test]
fn every_counted_text_has_all_its_languages_plural_forms() {
    for language in Language::ALL {
        let entries = written(language);
        let mut counted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (key, _) in &entries {
            if let Some((stem, form)) = key.split_once('[') {
                counted.entry(stem).or_default().insert(form.trim_end_matches(']'));
            }
        }
        assert!(!counted.is_empty(), "{language:?} counts nothing");
        let wanted: BTreeSet<&str> = forms(language).iter().copied().collect();
        for (key, written) in counted {
            assert_eq!(written, wanted, "{language:?}, {key}");
        }
    }
}

#[test]
fn every_line_of_a_locale_file_is_understood_and_no_key_comes_twice() {
    for language in Language::ALL {
        let mut seen = BTreeSet::new();
        for (key, words) in written(language) {
            assert!(!words.is_empty(), "{language:?}: {key} says nothing");
            assert!(seen.insert(key.clone()), "{language:?}: {key} comes twice");
        }
    }
}

#[test]
fn what_is_packed_says_what_was_written() {
    for language in Language::ALL {
        let catalog = language.catalog();
        for (key, words) in written(language) {
            let said = match key.trim_end_matches(']').split_once('[') {
                Some((stem, form)) => catalog.plural(stem, form),
                None => catalog.text(&key),
            };
            assert_eq!(said, Some(words.as_str()), "{language:?}: {key}");
        }
    }
}

#[test]
fn translations_fill_in_the_same_values() {
    let holes = |text: &str| -> BTreeSet<String> {
        text.split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}'))
            .map(|(name, _)| name.to_owned())
            .collect()
    };
    let arabic = Language::Arabic.catalog();
    for (key, text) in Language::English.catalog().entries().filter(|(key, _)| !key.contains('[')) {
        assert_eq!(holes(text), holes(arabic.text(key).unwrap()), "{key}");
    }
}

#[test]
fn the_first_spoken_language_of_a_person_is_chosen() {
    assert_eq!(Language::preferred(["fr", "ar-MA", "en"]), Language::Arabic);
    assert_eq!(Language::preferred(["de"]), Language::English);
    assert_eq!(Language::preferred([]), Language::English);
}

#[test]
fn values_are_text_even_when_they_look_like_holes() {
    assert_eq!(fill("{a} and {b}", &[("a", "{b}"), ("b", "2")]), "{b} and 2");
    assert_eq!(fill("an { open brace", &[]), "an { open brace");
}
