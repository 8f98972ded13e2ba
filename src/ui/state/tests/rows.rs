use super::*;

fn drawn(state: &AppState) -> Vec<String> {
    let gaps = state.gaps(&ChatId::new("a"));
    let day_of = |at: UnixTime| i64::try_from(at.0 / 86_400).unwrap();
    let row = |row| match row {
        Row::Day { day, .. } => format!("day {day}"),
        Row::Unread => "unread".to_owned(),
        Row::Gap { count, cause, .. } => format!("{count} {cause:?}"),
        Row::Message { place, joined: true, .. } => format!("+{}", place.clock),
        Row::Message { place, .. } => place.clock.to_string(),
    };
    rows(state.timeline().unwrap(), &gaps, day_of).into_iter().map(row).collect()
}

#[test]
fn bubbles_join_within_five_minutes_of_one_author_on_one_day() {
    let mut state = open(NOTHING, true);
    for (n, direction, at) in [
        (1, Direction::Incoming, 1_000),
        (2, Direction::Incoming, 1_300),
        (3, Direction::Incoming, 1_601),
        (4, SENDING, 1_602),
        (5, SENDING, 86_399),
        (6, SENDING, 86_400),
    ] {
        add(&mut state, message_at(n, direction, at));
    }
    assert_eq!(drawn(&state), ["day 0", "1", "+2", "3", "4", "5", "day 1", "6"]);
}

#[test]
fn the_unread_line_stands_before_the_first_unread_and_goes_when_one_answers() {
    let mut with_unread = chat("a", 1);
    with_unread.unread = 2;
    with_unread.read_up_to = place(1);
    let mut state = attached(vec![with_unread]);
    state.open(&ChatId::new("a"));
    load(&mut state, Edge::Newest, 1..=3, true);
    assert_eq!(drawn(&state), ["day 0", "1", "unread", "2", "3"]);
    add(&mut state, message_at(4, SENDING, 2_000));
    assert_eq!(drawn(&state), ["day 0", "1", "2", "3", "4"]);
}

fn gap(before: Place, count: u32, cause: GapCause) -> Gap {
    Gap { before, count, cause, since: UnixTime(0) }
}

fn with_gaps(stage: Stage, gaps: Vec<Gap>) -> Update {
    Update::ChatChanged(Chat { stage, gaps, ..chat("a", 1) })
}

#[test]
fn a_gap_stands_before_its_message_and_goes_when_it_heals() {
    let mut state = open(1..=3, true);
    let gaps =
        vec![gap(place(2), 4, GapCause::KeyGone), gap(Place::END, 1, GapCause::NotHandedOut)];
    state.apply(with_gaps(Stage::Open, gaps.clone()));
    assert_eq!(drawn(&state), ["day 0", "1", "4 KeyGone", "2", "3", "1 NotHandedOut"]);
    state.apply(with_gaps(Stage::Open, Vec::new()));
    assert_eq!(drawn(&state), ["day 0", "1", "2", "3"]);
    state.apply(with_gaps(Stage::Requested, gaps));
    assert_eq!(drawn(&state), ["day 0", "1", "2", "3"], "who only asks is not missed");
}

#[test]
fn a_gap_of_another_page_is_not_drawn_here() {
    let mut state = open(81..=90, false);
    let first = gap(place(81), 2, GapCause::Damaged);
    state.apply(with_gaps(Stage::Open, vec![gap(place(9), 1, GapCause::Damaged), first]));
    assert_eq!(drawn(&state).get(..3).unwrap(), ["day 0", "2 Damaged", "81"]);
    state.timeline_mut().unwrap().doubt();
    state.apply(with_gaps(Stage::Open, vec![gap(Place::END, 1, GapCause::Newer)]));
    assert_eq!(drawn(&state).last().unwrap(), "90", "the end is not in the window");
}

#[test]
fn a_gap_parts_what_stands_together() {
    let mut state = open(NOTHING, true);
    add(&mut state, message_at(1, Direction::Incoming, 1_000));
    add(&mut state, message_at(2, Direction::Incoming, 1_100));
    assert_eq!(drawn(&state), ["day 0", "1", "+2"]);
    state.apply(with_gaps(Stage::Open, vec![gap(place(2), 1, GapCause::GivenUp)]));
    assert_eq!(drawn(&state), ["day 0", "1", "1 GivenUp", "2"]);
}
