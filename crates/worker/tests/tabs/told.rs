//! What a tab was told, by kind.

use zajil_api::{CommandId, Lead, Update};

/// The leads a tab was told of, in order.
pub fn leads(told: &[Update]) -> Vec<Lead> {
    let lead = |update: &Update| match update {
        Update::LeadChanged(lead) => Some(*lead),
        _ => None,
    };
    told.iter().filter_map(lead).collect()
}

/// How often the tab was told that its message is kept.
pub fn acknowledged(told: &[Update], id: CommandId) -> usize {
    let added = |update: &&Update| matches!(update, Update::MessageAdded { .. });
    told.iter().filter(added).filter(|update| update.answers() == Some(id)).count()
}

pub fn attached(told: &[Update]) -> usize {
    told.iter().filter(|update| matches!(update, Update::Attached { .. })).count()
}
