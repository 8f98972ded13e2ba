//! New inputs from kept ones: a few changes at a time, so that what comes out still
//! gets past the first checks.

use rand_chacha::ChaCha8Rng;
use rand_core::RngCore;

/// Numbers at which lengths and counts go wrong.
const EDGES: [u64; 12] =
    [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xff, 0x3fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, u64::MAX];

/// Longer inputs are not made: they find what shorter ones find, later.
const MOST_BYTES: usize = 64 << 10;

pub struct Mutator<'a> {
    /// Inputs that are read to the end: half of all new ones begin with one of these.
    pub seeds: &'a [Vec<u8>],
    pub corpus: &'a [Vec<u8>],
    pub dictionary: &'a [Vec<u8>],
}

impl Mutator<'_> {
    pub fn next(&self, rng: &mut ChaCha8Rng) -> Vec<u8> {
        let from = if below(rng, 2) == 0 { self.seeds } else { self.corpus };
        let mut input = pick(rng, from).cloned().unwrap_or_default();
        for _ in 0..1 << below(rng, 5) {
            self.change(&mut input, rng);
        }
        input.truncate(MOST_BYTES);
        input
    }

    fn change(&self, input: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
        let at = below(rng, input.len() + 1);
        let range = at..at + below(rng, 1 + (input.len() - at).min(32));
        match below(rng, 9) {
            0 => flip(input.get_mut(at), |byte| byte ^ 1 << below(rng, 8)),
            1 => flip(input.get_mut(at), |_| rng.next_u32() as u8),
            2 => input.truncate(at),
            3 => drop(input.drain(range)),
            4 => {
                let copy: Vec<u8> = input.get(range).unwrap_or_default().to_vec();
                let to = below(rng, input.len() + 1);
                input.splice(to..to, copy);
            }
            5 => {
                let token = pick(rng, self.dictionary).cloned().unwrap_or_default();
                let end = if below(rng, 2) == 0 { at } else { range.end };
                input.splice(at..end, token);
            }
            6 => {
                let size = 1 << below(rng, 4);
                let edge = pick(rng, &EDGES).copied().unwrap_or_default().to_be_bytes();
                let end = (at + size).min(input.len());
                input.splice(at..end, edge.into_iter().skip(8 - size));
            }
            7 => {
                let other = pick(rng, self.corpus).cloned().unwrap_or_default();
                let from = below(rng, other.len() + 1);
                let to = (from + below(rng, 256)).min(other.len());
                input.splice(range, other.get(from..to).unwrap_or_default().iter().copied());
            }
            _ => {
                // The same many times over: lists and nesting deeper than anybody writes.
                let copy = input.get(range).unwrap_or_default().repeat(1 << below(rng, 12));
                input.splice(at..at, copy.into_iter().take(MOST_BYTES));
            }
        }
    }
}

fn flip(byte: Option<&mut u8>, how: impl FnOnce(u8) -> u8) {
    if let Some(byte) = byte {
        *byte = how(*byte);
    }
}

fn below(rng: &mut ChaCha8Rng, end: usize) -> usize {
    rng.next_u64() as usize % end.max(1)
}

fn pick<'a, T>(rng: &mut ChaCha8Rng, items: &'a [T]) -> Option<&'a T> {
    items.get(below(rng, items.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::SeedableRng;
    use std::collections::BTreeSet;

    #[test]
    fn inputs_differ_and_one_seed_always_makes_the_same() {
        let corpus = [b"[\"EOSE\",\"chats\"]".to_vec(), Vec::new(), vec![0; 400]];
        let mutator =
            Mutator { seeds: &corpus, corpus: &corpus, dictionary: &[b"\"EVENT\"".to_vec()] };
        let made = |seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            (0..2_000).map(|_| mutator.next(&mut rng)).collect::<Vec<_>>()
        };
        let inputs = made(1);
        assert_eq!(inputs, made(1));
        assert!(inputs.iter().all(|input| input.len() <= MOST_BYTES));
        assert!(inputs.iter().collect::<BTreeSet<_>>().len() > 1_500);
        assert!(inputs.iter().any(|input| input.len() > 1_000));
    }
}
