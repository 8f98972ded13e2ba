//! Invite links: enough to reach a person and be let in, and nothing more.
//!
//! A link is `<origin>/#/i/<payload>`; what stands behind `#` no browser sends to a
//! server. The payload is base64url, without padding, of
//!
//! ```text
//! "Zj"  version (1 byte, 1)  public key (32)  token (16)  last day (4, days since 1970)
//! name (1 byte length, UTF-8)  relays (1 byte count; each 1 byte length, text)
//! first four bytes of the SHA-256 of all before
//! ```

use crate::envelope::name::clean_and_cut;
use crate::nostr::PublicKey;
use crate::relay::parse_relay_url;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use sha2::{Digest, Sha256};
use std::fmt;
use zajil_api::{Failure, RelayUrl, UnixTime};

const MAGIC: &[u8; 2] = b"Zj";
const VERSION: u8 = 1;
const CHECKSUM: usize = 4;
const DAY: u64 = 86_400;
/// A link works for so many days after it was shown.
const LIFETIME_DAYS: u64 = 30;
/// Relays a link names at most: it is also a QR code.
pub const MAX_RELAYS: usize = 3;
const MAX_NAME_BYTES: usize = 255;
/// Longer than any link of ours by far.
const MAX_LINK: usize = 4096;

/// What an invite link says.
#[derive(Clone, PartialEq, Eq)]
pub struct Invite {
    pub from: PublicKey,
    /// Presented on arrival, so that the chat opens without a question.
    pub token: [u8; 16],
    pub name: String,
    pub relays: Vec<RelayUrl>,
}

impl fmt::Debug for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invite({:?})", self.from)
    }
}

impl Invite {
    /// The payload of a link shown at `now`.
    pub fn to_payload(&self, now: UnixTime) -> String {
        let last_day = u32::try_from(now.0 / DAY + LIFETIME_DAYS).unwrap_or(u32::MAX);
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.extend_from_slice(self.from.as_bytes());
        bytes.extend_from_slice(&self.token);
        bytes.extend_from_slice(&last_day.to_be_bytes());
        put_short(&mut bytes, &self.name);
        let fitting = self.relays.iter().filter(|relay| relay.as_str().len() <= MAX_NAME_BYTES);
        let relays: Vec<&RelayUrl> = fitting.take(MAX_RELAYS).collect();
        bytes.push(relays.len().try_into().unwrap_or(0));
        for relay in relays {
            put_short(&mut bytes, relay.as_str());
        }
        let checksum = checksum(&bytes);
        bytes.extend_from_slice(&checksum);
        BASE64URL.encode(bytes)
    }

    /// Reads a whole link or just its payload.
    pub fn parse(link: &str, now: UnixTime) -> Result<Self, Failure> {
        let link = link.trim();
        if link.is_empty() || link.len() > MAX_LINK {
            return Err(Failure::InviteBroken);
        }
        let payload = match link.rsplit_once("#/i/") {
            Some((_, payload)) => payload,
            None if link.contains(['/', ':', '#']) => return Err(Failure::InviteForeign),
            None => link,
        };
        // People write on behind a link, and mail programs break a long one.
        let first = payload.split_whitespace().next().unwrap_or_default();
        Self::parse_payload(first, now).or_else(|failure| {
            let whole: String = payload.split_whitespace().collect();
            let is_broken = failure == Failure::InviteBroken;
            let mended = is_broken.then(|| Self::parse_payload(&whole, now).ok()).flatten();
            mended.ok_or(failure)
        })
    }

    fn parse_payload(payload: &str, now: UnixTime) -> Result<Self, Failure> {
        // Chat programs like to take a full stop or a bracket into the link.
        let payload =
            payload.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c));
        if payload.starts_with("npub1") || payload.starts_with("nprofile1") {
            return Err(Failure::InviteForeign);
        }
        let bytes = BASE64URL.decode(payload).map_err(|_| Failure::InviteBroken)?;
        match bytes.get(..3) {
            Some([a, b, VERSION]) if [*a, *b] == *MAGIC => {}
            Some([a, b, _]) if [*a, *b] == *MAGIC => return Err(Failure::InviteForeign),
            // Whole, but not ours; a cut one of ours would still begin like ours.
            _ if bytes.len() > CHECKSUM => return Err(Failure::InviteForeign),
            _ => return Err(Failure::InviteBroken),
        }
        let (invite, last_day) = Self::read(&bytes).ok_or(Failure::InviteBroken)?;
        if now.0 / DAY > u64::from(last_day) {
            return Err(Failure::InviteExpired);
        }
        Ok(invite)
    }

    fn read(bytes: &[u8]) -> Option<(Self, u32)> {
        let (body, found) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
        if checksum(body) != found {
            return None;
        }
        let mut rest = body.get(3..)?;
        let from = PublicKey::from_bytes(take(&mut rest, 32)?.try_into().ok()?).ok()?;
        let token = take(&mut rest, 16)?.try_into().ok()?;
        let last_day = u32::from_be_bytes(take(&mut rest, 4)?.try_into().ok()?);
        let name = clean_and_cut(take_short(&mut rest)?)?;
        let count = *take(&mut rest, 1)?.first()?;
        let relays = (0..count)
            .map(|_| parse_relay_url(take_short(&mut rest)?).ok())
            .collect::<Option<Vec<_>>>()?;
        let complete = rest.is_empty() && relays.len() <= MAX_RELAYS && !relays.is_empty();
        complete.then_some((Self { from, token, name, relays }, last_day))
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    let [a, b, c, d, ..] = hash;
    [a, b, c, d]
}

