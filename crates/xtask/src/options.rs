//! The words after a command: `--name value`, `--flag`, and plain words.

use crate::error::{Failure, Result};

pub struct Options(Vec<String>);

impl Options {
    pub fn new(words: impl Iterator<Item = String>) -> Self {
        Self(words.collect())
    }

    /// Takes `--name value` or `--name=value` out.
    pub fn value(&mut self, name: &str) -> Result<Option<String>> {
        let with_equals = format!("{name}=");
        let Some(at) = self.0.iter().position(|w| w == name || w.starts_with(&with_equals)) else {
            return Ok(None);
        };
        let word = self.0.remove(at);
        if let Some(value) = word.strip_prefix(&with_equals) {
            return Ok(Some(value.to_owned()));
        }
        if at < self.0.len() {
            return Ok(Some(self.0.remove(at)));
        }
        Err(Failure::Usage(format!("{name} needs a value.")))
    }

    /// Takes `--name` out.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|word| word != name);
        self.0.len() < before
    }

    pub fn port(&mut self, default: u16) -> Result<u16> {
        let Some(text) = self.value("--port")? else { return Ok(default) };
        text.parse().map_err(|_| Failure::Usage(format!("'{text}' is not a port (0 to 65535).")))
    }

    /// The plain words, when options were taken; an unknown option is refused.
    pub fn words(self) -> Result<Vec<String>> {
        match self.0.iter().find(|word| word.starts_with('-')) {
            Some(word) => Err(Failure::Usage(format!("There is no option '{word}' here."))),
            None => Ok(self.0),
        }
    }

    /// Everything, as it was written.
    pub fn all(self) -> Vec<String> {
        self.0
    }

    /// Nothing may be left.
    pub fn finish(self) -> Result<()> {
        match self.words()?.first() {
            Some(word) => Err(Failure::Usage(format!("Did not expect '{word}' here."))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(line: &str) -> Options {
        Options::new(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn values_come_after_the_name_or_behind_an_equals_sign() {
        let mut given = options("--port 81 --data=/tmp/x --no-open");
        assert_eq!(given.port(8080).unwrap(), 81);
        assert_eq!(given.value("--data").unwrap().as_deref(), Some("/tmp/x"));
        assert!(given.flag("--no-open"));
        given.finish().unwrap();
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(options("--prot 81").finish().is_err());
        assert!(options("--port").value("--port").is_err());
        assert!(options("--port many").port(1).is_err());
        assert!(options("stray").finish().is_err());
    }
}
