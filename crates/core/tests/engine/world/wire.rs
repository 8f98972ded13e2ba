//! What reaches people beside what they asked for.

use super::{SimRelay, World};
use zajil_api::RelayUrl;
use zajil_core::engine::{Input, Timestamp};
use zajil_core::nostr::Event;

impl World {
    /// Frames from a relay reach people, sooner or later.
    pub(super) fn deliver(&mut self, url: &RelayUrl, frames: Vec<(&'static str, String)>) {
        let latency = self.relays.get(url).map_or(0, |relay| relay.manners.latency_ms);
        for (to, text) in frames {
            let frame = (to, Input::RelayFrame { relay: url.clone(), text });
            if latency == 0 {
                self.inbox.push_back(frame);
            } else {
                let at = Timestamp(self.now.0 + latency);
                self.later.insert((at, self.later.len() + self.outputs), frame);
            }
        }
    }

    /// Something happens on somebody's device.
    pub fn happen(&mut self, who: &'static str, input: Input) {
        self.inbox.push_back((who, input));
        self.run();
    }

    /// An event that somebody outside published reaches a relay.
    pub fn inject(&mut self, url: &str, event: Event) {
        let url = RelayUrl::new(url);
        for (to, text) in self.relays.get_mut(&url).unwrap().inject(event) {
            self.inbox.push_back((to, Input::RelayFrame { relay: url.clone(), text }));
        }
        self.run();
    }

    /// A relay hands out the older pages it held back.
    pub fn release(&mut self, url: &str) {
        let url = RelayUrl::new(url);
        let relay = self.relays.get_mut(&url).unwrap();
        relay.slow_pages = None;
        for (to, text) in std::mem::take(&mut relay.delayed) {
            self.inbox.push_back((to, Input::RelayFrame { relay: url.clone(), text }));
        }
        self.run();
    }

    /// A relay that hung comes to life, and answers all that it was told.
    pub fn wake(&mut self, url: &str) {
        let url = RelayUrl::new(url);
        let relay = self.relays.get_mut(&url).unwrap();
        relay.manners.hangs = false;
        for (who, text) in std::mem::take(&mut relay.manners.unheard) {
            for (to, text) in relay.handle(who, &text) {
                self.inbox.push_back((to, Input::RelayFrame { relay: url.clone(), text }));
            }
        }
        self.run();
    }

    /// A relay says these words to somebody, whatever they are.
    pub fn say(&mut self, url: &str, to: &'static str, text: &str) {
        let frame = Input::RelayFrame { relay: RelayUrl::new(url), text: text.to_owned() };
        self.inbox.push_back((to, frame));
        self.run();
    }

    pub fn relay(&mut self, url: &str) -> &mut SimRelay {
        self.relays.get_mut(&RelayUrl::new(url)).unwrap()
    }
}
