//! How much is unread, and how far the other knows theirs was read.

use crate::world::World;
use zajil_api::{Command, MessageState};

const ONE: &str = "wss://one.example";

/// Alice has written so many to Bob, who has looked at none.
fn unread(count: usize) -> World {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    for nth in 1..=count {
        world.send("Alice", "Bob", &nth.to_string());
        world.pass(1_000);
    }
    assert_eq!(world.chat_of("Bob", "Alice").unread as usize, count);
    world
}

/// Bob sees everything up to the message that was written as this.
fn sees(world: &mut World, number: usize) {
    let messages = world.messages("Bob", "Alice");
    let up_to = messages.iter().find(|message| message.text == number.to_string()).unwrap().place;
    let chat = world.chat_of("Bob", "Alice").id;
    world.command("Bob", Command::MarkRead { chat, up_to });
    world.pass(2_000);
}

fn known_as_read(world: &mut World) -> usize {
    let states = world.states("Alice", "Bob");
    states.iter().filter(|state| **state == MessageState::Read).count()
}

#[test]
fn what_was_left_unread_is_unread_after_a_restart() {
    let mut world = unread(60);
    world.restart("Bob");
    world.pass(5_000);
    for (number, left) in [(7, 53), (30, 30), (59, 1), (60, 0)] {
        sees(&mut world, number);
        assert_eq!(world.chat_of("Bob", "Alice").unread, left, "after the {number}th");
        assert_eq!(known_as_read(&mut world), number);
    }
}

#[test]
fn more_unread_than_is_remembered_is_counted_all_the_same() {
    let mut world = unread(300);
    for (number, left) in [(1, 299), (20, 280), (200, 100), (299, 1)] {
        sees(&mut world, number);
        assert_eq!(world.chat_of("Bob", "Alice").unread, left, "after the {number}th");
    }
    let chat = world.chat_of("Bob", "Alice").id;
    let newest = world.messages("Bob", "Alice").last().unwrap().place;
    world.command("Bob", Command::MarkRead { chat, up_to: newest });
    assert_eq!(world.chat_of("Bob", "Alice").unread, 0);
}
