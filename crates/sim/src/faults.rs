//! What engines log as a fault of their own.

use std::cell::RefCell;
use std::fmt::{Debug, Write};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

thread_local! {
    static FAULTS: RefCell<Vec<String>> = RefCell::default();
}

/// Runs something, and tells what was logged as an error meanwhile in this thread. `trace`:
/// all that is logged is printed.
pub fn listen<T>(trace: bool, run: impl FnOnce() -> T) -> (T, Vec<String>) {
    FAULTS.take();
    let least = if trace { Level::DEBUG } else { Level::ERROR };
    let outcome = tracing::subscriber::with_default(Ear { least }, run);
    (outcome, FAULTS.take())
}

struct Ear {
    least: Level,
}

impl Subscriber for Ear {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.least && metadata.target().starts_with("zajil")
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::from_level(self.least))
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut words = Words(String::new());
        event.record(&mut words);
        if self.least > Level::ERROR {
            eprintln!("   {} {}", event.metadata().level(), words.0);
        }
        if *event.metadata().level() == Level::ERROR {
            FAULTS.with_borrow_mut(|faults| faults.push(words.0));
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}
