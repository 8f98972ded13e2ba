//! Bugs planted on purpose, one at a time, to see whether the simulator finds them.
//!
//! Without the feature `mutants` none exists: [`active`] is `false` at compile time.

macro_rules! mutants {
    ($($name:ident $text:literal,)*) => {
        /// One bug.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Mutant { $($name,)* }

        impl Mutant {
            pub const ALL: &[Mutant] = &[$(Mutant::$name,)*];

            /// What is done wrong.
            pub fn what(self) -> &'static str {
                match self { $(Mutant::$name => $text,)* }
            }
        }
    };
}

mutants! {
    SkipRatchetSave "save all but the ratchets",
    SkipMessageSave "save all but the message's row",
    SkipOutboxSave "save all but what is on its way",
    SkipQueueSave "save all but what waits to be encrypted",
    SaveRatchetLate "save the ratchets one save late",
    SaveRatchetLateKeepLeaf "the same, with the keys of an earlier start",
    KeepQueued "leave in the queue what was taken from it",
    SendBeforeSave "send and show before saving",
    SaveAndKeepQuiet "save what came and show it to nobody",
    TrustOk "take OK for a copy",
    ForgetAtFirstOk "forget a message at the first OK",
    DropInsteadOfRetry "give up what was not answered",
    NeverReconnect "never connect a second time",
    ReadOnce "subscribe on the first connection only",
    AskOnce "ask no more after CLOSED",
    FirstPageOnly "stop at the first page",
    IgnoreAuth "leave a challenge unanswered",
    WaitForAll "wait for every server's last page",
    WriteToOne "write to the first server only",
    ReadFromOne "read from the first server only",
    PlaceByArrival "place messages as they arrive",
    HideGaps "show no gaps",
    ForgetCount "forget what the other counted",
    CountTwice "forget one's own count at a restart",
    ClockStandsStill "stand still while the clock is behind",
    SkipFence "encrypt before servers were read",
    NoAnswerToAgain "send nothing again",
    AcceptForgedId "believe any id",
    NoOverlap "ask only for what is newer than the last time",
    DoNotPark "drop what no key opens yet",
    CommitAtOnce "apply a commit before a server has it",
    LeadWithoutLock "let a second tab go on from its own memory",
    KeepClaim "leave what one server fails to deliver to it alone",
    CompareOnce "take a comparison's first word for its last",
    NoProbe "believe in every open socket",
    SendWithdrawn "send what was taken back",
    ForgetDone "forget which commands were done",
    GapsByClock "let a gap wait for a clock that was set back",
    CopiesByClock "know a copy's messages by their dates",
    FirstCommitWins "follow the commit that came first, and read no other",
    KeepLeaf "write with the keys of an earlier start",
    KeepUnread "wait for ever for what no key opens",
    WriteToFirstGroup "write to the first group with somebody",
    ForgetWelcome "let a Welcome go once servers have it",
}

/// Whether this bug is planted in this thread.
#[inline]
pub fn active(_mutant: Mutant) -> bool {
    #[cfg(feature = "mutants")]
    return ACTIVE
        .get()
        .is_some_and(|active| active == _mutant || active.with().contains(&_mutant));
    #[cfg(not(feature = "mutants"))]
    false
}

#[cfg(feature = "mutants")]
impl Mutant {
    /// The bugs that this one is made of.
    fn with(self) -> &'static [Mutant] {
        match self {
            Mutant::SaveRatchetLateKeepLeaf => &[Mutant::SaveRatchetLate, Mutant::KeepLeaf],
            _ => &[],
        }
    }
}

#[cfg(feature = "mutants")]
thread_local! {
    static ACTIVE: std::cell::Cell<Option<Mutant>> = const { std::cell::Cell::new(None) };
}

/// What a save is to hold: what the one before should have, where that bug is planted.
#[inline]
pub(crate) fn late<T>(_before: &mut T, now: T) -> T {
    match active(Mutant::SaveRatchetLate) {
        true => std::mem::replace(_before, now),
        false => now,
    }
}

/// Plants a bug in this thread, or none.
#[cfg(feature = "mutants")]
pub fn plant(mutant: Option<Mutant>) {
    ACTIVE.set(mutant);
}
