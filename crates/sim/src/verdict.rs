//! What must never happen, and whether it did.

use std::fmt::{self, Display, Formatter};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A disk that was written by the engine can be opened.
    Opens,
    /// People who opened a link can write to each other.
    Meets,
    /// What was acknowledged to its author stays with its author.
    Keeps,
    /// What was acknowledged to its author reaches the other.
    Arrives,
    /// It arrives soon where nothing is wrong with either device, nor with the honest relay.
    Prompt,
    /// It is soon on the honest relay where nothing is wrong with either, whether or not the other
    /// is there.
    Leaves,
    /// What its author was told to be taken back leaves no more.
    Back,
    /// Nothing is shown twice.
    Once,
    /// Nothing is shown that was not written, nor by somebody else.
    True,
    /// All members see one order.
    Order,
    /// What is missing is named.
    Gaps,
    /// What is named as missing comes, or is known never to come.
    Closes,
    /// A message is said to be on a server only if it was.
    Held,
    /// A message is said not to be sent, or taken back as such, only if no server took it.
    NotSent,
    /// A message is said to be delivered only if the other has it.
    Confirmed,
    /// A message is said to be read only if it was on the other's screen when they read.
    Read,
    /// No key of a ratchet makes two messages.
    Keys,
    /// Nothing is written in an epoch before a server was given the commit that begins it.
    Published,
    /// The engine finds no fault with itself.
    Sound,
    /// Nothing panics.
    Panics,
    /// When nothing happens any more, little is asked.
    Rest,
}

impl Rule {
    pub const ALL: [Rule; 21] = [
        Rule::Opens,
        Rule::Meets,
        Rule::Keeps,
        Rule::Arrives,
        Rule::Prompt,
        Rule::Leaves,
        Rule::Back,
        Rule::Once,
        Rule::True,
        Rule::Order,
        Rule::Gaps,
        Rule::Closes,
        Rule::Held,
        Rule::NotSent,
        Rule::Confirmed,
        Rule::Read,
        Rule::Keys,
        Rule::Published,
        Rule::Sound,
        Rule::Panics,
        Rule::Rest,
    ];

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.to_string() == name)
    }
}

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = format!("{self:?}");
        f.pad(&name.to_lowercase())
    }
}

/// The first thing that was wrong; what follows from it is of no interest.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    pub broken: Option<(Rule, String)>,
    /// Rules that are not looked at.
    pub waived: Vec<Rule>,
}

impl Verdict {
    pub fn is_clean(&self) -> bool {
        self.broken.is_none()
    }

    pub fn note(&mut self, rule: Rule, detail: String) {
        if !self.waived.contains(&rule) {
            self.broken.get_or_insert((rule, detail));
        }
    }
}
