use super::Timeline;
use zajil_api::{Direction, Gap, GapCause, Message, Place, UnixTime};

/// Messages of one author within this many seconds stand together.
const GROUP_SECONDS: u64 = 5 * 60;

/// One line of a conversation as drawn. Its value is its key: a row is drawn again
/// only when it looks different, so a new message draws one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Row {
    /// The day (counted locally since 1970) that the rows below belong to.
    Day { day: i64, at: UnixTime },
    /// Everything below was not read when the chat was opened.
    Unread,
    /// So many messages are missing here.
    Gap { before: Place, count: u32, cause: GapCause },
    /// `joined`: the message above is by the same author and close in time.
    Message { place: Place, outgoing: bool, joined: bool },
}

/// The window's rows. `gaps` oldest first; `day_of` knows the person's time zone.
pub fn rows(timeline: &Timeline, gaps: &[Gap], day_of: impl Fn(UnixTime) -> i64) -> Vec<Row> {
    let mut rows = Vec::with_capacity(timeline.len() + gaps.len() + 8);
    let mut above: Option<(&Message, i64)> = None;
    let mut unread_after = timeline.unread_after;
    let mut gaps = gaps.iter().peekable();
    for message in timeline.messages() {
        let day = day_of(message.sent_at);
        let mut joined = above.is_some_and(|(previous, its_day)| {
            its_day == day && stands_together(previous, message)
        });
        if above.is_none_or(|(_, its_day)| its_day != day) {
            rows.push(Row::Day { day, at: message.sent_at });
        }
        let outgoing = is_outgoing(message);
        let is_first = above.is_none();
        while let Some(gap) = gaps.next_if(|gap| gap.before <= message.place) {
            // Before the window: its row comes with the page that holds its message.
            if gap.before == message.place || !is_first || timeline.reached_start() {
                rows.push(gap_row(gap));
                joined = false;
            }
        }
        if !outgoing && unread_after.is_some_and(|after| message.place > after) {
            rows.push(Row::Unread);
            unread_after = None;
            joined = false;
        }
        rows.push(Row::Message { place: message.place, outgoing, joined });
        above = Some((message, day));
    }
    if timeline.reached_end() {
        rows.extend(gaps.map(gap_row));
    }
    rows
}

fn gap_row(gap: &Gap) -> Row {
    Row::Gap { before: gap.before, count: gap.count, cause: gap.cause }
}

fn stands_together(above: &Message, below: &Message) -> bool {
    above.author == below.author
        && is_outgoing(above) == is_outgoing(below)
        && below.sent_at.0.abs_diff(above.sent_at.0) <= GROUP_SECONDS
}

fn is_outgoing(message: &Message) -> bool {
    matches!(message.direction, Direction::Outgoing(_))
}
