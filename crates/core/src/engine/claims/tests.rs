use super::patience::{LONGEST_MS, PATIENCE_BESIDE_OTHERS_MS, PATIENCE_MS};
use super::*;

fn relay(name: &str) -> RelayUrl {
    RelayUrl::new(format!("wss://{name}.example"))
}

fn id(number: u16) -> EventId {
    let mut bytes = [0; 32];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    EventId::from_bytes(bytes)
}

fn announced(claims: &mut Claims, by: &[&str], count: u16) {
    for name in by {
        (0..count).for_each(|number| claims.announce(&relay(name), id(number)));
    }
}

#[test]
fn what_several_servers_announce_is_asked_of_one_and_shared_out() {
    let mut claims = Claims::default();
    announced(&mut claims, &["a", "b"], 500);
    let mut asked = SortedSet::new();
    for name in ["a", "b", "a", "b", "a", "b"] {
        if let Some((_, ids)) = claims.next(&relay(name), CHUNK, Timestamp(0)) {
            assert!(ids.len() <= CHUNK);
            ids.into_iter().for_each(|id| assert!(asked.insert(id), "asked for twice"));
        }
    }
    assert_eq!(asked.len(), 2 * AT_ONCE * CHUNK);
}

#[test]
fn what_one_server_did_not_bring_is_asked_of_the_next_and_then_of_nobody() {
    let mut claims = Claims::default();
    announced(&mut claims, &["a", "b"], 1);
    let (number, _) = claims.next(&relay("a"), CHUNK, Timestamp(0)).unwrap();
    claims.finish(&relay("a"), number);
    assert_eq!(claims.next(&relay("a"), CHUNK, Timestamp(0)), None);
    let (number, ids) = claims.next(&relay("b"), CHUNK, Timestamp(0)).unwrap();
    assert_eq!(ids, [id(0)]);
    claims.finish(&relay("b"), number);
    assert_eq!((claims.len(), claims.standing(&id(0))), (0, Standing::Settled));
}

#[test]
fn a_server_that_brings_a_part_is_asked_for_the_rest() {
    let mut claims = Claims::default();
    announced(&mut claims, &["a"], 3);
    let (number, _) = claims.next(&relay("a"), CHUNK, Timestamp(0)).unwrap();
    assert!(claims.deliver(&relay("a"), number, &id(1), UnixTime(5), Timestamp(0)));
    claims.finish(&relay("a"), number);
    let (_, ids) = claims.next(&relay("a"), CHUNK, Timestamp(0)).unwrap();
    assert_eq!(SortedSet::from_iter(ids), SortedSet::from([id(0), id(2)]));
    assert_eq!(claims.standing(&id(1)), Standing::Here(UnixTime(5)));
}

#[test]
fn a_server_that_hangs_is_overdue_and_its_share_goes_to_others() {
    let mut claims = Claims::default();
    announced(&mut claims, &["a", "b"], 2);
    claims.next(&relay("a"), CHUNK, Timestamp(0)).unwrap();
    let at = claims.next_timeout().unwrap();
    assert_eq!(claims.overdue(Timestamp(at.0 - 1)), []);
    assert_eq!(claims.overdue(at), [relay("a")]);
    assert_eq!(claims.abandon(&relay("a")).len(), 1);
    assert_eq!(claims.next(&relay("b"), CHUNK, at).unwrap().1.len(), 2);
}

#[test]
fn a_server_that_dribbles_is_overdue_in_the_end() {
    let mut claims = Claims::default();
    announced(&mut claims, &["a"], 100);
    let (number, _) = claims.next(&relay("a"), CHUNK, Timestamp(0)).unwrap();
    let mut now = Timestamp(0);
    for count in 0..100 {
        now = Timestamp(now.0 + PATIENCE_MS - 1);
        if claims.overdue(now) == [relay("a")] {
            assert!(now.0 >= LONGEST_MS);
            return;
        }
        claims.deliver(&relay("a"), number, &id(count), UnixTime(0), now);
    }
    panic!("never overdue");
}

