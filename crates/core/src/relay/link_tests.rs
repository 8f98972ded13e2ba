use super::*;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([3; 32])
}

fn view(link: &Link) -> LinkState {
    link.view(|at| UnixTime(at.0.div_ceil(1000)))
}

/// Open since `at`.
fn open(at: u64) -> Link {
    let mut link = Link::connecting(Timestamp(at));
    link.opened(Timestamp(at));
    link
}

#[test]
fn a_relay_that_closed_is_tried_again_and_then_it_is_open() {
    let mut link = Link::connecting(Timestamp(0));
    link.closed(Timestamp(0), Network::Online, &mut rng());
    let retry = link.next_timeout().unwrap();
    assert!((250..1_250).contains(&retry.0));
    assert_eq!(link.timed_out(retry, Network::Online, &mut rng()), Some(Action::Connect));
    link.opened(Timestamp(retry.0 + 40));
    assert_eq!((view(&link), link.opened_in_ms), (LinkState::Connected, Some(40)));
}

#[test]
fn a_socket_that_never_opens_is_given_up() {
    let mut link = Link::connecting(Timestamp(0));
    let mut pass = |at| link.timed_out(Timestamp(at), Network::Online, &mut rng());
    assert_eq!(pass(CONNECT_TIMEOUT_MS - 1), None);
    assert_eq!(pass(CONNECT_TIMEOUT_MS), Some(Action::Abandon));
    assert!(matches!(view(&link), LinkState::Offline { .. }));
}

#[test]
fn a_relay_that_takes_connections_and_drops_them_is_not_hammered() {
    let (mut link, mut now, mut attempts) = (Link::connecting(Timestamp(0)), Timestamp(0), 0);
    let mut rng = rng();
    while now.0 < 3_600_000 {
        link.opened(now);
        link.closed(now, Network::Online, &mut rng);
        now = link.next_timeout().unwrap();
        link.timed_out(now, Network::Online, &mut rng);
        attempts += 1;
    }
    assert!(attempts < 200, "{attempts} in an hour");
}

#[test]
fn after_a_connection_that_held_the_first_wait_is_short_again() {
    let mut rng = rng();
    let mut link = Link::connecting(Timestamp(0));
    (0..10).for_each(|_| link.closed(Timestamp(0), Network::Online, &mut rng));
    link.opened(Timestamp(0));
    link.closed(Timestamp(STEADY_MS), Network::Online, &mut rng);
    assert!(link.next_timeout().unwrap().0 < STEADY_MS + 1_250);
}

#[test]
fn a_half_open_socket_is_noticed_within_seconds_of_a_question() {
    let mut rng = rng();
    let mut link = open(0);
    link.asked(Timestamp(1_000));
    let mut pass = |at| link.timed_out(Timestamp(at), Network::Online, &mut rng);
    assert_eq!(pass(6_000), Some(Action::Probe(1)));
    assert_eq!(pass(11_000), Some(Action::Abandon));
}

#[test]
fn when_the_network_is_back_waiting_links_connect_at_once_and_open_ones_are_probed() {
    let mut rng = rng();
    let mut link = Link::connecting(Timestamp(0));
    (0..10).for_each(|_| link.closed(Timestamp(0), Network::Offline, &mut rng));
    assert_eq!(link.hurry(Timestamp(100), &mut rng), None);
    assert!(link.next_timeout().unwrap().0 <= 100 + PROMPT_MS);

    let mut link = open(0);
    assert_eq!(link.hurry(Timestamp(100), &mut rng), None);
    let action = link.timed_out(Timestamp(100), Network::Online, &mut rng);
    assert_eq!(action, Some(Action::Probe(1)));

    let mut link = Link::connecting(Timestamp(0));
    assert_eq!(link.hurry(Timestamp(STALE_CONNECT_MS), &mut rng), Some(Action::Abandon));
    assert!(link.next_timeout().unwrap().0 <= STALE_CONNECT_MS + PROMPT_MS);
}

#[test]
fn a_relay_that_wants_peace_is_not_even_probed() {
    let mut rng = rng();
    let mut link = open(0);
    (0..6).for_each(|round| {
        link.slow_down(Timestamp(round * 1_000_000), &mut rng);
    });
    let now = Timestamp(10_000_000);
    link.heard(now);
    let until = (0..5).fold(now, |now, _| link.slow_down(now, &mut rng));
    assert!(until.0 > now.0 + 30_000);
    assert_eq!(link.next_timeout(), Some(until));
    assert_eq!(link.timed_out(until, Network::Online, &mut rng), Some(Action::Resume));
    assert_eq!(link.timed_out(until, Network::Online, &mut rng), Some(Action::Probe(1)));
}

#[test]
fn a_cut_link_stays_cut_until_its_time_or_until_it_is_mended() {
    let mut rng = rng();
    let mut link = open(0);
    link.cut(Timestamp(60_000));
    assert_eq!(view(&link), LinkState::Cut { until: UnixTime(60) });
    assert_eq!(link.hurry(Timestamp(1_000), &mut rng), None);
    assert_eq!(link.timed_out(Timestamp(59_999), Network::Online, &mut rng), None);
    let action = link.clone().timed_out(Timestamp(60_000), Network::Online, &mut rng);
    assert_eq!(action, Some(Action::Connect));
    link.mend(Timestamp(2_000));
    let action = link.timed_out(Timestamp(2_000), Network::Online, &mut rng);
    assert_eq!(action, Some(Action::Connect));
}

#[test]
fn a_relay_that_has_no_luck_with_anything_is_written_to_ever_more_rarely() {
    let mut link = open(0);
    let pauses = |link: &mut Link, errors: u32| -> Vec<u64> {
        let until = (0..errors).filter_map(|_| link.erred(Timestamp(1_000)));
        until.map(|until| until.0 - 1_000).collect()
    };
    assert!(pauses(&mut link, ERRORS_IN_A_ROW - 1).is_empty(), "now and then is nothing");
    let rows = pauses(&mut link, 5 * ERRORS_IN_A_ROW + 1);
    assert_eq!(rows, [20_000, 40_000, 80_000, 160_000, 320_000, LONGEST_ERRORS_PAUSE_MS]);
    link.took();
    assert_eq!(pauses(&mut link, ERRORS_IN_A_ROW), [ERRORS_PAUSE_MS]);
}
