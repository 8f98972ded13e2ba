use super::{AppState, Part};
use zajil_api::{Lead, LinkState, RelayUrl, Server};

/// What the device says of its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    Here,
    Gone,
}

impl AppState {
    /// All that carry something, in the order the engine named them.
    pub fn servers(&self) -> &[Server] {
        &self.servers
    }

    /// Whether it is in the person's list. Others are there because a chat uses them.
    pub fn is_own(&self, url: &RelayUrl) -> bool {
        !self.foreign.contains(url)
    }

    pub fn own_servers(&self) -> impl Iterator<Item = &Server> {
        self.servers.iter().filter(|server| self.is_own(&server.url))
    }

    pub fn server(&self, url: &RelayUrl) -> Option<&Server> {
        self.servers.iter().find(|server| server.url == *url)
    }

    /// True when servers are known and every one has failed since it was last
    /// connected. A new attempt alone changes nothing, or the strip that says so would
    /// come and go.
    pub fn is_cut_off(&self) -> bool {
        !self.servers.is_empty() && self.servers.iter().all(|s| self.failed.contains(&s.url))
    }

    /// Whether nothing goes out, of what can be written here.
    pub fn is_held_back(&self) -> bool {
        self.is_cut_off() && self.lead != Lead::ReadOnly
    }

    /// Whether it failed since it was last connected.
    pub fn is_away(&self, url: &RelayUrl) -> bool {
        self.failed.contains(url)
    }

    /// Whether it is being found out if any server can still be reached.
    pub fn is_doubted(&self) -> bool {
        self.doubted
    }

    /// The device's own word on its network: often wrong, never ignored.
    pub fn note_network(&mut self, gone: Network) -> Part {
        self.doubted = gone == Network::Gone && !self.servers.is_empty();
        Part::Reach
    }

    pub fn is_working(&self, url: &RelayUrl) -> bool {
        self.server(url).is_some_and(|server| server.link == LinkState::Connected)
    }

    /// Whether of several servers in the list only this one works. A server that is alone there
    /// cannot be removed at all.
    pub fn is_last_connected(&self, url: &RelayUrl) -> bool {
        let mut connected = self.own_servers().filter(|s| s.link == LinkState::Connected);
        let first = connected.next().is_some_and(|server| server.url == *url);
        first && connected.next().is_none() && self.own_servers().count() > 1
    }

    pub(super) fn take_servers(&mut self, servers: Vec<Server>) {
        self.servers = servers;
        // Named next.
        self.foreign.clear();
        self.failed.clear();
        for server in &self.servers {
            note_link(&mut self.failed, server);
        }
    }

    pub(super) fn put_server(&mut self, server: Server) -> Vec<Part> {
        let mut parts = vec![Part::Server(server.url.clone()), Part::Reach];
        note_link(&mut self.failed, &server);
        self.doubted &= !self.has_answered(&server);
        // Should it not be in the list, that is said next.
        if !self.is_own(&server.url) {
            self.foreign.retain(|url| *url != server.url);
            parts.push(Part::ServerList);
        }
        match self.servers.iter_mut().find(|held| held.url == server.url) {
            Some(held) => *held = server,
            None => {
                self.servers.push(server);
                parts.push(Part::ServerList);
            }
        }
        parts.extend(self.note_practice());
        parts
    }

    /// Whether what is told of a server shows that it is there now, and not only that it was.
    fn has_answered(&self, now: &Server) -> bool {
        let before = self.server(&now.url).filter(|before| before.link == now.link);
        let has_news = before.is_none_or(|before| {
            before.answers_in_ms != now.answers_in_ms || before.held < now.held
        });
        now.link == LinkState::Connected && has_news
    }

    /// It is not in the list, or not any more. What a chat still uses stays to be seen.
    pub(super) fn remove_server(&mut self, url: &RelayUrl) -> Vec<Part> {
        self.foreign.retain(|other| other != url);
        if self.server(url).is_some_and(|server| server.chats > 0) {
            self.foreign.push(url.clone());
            let parts = [Part::Server(url.clone()), Part::ServerList, Part::Reach].into_iter();
            return parts.chain(self.note_practice()).collect();
        }
        self.servers.retain(|server| server.url != *url);
        self.failed.retain(|failed| failed != url);
        let mut parts = vec![Part::ServerList, Part::Reach];
        parts.extend(self.note_practice());
        parts
    }
}

fn note_link(failed: &mut Vec<RelayUrl>, server: &Server) {
    if server.link != LinkState::Connecting {
        failed.retain(|url| *url != server.url);
    }
    if matches!(server.link, LinkState::Offline { .. } | LinkState::Cut { .. }) {
        failed.push(server.url.clone());
    }
}
