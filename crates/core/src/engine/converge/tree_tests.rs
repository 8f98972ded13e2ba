use super::*;
use crate::engine::record::OwnCommitRow;
use crate::envelope::GroupEventKey;
use crate::mls::GroupRecords;
use proptest::prelude::*;

const START: u8 = 0;

fn id(number: u8) -> StateId {
    StateId([number; 32])
}

/// State `number`, which `committer` made out of `parent`.
fn state(number: u8, parent: Option<u8>, epoch: u64, committer: u8) -> StateRow {
    StateRow {
        group: [9; 32],
        id: id(number),
        epoch,
        parent: parent.map(id),
        committer: [committer; 32],
        privileged: false,
        key: GroupEventKey::from_bytes([number; 32]),
        witnesses: Vec::new(),
        records: parent.map(|_| GroupRecords::default()),
        ours: None,
        fresh: false,
    }
}

fn begun() -> States {
    States::begin(state(START, None, 10, 0))
}

fn with(rows: impl IntoIterator<Item = StateRow>) -> States {
    let mut states = begun();
    for row in rows {
        states.add(row);
    }
    states
}

fn settled(mut states: States) -> StateId {
    let to = states.selected();
    states.go_to(to, GroupRecords::default());
    states.selected()
}

#[test]
fn a_commit_on_top_of_ours_is_followed() {
    assert_eq!(settled(with([state(1, Some(START), 11, 5)])), id(1));
}

#[test]
fn of_two_commits_of_one_epoch_the_lower_account_wins_then_the_lower_digest() {
    let (low, high) = (state(7, Some(START), 11, 1), state(3, Some(START), 11, 2));
    assert_eq!(settled(with([low.clone(), high.clone()])), id(7));
    assert_eq!(settled(with([high, low])), id(7));
    let (low, high) = (state(3, Some(START), 11, 2), state(7, Some(START), 11, 2));
    assert_eq!(settled(with([high, low])), id(3));
}

#[test]
fn what_only_an_admin_may_do_wins_over_what_anyone_may() {
    let ordinary = state(1, Some(START), 11, 1);
    let privileged = StateRow { privileged: true, ..state(2, Some(START), 11, 9) };
    assert_eq!(settled(with([ordinary, privileged])), id(2));
}

#[test]
fn the_deeper_branch_wins_and_a_quorum_is_worth_one_commit() {
    let rows =
        [state(1, Some(START), 11, 1), state(2, Some(START), 11, 9), state(3, Some(2), 12, 9)];
    let mut states = with(rows);
    assert_eq!(states.selected(), id(3));
    states.witness(id(1), [4; 32]);
    assert_eq!(states.selected(), id(3), "one who writes is no quorum");
    states.witness(id(1), [4; 32]);
    states.witness(id(1), [5; 32]);
    assert_eq!(states.selected(), id(1), "as deep, with a quorum");
    states.add(state(4, Some(3), 13, 9));
    assert_eq!(states.selected(), id(4), "traffic does not beat a longer branch");
}

#[test]
fn our_own_commit_decides_nothing_before_somebody_else_has_it() {
    let ours = Some(OwnCommitRow { outgoing: 1, is_out: false });
    let mut states =
        with([StateRow { ours, ..state(1, Some(START), 11, 1) }, state(2, Some(1), 12, 2)]);
    assert_eq!(states.selected(), id(START), "nor does what is built on it");
    states.get_mut(id(1)).unwrap().ours = Some(OwnCommitRow { outgoing: 1, is_out: true });
    assert_eq!(states.selected(), id(2));
}

#[test]
fn a_branch_that_left_too_long_ago_is_not_followed() {
    let mut states = begun();
    for number in 1..=6 {
        states.add(state(number, Some(number - 1), 10 + u64::from(number), 9));
    }
    let to = states.selected();
    assert_eq!(states.go_to(to, GroupRecords::default()), Some(10));
    for number in 101..=120 {
        let parent = if number == 101 { START } else { number - 1 };
        states.add(state(number, Some(parent), 10 + u64::from(number - 100), 1));
    }
    assert_eq!(states.selected(), id(6), "six commits back");
    let gone = states.prune();
    assert!(gone.iter().any(|row| row.id == id(START)), "and is not kept for it");
    assert!(states.on_branch(11).is_some(), "five are");
}

#[test]
fn somebody_who_commits_without_end_costs_little() {
    let mut states = with([state(1, Some(START), 11, 5)]);
    states.go_to(id(1), GroupRecords::default());
    for number in 10..=250 {
        states.add(state(number, Some(START), 11, 9));
    }
    assert!(states.rows().len() <= MAX_RIVALS + 2);
    for number in 10..=250 {
        states.add(state(number, Some(number - 1), 12, 9));
    }
    assert!(states.rows().len() <= MAX_STATES);
    assert_eq!(states.tip().map(|row| row.id), Some(id(1)));
    states.add(state(251, Some(1), 12, 1));
    assert!(states.get(id(251)).is_some(), "our own branch goes on all the same");
}

