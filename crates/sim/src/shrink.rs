//! From a history in which something went wrong to the smallest in which it still does.

use crate::history::{Action, EVER, History};
use crate::run::{Mode, run};
use crate::verdict::Rule;

/// Histories tried at most: what is small enough to be read is small enough.
const MOST_RUNS: usize = 600;

/// Leaves out actions, then shortens what is left, as long as the same rule is broken.
pub fn shrink(history: &History, rule: Rule, mode: &Mode) -> History {
    let mode = Mode { trace: false, ..mode.clone() };
    let mut shrinking = Shrinking { best: history.clone(), rule, mode, left: MOST_RUNS };
    shrinking.cut_end();
    shrinking.leave_out();
    shrinking.shorten();
    shrinking.leave_out();
    shrinking.best
}

struct Shrinking {
    best: History,
    rule: Rule,
    mode: Mode,
    left: usize,
}

impl Shrinking {
    /// Keeps `candidate` where it still goes wrong in the same way.
    fn attempt(&mut self, candidate: History) -> bool {
        if self.left == 0 || candidate == self.best {
            return false;
        }
        self.left -= 1;
        let broken = run(&candidate, &self.mode).broken;
        let same = broken.is_some_and(|(rule, _)| rule == self.rule);
        if same {
            self.best = candidate;
        }
        same
    }

    fn without(&self, from: usize, to: usize) -> History {
        let mut candidate = self.best.clone();
        let to = to.min(candidate.actions.len());
        candidate.actions.drain(from.min(to)..to);
        candidate
    }

    /// The second half is often beside the point.
    fn cut_end(&mut self) {
        let mut half = self.best.actions.len() / 2;
        while half > 0 {
            let len = self.best.actions.len();
            if !self.attempt(self.without(len.saturating_sub(half), len)) {
                half /= 2;
            }
        }
    }

    /// Delta debugging: ever smaller pieces are left out.
    fn leave_out(&mut self) {
        let mut piece = (self.best.actions.len() / 2).max(1);
        loop {
            let mut from = 0;
            let mut any = false;
            while from < self.best.actions.len() {
                let shorter = self.attempt(self.without(from, from + piece));
                any |= shorter;
                from += if shorter { 0 } else { piece };
            }
            match (piece, any) {
                (1, false) => return,
                (1, true) => {}
                _ => piece /= 2,
            }
            if self.left == 0 {
                return;
            }
        }
    }

    /// Fewer people and relays, and rounder times.
    fn shorten(&mut self) {
        while self.best.relays > 1 && self.best.honest < self.best.relays - 1 {
            let mut candidate = self.best.clone();
            candidate.relays -= 1;
            let relays = candidate.relays;
            candidate.actions.retain(
                |timed| !matches!(timed.action, Action::Fault { relay, .. } if relay >= relays),
            );
            if !self.attempt(candidate) {
                break;
            }
        }
        for at in 0..self.best.actions.len() {
            let mut candidate = self.best.clone();
            let floor = if at == 0 { 0 } else { candidate.actions[at - 1].at };
            let timed = &mut candidate.actions[at];
            timed.at = (timed.at / 10_000 * 10_000).max(floor);
            if let Action::Fault { span, .. }
            | Action::Sleep { span, .. }
            | Action::Offline { span, .. }
            | Action::Adrift { span, .. } = &mut timed.action
                && *span < EVER
            {
                *span = span.div_ceil(10_000) * 10_000;
            }
            self.attempt(candidate);
        }
    }
}
