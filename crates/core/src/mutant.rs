//! Bugs planted on purpose, one at a time, to see whether the simulator finds them.
//!
//! Without the feature `mutants` none exists: [`active`] is `false` at compile time.

/// One bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mutant {
    SkipRatchetSave,
    SendBeforeSave,
}

/// Whether this bug is planted in this thread.
#[inline]
pub(crate) fn active(_mutant: Mutant) -> bool {
    #[cfg(feature = "mutants")]
    return ACTIVE.get() == Some(_mutant);
    #[cfg(not(feature = "mutants"))]
    false
}

#[cfg(feature = "mutants")]
thread_local! {
    static ACTIVE: std::cell::Cell<Option<Mutant>> = const { std::cell::Cell::new(None) };
}

/// Plants a bug in this thread, or none.
#[cfg(feature = "mutants")]
pub fn plant(mutant: Option<Mutant>) {
    ACTIVE.set(mutant);
}
