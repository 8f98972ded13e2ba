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