#[test]
fn the_way_back_names_where_the_branches_part() {
    let mut states = with([state(1, Some(START), 11, 5), state(2, Some(START), 11, 6)]);
    assert_eq!(states.go_to(id(2), GroupRecords::default()), Some(10));
    assert_eq!(states.go_to(id(1), GroupRecords::default()), Some(10));
    assert_eq!(states.go_to(id(1), GroupRecords::default()), None);
    let keys: Vec<StateId> = states.keys_after(10).map(|row| row.id).collect();
    assert_eq!(keys, [id(1)]);
}

proptest! {
    /// Commits of up to five epochs, made by anyone on anything, and who wrote where.
    #[test]
    fn everybody_comes_to_the_same_state_whatever_came_first(
        made in prop::collection::vec((0usize..8, 0u8..4), 1..12),
        wrote in prop::collection::vec((0usize..12, 0u8..4), 0..8),
        order in prop::collection::vec(any::<u16>(), 12),
    ) {
        let mut rows: Vec<StateRow> = vec![state(START, None, 10, 0)];
        for (number, (parent, who)) in (1u8..).zip(made) {
            let parent = &rows[parent % rows.len()];
            let children = rows.iter().filter(|row| row.parent == Some(parent.id)).count();
            if parent.epoch < 15 && children < MAX_RIVALS {
                let parent = parent.id.0[0];
                let epoch = rows.iter().find(|row| row.id == id(parent)).unwrap().epoch + 1;
                rows.push(state(number, Some(parent), epoch, who));
            }
        }
        for (at, who) in wrote {
            let at = at % rows.len();
            if at > 0 && !rows[at].witnesses.contains(&[who; 32]) {
                rows[at].witnesses.push([who; 32]);
                rows[at].witnesses.truncate(QUORUM);
            }
        }
        let rows = &rows[1..];
        let in_turn = settled(with(rows.iter().cloned()));
        // The other hears of them in another order, and follows each as it can.
        let mut shuffled: Vec<(u16, &StateRow)> = order.into_iter().zip(rows).collect();
        shuffled.sort_by_key(|(at, _)| *at);
        let mut states = begun();
        for _ in 0..rows.len() {
            for (_, row) in &shuffled {
                if row.parent.is_some_and(|parent| states.get(parent).is_some()) {
                    states.add((*row).clone());
                    let to = states.selected();
                    states.go_to(to, GroupRecords::default());
                }
            }
        }
        prop_assert_eq!(states.selected(), in_turn);
    }
}

#[test]
fn who_wrote_or_committed_behind_a_commit_of_ours_answered_it() {
    let ours = |outgoing| Some(OwnCommitRow { outgoing, is_out: true });
    let made = |row, outgoing| StateRow { ours: ours(outgoing), fresh: true, ..row };
    let mut states = with([made(state(1, Some(START), 11, 5), 40)]);
    states.go_to(id(1), GroupRecords::default());
    assert_eq!(states.answered(&[7; 32]), None, "nobody wrote yet");
    states.witness(id(START), [7; 32]);
    assert_eq!(states.answered(&[7; 32]), None, "that was before");
    states.witness(id(1), [7; 32]);
    assert_eq!(states.answered(&[7; 32]), Some(40));
    states.add(made(state(2, Some(1), 12, 5), 50));
    states.go_to(id(2), GroupRecords::default());
    assert_eq!(states.answered(&[7; 32]), Some(40), "they have not gone on from the last one");
    states.add(StateRow { fresh: true, ..state(3, Some(2), 13, 7) });
    states.go_to(id(3), GroupRecords::default());
    assert_eq!(states.answered(&[7; 32]), Some(50), "a commit goes on from it");
    if let Some(row) = states.get_mut(id(2)) {
        row.fresh = false;
    }
    assert_eq!(states.answered(&[7; 32]), Some(40), "what was made before this start is no guide");
}

#[test]
fn a_state_we_were_in_is_not_made_anew_once_it_gave_way() {
    let left = state(1, Some(START), 11, 5);
    let mut states = with([left.clone(), state(2, Some(START), 11, 4)]);
    states.go_to(id(1), GroupRecords::default());
    states.go_to(id(2), GroupRecords::default());
    // Whoever commits without end drives out what is on no branch of ours.
    let mut gone = Vec::new();
    for number in 10..=40 {
        let parent = if number == 10 { 2 } else { number - 1 };
        gone.extend(states.add(state(number, Some(parent), 2 + u64::from(number), 9)));
    }
    assert!(gone.contains(&id(1)));
    states.add(left);
    assert!(states.get(id(1)).is_none(), "we may have written in it");
}
