//! App components: what a leaf, a key package or a group carries beyond MLS
//! (draft-ietf-mls-extensions, app_data_dictionary).

use crate::sorted::SortedMap;
use openmls::extensions::{AppDataDictionary, AppDataDictionaryExtension, Extension};

/// A component's number.
pub type ComponentId = u16;

/// An app data dictionary: opaque bytes by component.
pub type Components = SortedMap<ComponentId, Vec<u8>>;

pub(super) fn to_extension(components: &Components) -> Extension {
    let mut dictionary = AppDataDictionary::new();
    for (id, bytes) in components {
        dictionary.insert(*id, bytes.clone());
    }
    Extension::AppDataDictionary(AppDataDictionaryExtension::new(dictionary))
}

pub(super) fn from_extension(extension: Option<&AppDataDictionaryExtension>) -> Components {
    extension.map_or_else(Components::new, |extension| {
        extension.dictionary().entries().map(|entry| (entry.id(), entry.data().to_vec())).collect()
    })
}
