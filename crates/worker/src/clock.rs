use zajil_core::engine::Timestamp;

/// The time and the passing of it: the browser's, or a virtual one in tests.
#[allow(async_fn_in_trait, reason = "one thread: futures need not be Send")]
pub trait Clock {
    fn now(&self) -> Timestamp;

    /// Returns after at least `milliseconds`; a sleeping device makes it later.
    async fn sleep(&self, milliseconds: u32);
}
