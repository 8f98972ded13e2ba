//! A relay as NIP-01 describes it, and no more.

use std::collections::BTreeMap;
use zajil_core::nostr::{ClientMessage, Event, Filter, RelayMessage, SubscriptionId};

type Who = &'static str;

#[derive(Default)]
pub struct SmallRelay {
    events: Vec<Event>,
    subscriptions: BTreeMap<(Who, String), Vec<Filter>>,
}

impl SmallRelay {
    pub fn disconnect(&mut self, who: Who) {
        self.subscriptions.retain(|(other, _), _| *other != who);
    }

    /// What a frame leads to: frames, and for whom.
    pub fn handle(&mut self, who: Who, text: &str) -> Vec<(Who, String)> {
        match ClientMessage::parse(text).expect("our own frames parse") {
            ClientMessage::Event(event) => self.publish(who, *event),
            ClientMessage::Req { subscription, filters } => {
                let name = subscription.as_str().to_owned();
                let mut found: Vec<&Event> = self
                    .events
                    .iter()
                    .filter(|event| filters.iter().any(|filter| filter.matches(event)))
                    .collect();
                // Newest first: this is what clients must cope with.
                found.sort_by_key(|event| std::cmp::Reverse((event.created_at, event.id)));
                let mut frames: Vec<_> =
                    found.into_iter().map(|event| (who, frame(&name, event))).collect();
                frames.push((who, RelayMessage::Eose(subscription).to_json()));
                self.subscriptions.insert((who, name), filters);
                frames
            }
            ClientMessage::Close(subscription) => {
                self.subscriptions.remove(&(who, subscription.as_str().to_owned()));
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn publish(&mut self, who: Who, event: Event) -> Vec<(Who, String)> {
        let (id, message) = (event.id, String::new());
        let mut frames = vec![(who, RelayMessage::Ok { id, accepted: true, message }.to_json())];
        if !self.events.iter().any(|known| known.id == id) {
            let wanted = self
                .subscriptions
                .iter()
                .filter(|(_, filters)| filters.iter().any(|filter| filter.matches(&event)));
            frames.extend(wanted.map(|((to, name), _)| (*to, frame(name, &event))));
            self.events.push(event);
        }
        frames
    }
}

fn frame(name: &str, event: &Event) -> String {
    let subscription = SubscriptionId::new(name).unwrap();
    RelayMessage::Event { subscription, event: Box::new(event.clone()) }.to_json()
}
