//! What is let go or made anew with time.

use super::Engine;
use super::record::{Answer, Outgoing, OutgoingRow, Purpose};
use zajil_api::UnixTime;

const EVERY_MS: u64 = 6 * 3_600_000;
/// What at least one server has is given up on the others after so long…
const KEPT_SECONDS: u64 = 14 * 86_400;
/// …and what is told anew when it is asked for (receipts, and what is sent again) after so long.
const OTHER_KEPT_SECONDS: u64 = 86_400;

impl Engine {
    /// A tab may lead for weeks: none of this waits for a start.
    pub(super) fn tidy_up_if_due(&mut self) {
        if self.tidied_at.0 + EVERY_MS <= self.now.0 {
            self.tidied_at = self.now;
            self.tidy_up();
        }
    }

    pub(super) fn tidy_up(&mut self) {
        let now = self.unix_now();
        let outdated = self.outbox.rows().filter(|row| is_outdated(row, now));
        let outdated: Vec<u64> = outdated.map(|row| row.id).collect();
        for id in outdated {
            self.drop_outgoing(id);
        }
        self.drop_old_parked();
        self.renew_stale_key_package();
    }
}

/// Whether some server has it and the others will not get it any more. Of what others wait for,
/// a promise is not enough.
fn is_outdated(row: &OutgoingRow, now: UnixTime) -> bool {
    if matches!(row.purpose, Purpose::Welcome { .. }) {
        // Nobody could ask for it.
        return false;
    }
    let is_other = row.purpose == Purpose::Other && matches!(row.content, Outgoing::Message(_));
    let kept = if is_other { OTHER_KEPT_SECONDS } else { KEPT_SECONDS };
    let is_taken = |answer: Answer| match answer {
        Answer::Held => true,
        Answer::Accepted => is_other,
        Answer::None | Answer::Refused => false,
    };
    row.since.0.saturating_add(kept) < now.0
        && (row.content == Outgoing::Event || row.targets.iter().any(|to| is_taken(to.answer)))
}
