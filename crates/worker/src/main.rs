//! The worker's module: the library's exports, linked. Nothing runs before `start` is called.

use zajil_worker as _;

fn main() {}
