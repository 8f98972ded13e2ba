//! When the author is asked, and what is shown meanwhile.

use super::*;
use crate::nostr::SecretKey;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zajil_api::Stage;

fn chat() -> Chat {
    let peer = SecretKey::generate(&mut ChaCha20Rng::from_seed([1; 32])).public_key();
    Chat::fresh(ChatKey([1; 16]), peer, String::new(), Stage::Open, UnixTime(0))
}

#[test]
fn a_peer_who_counts_by_twos_costs_no_memory() {
    let mut chat = chat();
    for number in 1..2_000 {
        let now = UnixTime(number * 10);
        let heard = chat.heard_mut(1).unwrap();
        heard.note(number * 2, Place { at: now, ..Place::START }, now);
        chat.next_step(UnixTime(now.0 + GRACE_SECONDS), UnixTime(0), false);
    }
    let missing = chat.row.heard.first().unwrap().missing.len();
    assert_eq!((missing, chat.searched.len()), (512, 512));
    chat.row.heard.first_mut().unwrap().missing.clear();
    chat.next_step(UnixTime(30_000), UnixTime(0), false);
    assert!(chat.searched.is_empty());
}

#[test]
fn many_gaps_hide_none() {
    let mut chat = chat();
    for number in 1..=100 {
        let place = Place { at: UnixTime(number), ..Place::START };
        chat.heard_mut(1).unwrap().note(number * 2, place, UnixTime(number));
    }
    let gaps = chat.shown_gaps(UnixTime(1_000), None);
    assert_eq!((gaps.len(), gaps.iter().map(|gap| gap.count).sum::<u32>()), (MAX_SHOWN, 100));
    assert_eq!((gaps[0].count, gaps[0].since), (69, UnixTime(1)));
}

#[test]
fn whoever_may_not_ask_yet_is_woken_when_it_is_time_to() {
    let mut chat = chat();
    chat.heard_mut(1).unwrap().miss(3, Place::END, UnixTime(0));
    let mut woken = |now| chat.next_step(UnixTime(now), UnixTime(0), false).again_at.map(|at| at.0);
    assert_eq!(woken(GRACE_SECONDS), Some(ASK_SECONDS));
    assert_eq!(woken(ASK_SECONDS), Some(ASK_SECONDS + GRACE_SECONDS));
}

#[test]
fn a_word_within_the_second_of_a_question_counts_however_late_a_timer_is() {
    let mut chat = chat();
    let heard = chat.heard_mut(1).unwrap();
    heard.miss(3, Place::END, UnixTime(0));
    (heard.missing[0].asks, heard.missing[0].asked_at) = (20, UnixTime(10));
    chat.heard_at = Some(Timestamp(10_900));
    let heard_at = chat.last_heard(Timestamp(610_001), UnixTime(610));
    assert!(chat.has_question(UnixTime(610), heard_at), "heard at {heard_at:?}");
    let long_ago = chat.last_heard(Timestamp(5_010_001), UnixTime(5_010));
    (chat.heard_mut(1).unwrap().missing[0].asked_at) = UnixTime(3_000);
    assert!(
        !chat.has_question(UnixTime(5_010), long_ago),
        "not heard since: not asked for so soon"
    );
}

#[test]
fn what_is_given_up_does_not_hide_what_cannot_be_read() {
    let mut chat = chat();
    let heard = chat.heard_mut(1).unwrap();
    heard.miss(3, Place::END, UnixTime(0));
    heard.lose(1, 3);
    let causes = |waiting: Option<Waiting>| {
        let gaps = chat.shown_gaps(UnixTime(1_000), waiting);
        gaps.into_iter().map(|gap| (gap.cause, gap.count)).collect::<Vec<_>>()
    };
    assert_eq!(causes(None), [(GapCause::GivenUp, 3)]);
    let both = [(GapCause::GivenUp, 3), (GapCause::KeyOnTheWay, 2)];
    assert_eq!(causes(Some(Waiting::new(UnixTime(900), 2))), both);
}

#[test]
fn whoever_is_back_is_asked_sooner_than_whoever_is_away() {
    let mut chat = chat();
    chat.heard_mut(1).unwrap().miss(3, Place::END, UnixTime(0));
    let mut now = UnixTime(ASK_SECONDS);
    for _ in 0..9 {
        let step = chat.next_step(now, UnixTime(0), true);
        assert_eq!(step.ask.len(), 1);
        now = step.again_at.unwrap();
    }
    let asked_at = chat.row.heard[0].missing[0].asked_at;
    assert_eq!(now.0 - asked_at.0, ASK_AGAIN_SECONDS << 8);
    let back = chat.next_step(UnixTime(asked_at.0 + 2), UnixTime(asked_at.0 + 1), true);
    assert_eq!(back.again_at, Some(UnixTime(asked_at.0 + PATIENCE_WITH_THE_PRESENT_SECONDS)));
}
