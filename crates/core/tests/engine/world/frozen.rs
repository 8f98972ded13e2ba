//! Devices that do nothing for a while, as a tab's does when nobody looks, and then take all that
//! came meanwhile in one go.

use super::World;
use zajil_core::engine::Input;

impl World {
    /// What comes for somebody waits from now on, in order, and their timers do not fire.
    pub fn freeze(&mut self, who: &'static str) {
        self.run();
        self.frozen.insert(who, Vec::new());
    }

    /// They take all of it before anything that it leads to is carried out.
    pub fn thaw(&mut self, who: &'static str) {
        let waiting = self.frozen.remove(who).expect("frozen");
        let now = self.clock_of(who);
        let engine = self.people.get_mut(who).and_then(|person| person.engine.as_mut()).unwrap();
        for input in waiting {
            engine.handle_input(now, input);
        }
        self.run();
    }

    pub(super) fn unless_frozen(&mut self, who: &'static str, input: Input) -> Option<Input> {
        match self.frozen.get_mut(who) {
            Some(waiting) => {
                waiting.push(input);
                None
            }
            None => Some(input),
        }
    }
}
