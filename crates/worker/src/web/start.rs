//! From a bare worker to one that leads or follows.

use super::desk::{self, Desk};
use super::{console, tab};
use wasm_bindgen_futures::spawn_local;
use zajil_api::StopReason;

pub(crate) fn start() {
    std::panic::set_hook(Box::new(|panic| {
        // The message may quote data; the place does not.
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        tab::stop(StopReason::Fault, format!("a fault in the app: {place}"));
    }));
    console::install();
    let (events, arrived) = desk::queue();
    tab::listen(events.clone());
    spawn_local(async move {
        match Desk::new(events, arrived) {
            Ok(desk) => desk.run().await,
            Err(stop) => stop.tell(),
        }
    });
}