#[test]
fn a_damaged_copy_is_fetched_anew_from_another() {
    let mut claims = Claims::default();
    announced(&mut claims, &["a", "b"], 1);
    let (number, _) = claims.next(&relay("a"), CHUNK, Timestamp(0)).unwrap();
    claims.deliver(&relay("a"), number, &id(0), UnixTime(5), Timestamp(0));
    claims.damaged(&id(0));
    assert!(claims.is_open_at(&relay("b")) && !claims.is_open_at(&relay("a")));
    assert_eq!(claims.next(&relay("a"), CHUNK, Timestamp(0)), None);
    assert!(claims.next(&relay("b"), CHUNK, Timestamp(0)).is_some());
}

#[test]
fn what_arrived_on_its_own_is_not_fetched() {
    let mut claims = Claims::default();
    claims.arrived(&relay("a"), id(0), UnixTime(5));
    announced(&mut claims, &["a", "b"], 1);
    assert_eq!(claims.next(&relay("a"), CHUNK, Timestamp(0)), None);
    assert_eq!(claims.next(&relay("b"), CHUNK, Timestamp(0)), None);
    assert_eq!(claims.standing(&id(0)), Standing::Here(UnixTime(5)));
}

#[test]
fn an_event_that_was_not_asked_for_is_not_delivered() {
    let mut claims = Claims::default();
    announced(&mut claims, &["a"], 1);
    let (number, _) = claims.next(&relay("a"), CHUNK, Timestamp(0)).unwrap();
    assert!(!claims.deliver(&relay("a"), number, &id(9), UnixTime(0), Timestamp(0)));
    assert!(!claims.deliver(&relay("b"), number, &id(0), UnixTime(0), Timestamp(0)));
    assert!(!claims.deliver(&relay("a"), number + 1, &id(0), UnixTime(0), Timestamp(0)));
}

#[test]
fn a_server_that_is_silent_while_others_deliver_is_overdue_sooner() {
    let mut claims = Claims::default();
    announced(&mut claims, &["a"], 250);
    claims.next(&relay("a"), CHUNK, Timestamp(0)).unwrap();
    let (second, of_second) = claims.next(&relay("a"), CHUNK, Timestamp(0)).unwrap();
    announced(&mut claims, &["b"], 250);
    let (number, of_b) = claims.next(&relay("b"), CHUNK, Timestamp(0)).unwrap();
    assert_eq!(claims.next_timeout(), Some(Timestamp(PATIENCE_MS)));
    let mut deliver = |who: &str, number, id: &EventId, now| {
        assert!(claims.deliver(&relay(who), number, id, UnixTime(0), Timestamp(now)));
        claims.next_timeout()
    };
    let soon = |since| Some(Timestamp(since + PATIENCE_BESIDE_OTHERS_MS));
    assert_eq!(deliver("b", number, &of_b[0], 100), soon(0));
    // Whatever it delivers, it is there; now the other is the silent one.
    assert_eq!(deliver("a", second, &of_second[0], 200), soon(100));
    assert_eq!(deliver("b", number, &of_b[1], 300), soon(200));
    assert_eq!(claims.overdue(soon(200).unwrap()), [relay("a")]);
}

#[test]
fn a_server_that_is_silent_about_what_no_other_has_is_given_its_time() {
    let mut claims = Claims::default();
    announced(&mut claims, &["a"], 1);
    claims.next(&relay("a"), CHUNK, Timestamp(0)).unwrap();
    claims.announce(&relay("b"), id(1));
    let (number, _) = claims.next(&relay("b"), CHUNK, Timestamp(0)).unwrap();
    claims.deliver(&relay("b"), number, &id(1), UnixTime(0), Timestamp(100));
    assert_eq!(claims.overdue(Timestamp(PATIENCE_MS - 1)), []);
    assert_eq!(claims.overdue(Timestamp(PATIENCE_MS)), [relay("a")]);
}

#[test]
fn what_a_lost_server_leaves_is_asked_for_in_the_same_order_each_time() {
    let asked_of_b = || {
        let mut claims = Claims::default();
        announced(&mut claims, &["a", "b"], 500);
        while claims.next(&relay("a"), CHUNK, Timestamp(0)).is_some() {}
        claims.abandon(&relay("a"));
        let asked = std::iter::from_fn(|| claims.next(&relay("b"), CHUNK, Timestamp(0)));
        asked.map(|(_, ids)| ids).collect::<Vec<_>>()
    };
    assert_eq!(asked_of_b(), asked_of_b());
}
