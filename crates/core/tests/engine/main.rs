//! The engine's story, told natively: people, relays that fall short, and a clock that only
//! moves when told.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests: what cannot be shall end the test"
)]

mod absence;
mod anew;
mod catchup;
mod causes;
mod chat;
mod converge;
mod copies;
mod crash;
mod deaths;
mod delivery;
mod disk;
mod echo;
mod elsewhere;
mod findable;
mod gaps;
mod groups;
mod hostile;
mod in_turn;
mod limits;
mod links;
mod parked;
mod patience;
mod practice;
mod reading;
mod reconnect;
mod refused;
mod requests;
mod rubbish;
mod servers;
mod shares;
mod strangers;
mod taken_back;
mod ticks;
mod welcomes;
mod withdrawal;
mod world;
