//! From a bare worker to one that leads or follows.

use super::desk::{Desk, Names};
use super::schema::FIRST_ACCOUNT;
use super::scope::scope;
use super::{console, tab};
use wasm_bindgen_futures::spawn_local;
use zajil_api::StopReason;

const NAMES: Names = Names { engine: "zajil-engine-1", database: FIRST_ACCOUNT };

pub(crate) fn start() {
    std::panic::set_hook(Box::new(|panic| {
        // The message may quote data; the place does not.
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        tab::stop(StopReason::Fault, format!("a fault in the app: {place}"));
    }));
    console::install();
    let (tray, desk) = Desk::new(NAMES, tab::tell);
    tab::listen(tray);
    spawn_local(async move {
        desk.run().await;
        // The lead goes to another tab, and nothing runs on that cannot be trusted.
        scope().close();
    });
}
