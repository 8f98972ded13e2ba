/// One language's words, as its file in `www/locales` holds them, packed at build time.
///
/// `key = text`, with `{name}` for what is filled in, and `key[form] = text` for
/// the plural forms the language has (CLDR's names: zero, one, two, few, many,
/// other), `{n}` being the number in local digits. `#` starts a comment line.
pub struct Catalog {
    /// In the file's order; a search through them all costs less than a map's bytes.
    texts: Vec<(&'static str, &'static str)>,
}

impl Catalog {
    /// Puts together what was packed: a key a line, and a text a line in the same order.
    pub fn parse(keys: &'static str, texts: &'static str) -> Self {
        let all = keys.lines().zip(texts.lines());
        Self { texts: all.filter(|(_, text)| !text.is_empty()).collect() }
    }

    pub fn text(&self, key: &str) -> Option<&'static str> {
        self.texts.iter().find(|(known, _)| *known == key).map(|(_, text)| *text)
    }

    /// The text for one plural form; one that says the same as `other` was packed away.
    pub fn plural(&self, key: &str, form: &str) -> Option<&'static str> {
        self.text(&format!("{key}[{form}]")).or_else(|| self.text(&format!("{key}[other]")))
    }

    #[cfg(test)]
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.texts.iter().copied()
    }
}

/// Puts values where the text says `{name}`.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = behind.split_once('}') else {
            filled.push('{');
            rest = behind;
            continue;
        };
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => filled.push_str(value),
            None => {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}
