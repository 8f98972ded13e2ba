//! The fixtures' servers, and cutting them.

use super::fixtures::{Scene, now};
use zajil_api::{Advice, CopyState, Delivery, LinkState, MessageState, RelayUrl, Server};
use zajil_api::{ServerCopy, UnixTime, Update};

pub fn server(url: &str, link: LinkState) -> Server {
    Server::new(RelayUrl::new(url), link)
}

pub fn all(scene: &str) -> Vec<Server> {
    let offline = LinkState::Offline { retry_at: Some(UnixTime(now().0 + 40)) };
    let out = matches!(scene, "outage" | "readonly");
    let up = if out { offline } else { LinkState::Connected };
    let first = Server {
        answers_in_ms: Some(43),
        score: Some(98),
        chats: 7,
        held: 12,
        ..server("wss://relay.example.org/", up)
    };
    let second = Server {
        answers_in_ms: Some(618),
        score: Some(71),
        advice: Some(Advice::Forgets),
        chats: 3,
        held: 1,
        waiting: 2,
        said: Some("rate-limited: slow down a little".to_owned()),
        ..server("wss://nostr.example.net/", up)
    };
    let third = if out { offline } else { LinkState::Connecting };
    let third = server("ws://localhost:8080/relay", third);
    let fourth = Server {
        score: Some(12),
        advice: Some(Advice::OftenAway),
        chats: 1,
        waiting: 11,
        ..server("wss://old.example.com/", offline)
    };
    match scene {
        "alone" => vec![first, fourth],
        // Whoever came by a link: a chat on three, and one in the list.
        "guest" => vec![
            Server { chats: 1, ..first },
            Server { chats: 1, ..second },
            Server { chats: 1, ..third },
        ],
        _ => vec![first, second, third, fourth],
    }
}

impl Scene {
    /// What is told of a server: of one that only chats use, that it is in nobody's list.
    pub fn told(&self, server: &Server) -> Vec<Update> {
        let first = self.servers.first().map(|first| &first.url);
        let foreign = self.name == "guest" && first != Some(&server.url);
        let removed = foreign.then(|| Update::ServerRemoved(server.url.clone()));
        [Some(Update::ServerChanged(server.clone())), removed].into_iter().flatten().collect()
    }
}

/// Cuts some for so many seconds; answers what they were.
pub fn cut(servers: &mut [Server], urls: &[RelayUrl], seconds: u16) -> Vec<Server> {
    let until = UnixTime(now().0 + u64::from(seconds));
    let chosen = servers.iter_mut().filter(|server| urls.contains(&server.url));
    chosen
        .map(|s| std::mem::replace(s, Server { link: LinkState::Cut { until }, ..s.clone() }))
        .collect()
}

/// Where a message in this state may be.
pub fn delivery(servers: &[Server], state: MessageState) -> Delivery {
    let copies = [CopyState::Held, CopyState::Promised, CopyState::Waiting, CopyState::Refused];
    let copy = |(server, of): (&Server, CopyState)| {
        let state = match state {
            MessageState::NotSent => CopyState::Refused,
            MessageState::Sending => CopyState::Waiting,
            _ => of,
        };
        ServerCopy { server: server.url.clone(), state }
    };
    let copies = servers.iter().zip(copies).map(copy).collect();
    Delivery { state, copies, can_withdraw: state <= MessageState::Sending }
}
