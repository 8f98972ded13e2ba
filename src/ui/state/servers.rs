use super::{AppState, Part};
use zajil_api::{LinkState, RelayUrl, Server};

impl AppState {
    /// In the order the engine named them.
    pub fn servers(&self) -> &[Server] {
        &self.servers
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

    /// Whether of several servers only this one works. A server that is alone in the list
    /// cannot be removed at all.
    pub fn is_last_connected(&self, url: &RelayUrl) -> bool {
        let mut connected = self.servers.iter().filter(|s| s.link == LinkState::Connected);
        let first = connected.next().is_some_and(|server| server.url == *url);
        first && connected.next().is_none() && self.servers.len() > 1
    }

    pub(super) fn take_servers(&mut self, servers: Vec<Server>) {
        self.servers = servers;
        self.failed.clear();
        for server in &self.servers {
            note_link(&mut self.failed, server);
        }
    }

    pub(super) fn put_server(&mut self, server: Server) -> Vec<Part> {
        let mut parts = vec![Part::Server(server.url.clone()), Part::Reach];
        note_link(&mut self.failed, &server);
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

    pub(super) fn remove_server(&mut self, url: &RelayUrl) -> Vec<Part> {
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
