//! Other people's words, made safe to stand inside ours.
//!
//! A name is unverified text. Direction overrides and invisible characters could
//! make it read as something else, or turn the sentence around it, so names lose
//! them here; message texts keep every character and are isolated where drawn.

/// How many colours there are for people; `--person-0` … in the style sheet.
const COLOURS: u32 = 8;

/// The most characters of a name that are drawn.
const NAME_SHOWN: usize = 64;

/// A text of many more characters than this is folded until asked for.
const FOLD_AT: usize = 2_000;

/// A folded text ends with a word that ends so many bytes before the limit.
const WORD: usize = 200;

/// A name fit to be shown: one line, no control or direction characters.
pub fn clean_name(name: &str) -> String {
    let visible: String = name
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .take(NAME_SHOWN)
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// One or two letters that stand for a person who has no picture. The style sheet
/// makes them capitals.
pub fn initials(name: &str) -> String {
    let name = clean_name(name);
    let mut letters = name.split(' ').filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = letters.next();
    // Arabic letters would join into a word that means something else.
    let second = letters.next_back().filter(|c| !is_joining(*c));
    match first {
        Some(first) if is_joining(first) => first.to_string(),
        Some(first) => [Some(first), second].into_iter().flatten().collect(),
        None => name.chars().next().map(String::from).unwrap_or_default(),
    }
}

fn is_joining(c: char) -> bool {
    matches!(c, '\u{0600}'..='\u{08FF}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

/// A person's colour: always the same one for the same key.
pub fn colour_of(key: &str) -> u32 {
    // FNV-1a; its high bits are the well-mixed ones.
    let mixed = key
        .bytes()
        .fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (mixed >> 16) % COLOURS
}

/// A message's text on one line, short enough for a row of the chat list.
pub fn one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().take(120));
        if line.len() > 240 {
            break;
        }
    }
    line
}

/// A long text's beginning and the rest, parted at a word's end near the limit, or between
/// characters where no word ends near it.
pub fn fold(text: &str) -> (&str, &str) {
    let mut starts = text.char_indices().map(|(at, _)| at).skip(FOLD_AT);
    // A few characters more are not worth a button.
    let (Some(cut), Some(_)) = (starts.next(), starts.nth(FOLD_AT / 4)) else {
        return (text, "");
    };
    let word = text.get(..cut).and_then(|head| head.rfind(char::is_whitespace));
    let at = word.filter(|at| at + WORD > cut).unwrap_or(cut);
    text.split_at_checked(at).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_turn_the_sentence_around_it() {
        assert_eq!(clean_name("\u{202E}ecilA\u{202C}"), "ecilA");
        assert_eq!(clean_name("Al\u{200B}ice\u{2066}\n\tB\u{0}"), "Alice B");
    }

    #[test]
    fn arabic_and_joined_emoji_names_survive() {
        assert_eq!(clean_name("علي بن أحمد"), "علي بن أحمد");
        assert_eq!(clean_name("👩‍🚀 Bob"), "👩‍🚀 Bob");
    }

    #[test]
    fn a_flood_of_combining_marks_is_cut() {
        let name = format!("A{}", "\u{0301}".repeat(10_000));
        assert_eq!(clean_name(&name).chars().count(), NAME_SHOWN);
    }

    #[test]
    fn initials_are_two_latin_letters_or_one_arabic_one() {
        assert_eq!(initials("Alice adams Brown"), "AB");
        assert_eq!(initials("Bob"), "B");
        assert_eq!(initials("سارة خالد"), "س");
        assert_eq!(initials("🕊"), "🕊");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn people_have_different_colours_and_keep_them() {
        let colours: std::collections::BTreeSet<u32> =
            "0123456789abcdef".chars().map(|c| colour_of(&c.to_string().repeat(64))).collect();
        assert!(colours.len() >= 5, "{colours:?}");
        assert!(colours.iter().all(|colour| *colour < COLOURS));
    }

    #[test]
    fn a_preview_is_one_bounded_line() {
        assert_eq!(one_line("a\n\n b"), "a b");
        assert!(one_line(&"x".repeat(1_000_000)).len() <= 240);
    }

    #[test]
    fn long_texts_fold_at_a_word_and_lose_nothing() {
        let text = "حرف word ".repeat(1000);
        let (head, tail) = fold(&text);
        assert!(head.chars().count() <= FOLD_AT && !tail.is_empty());
        assert_eq!(format!("{head}{tail}"), text);
        assert!(tail.starts_with(' '));
    }

    #[test]
    fn a_long_word_folds_between_characters() {
        let run = "ع".repeat(3_000);
        for text in [format!("stay {run}"), run, format!("{} {}", "a".repeat(9), "b".repeat(2_991))]
        {
            let (head, tail) = fold(&text);
            assert_eq!(head.chars().count(), FOLD_AT);
            assert_eq!(format!("{head}{tail}"), text);
        }
    }

    #[test]
    fn what_is_a_little_too_long_is_shown_whole() {
        let text = "a".repeat(FOLD_AT + FOLD_AT / 4);
        assert_eq!(fold(&text), (text.as_str(), ""));
    }
}
