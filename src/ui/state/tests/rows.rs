use super::*;

fn drawn(state: &AppState) -> Vec<String> {
    let day_of = |at: UnixTime| i64::try_from(at.0 / 86_400).unwrap();
    let row = |row| match row {
        Row::Day { day, .. } => format!("day {day}"),
        Row::Unread => "unread".to_owned(),
        Row::Message { seq, joined: true, .. } => format!("+{}", seq.0),
        Row::Message { seq, .. } => seq.0.to_string(),
    };
    rows(state.timeline().unwrap(), day_of).into_iter().map(row).collect()
}

#[test]
fn bubbles_join_within_five_minutes_of_one_author_on_one_day() {
    let mut state = open(NOTHING, true);
    for (seq, direction, at) in [
        (1, Direction::Incoming, 1_000),
        (2, Direction::Incoming, 1_300),
        (3, Direction::Incoming, 1_601),
        (4, SENDING, 1_602),
        (5, SENDING, 86_399),
        (6, SENDING, 86_400),
    ] {
        add(&mut state, message_at(seq, direction, at));
    }
    assert_eq!(drawn(&state), ["day 0", "1", "+2", "3", "4", "5", "day 1", "6"]);
}

#[test]
fn the_unread_line_stands_before_the_first_unread_and_goes_when_one_answers() {
    let mut with_unread = chat("a", 1);
    with_unread.unread = 2;
    with_unread.read_up_to = Seq(1);
    let mut state = attached(vec![with_unread]);
    state.open(&ChatId::new("a"));
    load(&mut state, Edge::Newest, 1..=3, true);
    assert_eq!(drawn(&state), ["day 0", "1", "unread", "2", "3"]);
    add(&mut state, message_at(4, SENDING, 2_000));
    assert_eq!(drawn(&state), ["day 0", "1", "2", "3", "4"]);
}