/// At most 255 bytes, cut between characters.
fn put_short(out: &mut Vec<u8>, text: &str) {
    let text = text.get(..text.floor_char_boundary(MAX_NAME_BYTES)).unwrap_or_default();
    out.push(text.len().try_into().unwrap_or(0));
    out.extend_from_slice(text.as_bytes());
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(count)?;
    *rest = after;
    Some(taken)
}

fn take_short<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::from(*take(rest, 1)?.first()?);
    std::str::from_utf8(take(rest, length)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nostr::SecretKey;
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    const NOW: UnixTime = UnixTime(1_800_000_000);

    fn invite(name: &str) -> Invite {
        let mut rng = ChaCha20Rng::from_seed([5; 32]);
        Invite {
            from: SecretKey::generate(&mut rng).public_key(),
            token: [9; 16],
            name: name.to_owned(),
            relays: vec![
                RelayUrl::new("wss://one.example"),
                RelayUrl::new("ws://localhost:8080/relay"),
            ],
        }
    }

    #[test]
    fn a_link_says_what_was_put_into_it() {
        let invite = invite("زينب");
        let payload = invite.to_payload(NOW);
        let link = format!("https://chat.example/#/i/{payload}");
        for text in [payload.clone(), link.clone(), format!("  {link}.\n"), format!("{link})")] {
            assert_eq!(Invite::parse(&text, NOW).as_ref(), Ok(&invite));
        }
        assert!(payload.len() < 200, "{} characters make a dense QR code", payload.len());
    }

    #[test]
    fn words_around_a_link_and_breaks_within_do_not_matter() {
        let invite = invite("Bob");
        let link = format!("https://chat.example/#/i/{}", invite.to_payload(NOW));
        let (start, end) = link.split_at(link.len() - 40);
        let broken = [format!("{start}\n{end}"), format!("{start} \r\n  {end}\n")];
        let among = [format!("use this: {link} bye"), format!("{link}\n\nSent from my phone")];
        for text in broken.into_iter().chain(among) {
            assert_eq!(Invite::parse(&text, NOW).as_ref(), Ok(&invite), "{text}");
        }
        assert_eq!(Invite::parse(&format!("{start} bye"), NOW), Err(Failure::InviteBroken));
    }

    #[test]
    fn each_way_to_be_wrong_has_its_name() {
        let payload = invite("Bob").to_payload(NOW);
        let parse = |text: &str| Invite::parse(text, NOW).unwrap_err();
        assert_eq!(parse(""), Failure::InviteBroken);
        assert_eq!(parse(&payload[..40]), Failure::InviteBroken);
        let mut changed = BASE64URL.decode(&payload).unwrap();
        changed[40] ^= 1;
        assert_eq!(parse(&BASE64URL.encode(changed)), Failure::InviteBroken);
        assert_eq!(parse("https://elsewhere.example/join/123"), Failure::InviteForeign);
        assert_eq!(parse("npub1xyz"), Failure::InviteForeign);
        let mut newer = BASE64URL.decode(&payload).unwrap();
        newer[2] = 2;
        assert_eq!(parse(&BASE64URL.encode(newer)), Failure::InviteForeign);
        let later = UnixTime(NOW.0 + (LIFETIME_DAYS + 1) * DAY);
        assert_eq!(Invite::parse(&payload, later), Err(Failure::InviteExpired));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,300}") {
            let _ = Invite::parse(&text, NOW);
        }

        #[test]
        fn no_bytes_with_a_right_checksum_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            bytes.splice(0..0, *b"Zj\x01");
            let sum = checksum(&bytes);
            bytes.extend(sum);
            let _ = Invite::parse(&BASE64URL.encode(bytes), NOW);
        }

        #[test]
        fn any_name_comes_back_without_what_hides_in_it(name in any::<String>()) {
            let read = Invite::parse(&invite(&name).to_payload(NOW), NOW);
            let cleaned = clean_and_cut(&name).ok_or(Failure::InviteBroken);
            prop_assert_eq!(read, cleaned.map(|name| invite(&name)));
        }
    }
}
