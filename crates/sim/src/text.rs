//! A history as text: one action a line, to be read by people and run again.

use crate::fault::Fault;
use crate::history::{Action, EVER, History, Timed};
use std::fmt::{self, Display, Formatter};
use std::str::{FromStr, SplitWhitespace};

/// Seconds with milliseconds, or `ever`.
struct Span(u64);

impl Display for Span {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            EVER => f.write_str("ever"),
            ms => write!(f, "{}.{:03}", ms / 1000, ms % 1000),
        }
    }
}

impl Display for Action {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Action::Meet { who, of } => write!(f, "meet {who} {of}"),
            Action::Send { who, to } => write!(f, "send {who} {to}"),
            Action::Read { who, of } => write!(f, "read {who} {of}"),
            Action::Type { who, to } => write!(f, "type {who} {to}"),
            Action::Withdraw { who, to } => write!(f, "withdraw {who} {to}"),
            Action::Retry { who, to } => write!(f, "retry {who} {to}"),
            Action::Crash { who, outputs, down } => {
                write!(f, "crash {who} {outputs} {}", Span(down))
            }
            Action::Away { who, span } => write!(f, "away {who} {}", Span(span)),
            Action::Sleep { who, span } => write!(f, "sleep {who} {}", Span(span)),
            Action::Offline { who, span } => write!(f, "offline {who} {}", Span(span)),
            Action::Adrift { who, span } => write!(f, "adrift {who} {}", Span(span)),
            Action::Clock { who, by } => write!(f, "clock {who} {by}"),
            Action::Full { who, span } => write!(f, "full {who} {}", Span(span)),
            Action::Backup { who } => write!(f, "backup {who}"),
            Action::Restore { who } => write!(f, "restore {who}"),
            Action::Clone { who, of } => write!(f, "clone {who} {of}"),
            Action::Leave { who } => write!(f, "leave {who}"),
            Action::Wipe => f.write_str("wipe"),
            Action::Fault { relay, fault, span, people } => {
                write!(f, "fault {relay} {} {} {people}", fault.name(), Span(span))
            }
        }
    }
}

impl Display for History {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { seed, people, relays, honest, page, compares, turn, .. } = self;
        write!(f, "history {seed} people {people} relays {relays} honest {honest} ")?;
        writeln!(f, "page {page} compares {compares} turn {turn}")?;
        for Timed { at, action } in &self.actions {
            writeln!(f, "{} {action}", Span(*at))?;
        }
        Ok(())
    }
}

/// What could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

struct Words<'a>(SplitWhitespace<'a>, &'a str);

impl<'a> Words<'a> {
    fn of(line: &'a str) -> Self {
        Self(line.split_whitespace(), line)
    }

    fn bad(&self) -> Unreadable {
        Unreadable(self.1.to_owned())
    }

    fn word(&mut self) -> Result<&'a str, Unreadable> {
        self.0.next().ok_or(Unreadable(self.1.to_owned()))
    }

    fn read<T: FromStr>(&mut self) -> Result<T, Unreadable> {
        self.word()?.parse().map_err(|_| self.bad())
    }

    fn after<T: FromStr>(&mut self, name: &str) -> Result<T, Unreadable> {
        if self.word()? == name { self.read() } else { Err(self.bad()) }
    }

    fn span(&mut self) -> Result<u64, Unreadable> {
        let word = self.word()?;
        if word == "ever" {
            return Ok(EVER);
        }
        let (seconds, ms) = word.split_once('.').unwrap_or((word, "0"));
        let read = |digits: &str| digits.parse::<u64>().map_err(|_| self.bad());
        Ok(read(seconds)? * 1000 + read(ms)?)
    }
}

impl FromStr for Timed {
    type Err = Unreadable;

    fn from_str(line: &str) -> Result<Self, Unreadable> {
        let mut words = Words::of(line);
        let at = words.span()?;
        let action = match words.word()? {
            "meet" => Action::Meet { who: words.read()?, of: words.read()? },
            "send" => Action::Send { who: words.read()?, to: words.read()? },
            "read" => Action::Read { who: words.read()?, of: words.read()? },
            "type" => Action::Type { who: words.read()?, to: words.read()? },
            "withdraw" => Action::Withdraw { who: words.read()?, to: words.read()? },
            "retry" => Action::Retry { who: words.read()?, to: words.read()? },
            "crash" => {
                Action::Crash { who: words.read()?, outputs: words.read()?, down: words.span()? }
            }
            "away" => Action::Away { who: words.read()?, span: words.span()? },
            "sleep" => Action::Sleep { who: words.read()?, span: words.span()? },
            "offline" => Action::Offline { who: words.read()?, span: words.span()? },
            "adrift" => Action::Adrift { who: words.read()?, span: words.span()? },
            "clock" => Action::Clock { who: words.read()?, by: words.read()? },
            "full" => Action::Full { who: words.read()?, span: words.span()? },
            "backup" => Action::Backup { who: words.read()? },
            "restore" => Action::Restore { who: words.read()? },
            "clone" => Action::Clone { who: words.read()?, of: words.read()? },
            "leave" => Action::Leave { who: words.read()? },
            "wipe" => Action::Wipe,
            "fault" => Action::Fault {
                relay: words.read()?,
                fault: Fault::of_name(words.word()?).ok_or_else(|| words.bad())?,
                span: words.span()?,
                people: words.read()?,
            },
            _ => return Err(words.bad()),
        };
        Ok(Self { at, action })
    }
}

impl FromStr for History {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let lines = text.lines().map(str::trim);
        let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut words = Words::of(lines.next().unwrap_or_default());
        let mut history = Self {
            seed: words.after("history")?,
            people: words.after("people")?,
            relays: words.after("relays")?,
            honest: words.after("honest")?,
            page: words.after("page")?,
            compares: words.after("compares")?,
            // Those that were written down before there were turns have none.
            turn: if words.0.clone().next().is_some() { words.after("turn")? } else { 0 },
            actions: Vec::new(),
        };
        for line in lines {
            history.actions.push(line.parse()?);
        }
        Ok(history)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::draw;

    #[test]
    fn what_is_written_is_read_back() {
        for seed in (0..50).chain(2_000_000..2_000_050) {
            let history = draw(seed);
            assert_eq!(history.to_string().parse::<History>(), Ok(history));
        }
        let earlier = "history 1 people 2 relays 1 honest 0 page 20 compares 0";
        assert_eq!(earlier.parse::<History>().map(|history| history.turn), Ok(0));
        assert!(format!("{earlier} trun 5").parse::<History>().is_err());
        assert!("1.000 dance 1".parse::<Timed>().is_err());
        assert!("1.000 send 1".parse::<Timed>().is_err());
    }
}
