use super::*;

fn row(number: u8, created_at: u64) -> SeenRow {
    SeenRow {
        id: EventId::from_bytes([number; 32]),
        created_at: UnixTime(created_at),
        of: SeenOf::group(&[number; 32]),
        dated: Dated::ByPeer,
    }
}

#[test]
fn rows_are_small_and_keep_their_form() {
    let bytes = postcard::to_stdvec(&row(7, 1_700_000_000)).unwrap();
    assert!(bytes.len() <= 50, "{}", bytes.len());
    insta::assert_snapshot!(
        hex::encode(&bytes),
        @"20070707070707070707070707070707070707070707070707070707070707070780e2cfaa0601070707070707070700"
    );
    assert_eq!(postcard::from_bytes::<SeenRow>(&bytes).unwrap(), row(7, 1_700_000_000));
}

#[test]
fn a_row_goes_when_neither_its_day_nor_its_date_is_asked_for_any_more() {
    let mut seen = Seen::default();
    let day = |days: u64| UnixTime(days * DAY);
    seen.insert([1; NAME], Some(row(1, day(90).0)), day(100));
    seen.insert([2; NAME], Some(row(2, day(130).0)), day(100));
    seen.insert([3; NAME], Some(row(3, day(90).0)), day(110));
    seen.insert([4; NAME], None, day(100));
    assert_eq!(seen.drop_before(day(105)).len(), 2);
    assert!(seen.contains(&[2; NAME]) && seen.contains(&[3; NAME]));
    assert_eq!(seen.drop_before(day(131)).len(), 2);
}

#[test]
fn rows_are_found_by_what_they_answer_and_when() {
    let mut seen = Seen::default();
    for number in 1..=9 {
        seen.insert([number; NAME], Some(row(number % 2, number.into())), UnixTime(0));
    }
    let of = SortedSet::from([SeenOf::group(&[1; 32])]);
    let found = |from, to| seen.rows(&of, from, to).count();
    assert_eq!(found(None, None), 5);
    assert_eq!(found(Some(UnixTime(3)), Some(UnixTime(7))), 3);
    assert_eq!(found(Some(UnixTime(4)), None), 3);
}
