//! How much one client may ask of the relay; told to clients in the NIP-11 document.

/// The defaults are for a relay of a household or a small community on one machine.
#[derive(Clone, Debug)]
pub struct Limits {
    /// An event's JSON. Most relays take 64 KiB, so nobody should rely on more.
    pub event_bytes: usize,
    /// A whole message, for instance a `REQ` with many ids.
    pub frame_bytes: usize,
    pub connections: usize,
    pub connections_per_address: usize,
    pub subscriptions: usize,
    pub subscription_id: usize,
    /// The most stored events that one filter brings; ask again with `until` for more.
    pub events_per_filter: usize,
    /// Messages a client may send at once after a pause ...
    pub burst: u32,
    /// ... and how many a second it may go on with.
    pub messages_per_second: u32,
    /// Answers waiting for a client that reads too slowly, before it is cut off.
    pub waiting_frames: usize,
}

impl Limits {
    /// What is above `frame_bytes` is refused with a message, for which it has to be read;
    /// above this it is not even that, and the connection ends.
    pub fn hard_frame_bytes(&self) -> usize {
        self.frame_bytes.saturating_mul(8)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            event_bytes: 64 * 1024,
            frame_bytes: 128 * 1024,
            connections: 2048,
            connections_per_address: 256,
            subscriptions: 100,
            subscription_id: 64,
            events_per_filter: 1000,
            burst: 1000,
            messages_per_second: 100,
            waiting_frames: 8192,
        }
    }
}
