use super::catalog::Catalog;

/// The languages Zajil speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    Arabic,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Arabic];

    /// The BCP 47 tag, as `lang` on the page and in the preferences.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Arabic => "ar",
        }
    }

    pub const fn direction(self) -> &'static str {
        match self {
            Self::English => "ltr",
            Self::Arabic => "rtl",
        }
    }

    /// Its name in itself: who looks for their language may read no other.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Arabic => "العربية",
        }
    }

    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first of a person's languages that Zajil speaks.
    pub fn preferred<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Self {
        wanted.into_iter().find_map(Self::from_tag).unwrap_or_default()
    }

    /// Both files together are smaller than one request's overhead, so they travel in
    /// the app: no flash of the wrong language, nothing to fetch when offline.
    pub fn catalog(self) -> Catalog {
        let texts = match self {
            Self::English => include_str!(concat!(env!("OUT_DIR"), "/en.txt")),
            Self::Arabic => include_str!(concat!(env!("OUT_DIR"), "/ar.txt")),
        };
        Catalog::parse(include_str!(concat!(env!("OUT_DIR"), "/keys.txt")), texts)
    }
}
