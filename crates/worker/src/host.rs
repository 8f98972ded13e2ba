//! The one task that owns the engine.

use crate::{Carrier, Clock, Effect, End};
use zajil_api::CommandId;
use zajil_core::engine::{Engine, Input};
use zajil_core::store::Store;

/// So many inputs are taken together at most: a burst is saved as one write, yet
/// the screen hears of its beginning before its end was read.
const BURST: usize = 256;

/// A clock may be set back or forward while we sleep: look at it this often.
const LONGEST_SLEEP_MS: u64 = 60_000;

/// Woken so much later than asked for, the whole device slept.
const OVERSLEPT_MS: u64 = 5_000;

/// Owns the engine, reads the inbox, has the outputs carried out.
pub struct Host<S, C, F> {
    engine: Engine,
    carrier: Carrier<S, C, F>,
    /// Requests in the engine whose outputs are still to be carried out.
    under_way: Vec<CommandId>,
}

impl<S: Store, C: Clock, F: FnMut(Effect)> Host<S, C, F> {
    pub fn new(engine: Engine, carrier: Carrier<S, C, F>) -> Self {
        Self { engine, carrier, under_way: Vec::new() }
    }

    /// Runs until nothing more can be kept here; what was not kept has not left either.
    pub async fn run(mut self) -> End {
        loop {
            if let Err(end) = self.carry_out_all().await {
                return end;
            }
            let first = self.next_input().await;
            self.handle(first);
            for _ in 1..BURST {
                match self.carrier.inbox().next_waiting() {
                    Some(input) => self.handle(input),
                    None => break,
                }
            }
            // Once per round, so that a busy inbox cannot starve the timers.
            if self.is_due() {
                self.handle(Input::TimedOut);
            }
        }
    }

    async fn carry_out_all(&mut self) -> Result<(), End> {
        while let Some(output) = self.engine.poll_output() {
            self.carrier.carry_out(output).await?;
        }
        self.carrier.finish(std::mem::take(&mut self.under_way));
        Ok(())
    }

    fn handle(&mut self, input: Input) {
        if let Input::Request(request) = &input {
            self.under_way.push(request.id);
        }
        let now = self.carrier.clock().now();
        self.engine.handle_input(now, input);
    }

    fn is_due(&self) -> bool {
        self.engine.poll_timeout().is_some_and(|at| at <= self.carrier.clock().now())
    }

    async fn next_input(&mut self) -> Input {
        let Some(at) = self.engine.poll_timeout() else {
            return self.carrier.inbox().next().await;
        };
        let now = self.carrier.clock().now().0;
        // At least one millisecond: an engine that is always due must not spin.
        let sleep = at.0.saturating_sub(now).clamp(1, LONGEST_SLEEP_MS);
        let input = self.carrier.next_within(u32::try_from(sleep).unwrap_or(u32::MAX)).await;
        if self.carrier.clock().now().0 > now + sleep + OVERSLEPT_MS {
            self.handle(Input::Woke);
        }
        // Due or not: the engine is to know if the clock was set back.
        input.unwrap_or(Input::TimedOut)
    }
}
