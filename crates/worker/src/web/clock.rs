use crate::Clock;
use gloo_timers::future::TimeoutFuture;
use zajil_core::engine::Timestamp;

/// The device's clock and the browser's timers.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrowserClock;

impl Clock for BrowserClock {
    fn now(&self) -> Timestamp {
        // A float holds milliseconds exactly for 280,000 years; before 1970 it saturates to 0.
        Timestamp(js_sys::Date::now() as u64)
    }

    async fn sleep(&self, milliseconds: u32) {
        TimeoutFuture::new(milliseconds).await;
    }
}
