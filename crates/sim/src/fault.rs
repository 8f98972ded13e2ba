//! What may be wrong with a relay.

/// Each for a time; several at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Refuses connections.
    Dead,
    /// Accepts connections, reads, says nothing. Catches up when it comes round.
    Hung,
    /// The same, and drops everybody when it comes round.
    HungThenReset,
    /// Everything takes seconds.
    Slow,
    /// Out of reach for some people.
    Cut,
    /// Connections that are there die without a word.
    HalfOpen,
    /// Says "rate-limited" to much of what it is asked.
    RateLimits,
    /// Serves only whoever has proven who they are.
    DemandsProof,
    /// Talks to people.
    Notices,
    /// Takes events without a word.
    Mute,
    /// Ends subscriptions.
    Closes,
    /// Compares only a few events at a time.
    TooBig,
    /// Refuses what is dated further ahead than its own clock by a quarter of an hour.
    RefusesFuture,
    /// Never says that the stored events are over.
    NeverEnds,
    /// Hands out pages in any order, and live events late.
    Reorders,
    /// Announces what it does not have.
    Invents,
    /// Hands out again what it handed out before.
    Replays,
    /// Says OK and keeps nothing, though it passes some of it on.
    Amnesiac,
    /// Loses everything it kept, once, when this ends.
    Wipes,
    /// Shows some people nothing.
    Equivocates,
    /// Broken signatures, wrong ids, rubbish for a chat.
    Forges,
    /// Events and frames too large to be meant.
    Oversized,
    /// Rubbish from tomorrow.
    FutureDated,
    /// What somebody wrote, in an event of its own.
    Rewraps,
    /// Refuses events for good.
    Refuses,
}

impl Fault {
    pub const ALL: [Fault; 25] = [
        Fault::Dead,
        Fault::Hung,
        Fault::HungThenReset,
        Fault::Slow,
        Fault::Cut,
        Fault::HalfOpen,
        Fault::RateLimits,
        Fault::DemandsProof,
        Fault::Notices,
        Fault::Mute,
        Fault::Closes,
        Fault::TooBig,
        Fault::RefusesFuture,
        Fault::NeverEnds,
        Fault::Reorders,
        Fault::Invents,
        Fault::Replays,
        Fault::Amnesiac,
        Fault::Wipes,
        Fault::Equivocates,
        Fault::Forges,
        Fault::Oversized,
        Fault::FutureDated,
        Fault::Rewraps,
        Fault::Refuses,
    ];

    /// What an honest relay suffers too: it is away, or slow, or strict, but keeps its word.
    pub fn is_honest(self) -> bool {
        self < Fault::NeverEnds
    }

    pub fn name(self) -> &'static str {
        match self {
            Fault::Dead => "dead",
            Fault::Hung => "hung",
            Fault::HungThenReset => "hung-then-reset",
            Fault::Slow => "slow",
            Fault::Cut => "cut",
            Fault::HalfOpen => "half-open",
            Fault::RateLimits => "rate-limits",
            Fault::DemandsProof => "demands-proof",
            Fault::Notices => "notices",
            Fault::Mute => "mute",
            Fault::Closes => "closes",
            Fault::TooBig => "too-big",
            Fault::RefusesFuture => "refuses-future",
            Fault::NeverEnds => "never-ends",
            Fault::Reorders => "reorders",
            Fault::Invents => "invents",
            Fault::Replays => "replays",
            Fault::Amnesiac => "amnesiac",
            Fault::Wipes => "wipes",
            Fault::Equivocates => "equivocates",
            Fault::Forges => "forges",
            Fault::Oversized => "oversized",
            Fault::FutureDated => "future-dated",
            Fault::Rewraps => "rewraps",
            Fault::Refuses => "refuses",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}
