//! What people are called, made fit to be shown beside other words.
//!
//! A name is somebody else's text in the middle of ours: an override in it turns
//! what follows around, a control or something invisible makes two names look the
//! same. Letters of every script, marks, emoji and the joiners inside them stay.

/// Characters of a name.
pub const MAX_NAME: usize = 64;

/// A name without what cannot be seen; `None` where nothing is left to be seen.
pub fn clean(name: &str) -> Option<String> {
    let mut cleaned = String::with_capacity(name.len());
    for c in name.chars() {
        // The flags of some regions are a black flag and a region's name in tags.
        let in_flag = is_tag(c) && cleaned.ends_with(|last| last == '\u{1f3f4}' || is_tag(last));
        if in_flag || !is_hidden(c) {
            cleaned.push(c);
        }
    }
    let cleaned = cleaned.trim();
    let seen = cleaned.chars().any(|c| !c.is_whitespace() && !is_invisible_help(c));
    seen.then(|| cleaned.to_owned())
}

/// A [`clean`] name, cut off where it is too long; as clean after the cut, which may
/// leave a space at the end, or nothing that can be seen.
pub fn clean_and_cut(name: &str) -> Option<String> {
    let cut: String = clean(name)?.chars().take(MAX_NAME).collect();
    clean(&cut)
}

/// What has no place in a name: controls, lines' ends, embeddings, overrides and
/// isolates, and Unicode's other format characters (Cf) save those that are drawn
/// and [`is_invisible_help`].
fn is_hidden(c: char) -> bool {
    c.is_control()
        || is_tag(c)
        || matches!(c,
            '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0001}')
}

/// Joiners and the marks of direction: part of how Arabic, Persian, Hebrew and
/// emoji are written, and nothing by themselves.
fn is_invisible_help(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{61c}')
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_as_people_write_them_stay_as_they_are() {
        for name in [
            "زينب",
            "مُحَمَّد بن عبد الله",
            "علی‌رضا",
            "زينب \u{200f}(HR)\u{200e}",
            "שָׁלוֹם",
            "Zoë O’Brien-Łuczak",
            "नरेन्द्र",
            "👩‍👩‍👧 Family",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} Tom",
            "❤\u{fe0f}",
        ] {
            assert_eq!(clean(name).as_deref(), Some(name));
        }
    }

    #[test]
    fn what_turns_or_hides_words_is_taken_out() {
        for (name, cleaned) in [
            ("Ali\u{202e}gro.live\u{202c}", "Aligro.live"),
            ("\u{2067}Bob\u{2069}", "Bob"),
            ("Bo\u{200b}b\u{2060}\u{feff}\u{ad}", "Bob"),
            ("Bob\n\u{2028}\u{7f}\u{85}", "Bob"),
            (" \u{202a} Bob \u{202c} ", "Bob"),
            ("Bob\u{e0042}\u{e007f}", "Bob"),
        ] {
            assert_eq!(clean(name).as_deref(), Some(cleaned), "{name:?}");
        }
    }

    #[test]
    fn nothing_to_be_seen_is_no_name() {
        for name in ["", "  \n", "\u{200d}\u{200f}", "\u{202e}\u{a0}\u{feff}"] {
            assert_eq!(clean(name), None, "{name:?}");
        }
    }

    #[test]
    fn a_cut_leaves_no_space_at_the_end_and_no_name_that_cannot_be_seen() {
        let spaced = format!("Bob{}Eve", " ".repeat(MAX_NAME));
        assert_eq!(clean_and_cut(&spaced).as_deref(), Some("Bob"));
        assert_eq!(clean_and_cut(&format!("{}Bob", "\u{200f}".repeat(MAX_NAME))), None);
    }

    proptest! {
        #[test]
        fn a_cleaned_name_is_clean_and_a_cut_one_short(name in any::<String>()) {
            let cleaned = clean(&name);
            prop_assert_eq!(cleaned.as_deref().and_then(clean), cleaned);
            prop_assert!(clean_and_cut(&name).is_none_or(|cut| cut.chars().count() <= MAX_NAME));
        }
    }
}
