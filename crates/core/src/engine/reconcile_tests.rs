use super::*;

#[test]
fn a_window_is_cut_in_two_that_touch_until_it_is_small() {
    let now = UnixTime(1_700_000_000);
    let ((from, middle), (after, to)) = halves((None, None), now).unwrap();
    assert_eq!((from, to), (None, None));
    assert_eq!(after.unwrap().0, middle.unwrap().0 + 1);
    let small = (Some(UnixTime(100)), Some(UnixTime(100 + SMALLEST_WINDOW - 1)));
    assert_eq!(halves(small, now), None);
    assert_eq!(halves((Some(UnixTime(now.0 + 5)), None), now), None);
}

#[test]
fn only_too_big_is_a_reason_to_ask_for_less() {
    assert!(is_too_big("blocked: this query is too big"));
    assert!(is_too_big("blocked: too many query results"));
    assert!(!is_too_big("blocked: not for you"));
    assert!(!is_too_big("error: too many"));
}
