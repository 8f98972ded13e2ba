use leptos::prelude::*;

/// Our own small set, drawn with one stroke width on a 24 grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Alert,
    Back,
    Check,
    Close,
    Copy,
    Down,
    Lock,
    NewChat,
    Person,
    Renew,
    Send,
    Server,
    Settings,
    Trash,
    Up,
}

impl Glyph {
    const fn path(self) -> &'static str {
        match self {
            Self::Alert => "M12 8v5m0 3.2v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
            Self::Back => "M19 12H5m6-6-6 6 6 6",
            Self::Check => "m5 12.5 4.5 4.5L19 7.5",
            Self::Close => "m6 6 12 12M18 6 6 18",
            Self::Copy => "M9 9h10v11H9zM15 9V4H5v11h4",
            Self::Down => "m6 9 6 6 6-6",
            Self::Lock => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
            Self::NewChat => "M12 5v14M5 12h14",
            Self::Person => {
                "M12 4.5a3.75 3.75 0 1 0 0 7.5 3.75 3.75 0 0 0 0-7.5ZM4.5 20a7.5 7.5 0 0 1 15 0"
            }
            Self::Renew => "M19 12a7 7 0 1 1-2.1-5M19 3v4.5h-4.5",
            Self::Send => "M4.5 12 4 4.5 21 12 4 19.5 4.5 12Zm0 0H12",
            Self::Server => "M4 5h16v6H4zM4 13h16v6H4zM7.5 8h.1M7.5 16h.1",
            Self::Settings => {
                "M4 7h9m4 0h3M4 17h3m4 0h9M15 7m-2 0a2 2 0 1 0 4 0 2 2 0 1 0-4 0M9 17m-2 0a2 2 0 1 0 4 0 2 2 0 1 0-4 0"
            }
            Self::Trash => "M5 7h14M10 7V4h4v3m3 0-1 13H8L7 7m4 4v5m2-5v5",
            Self::Up => "m6 15 6-6 6 6",
        }
    }

    /// Whether it points somewhere and so turns around in a right-to-left page.
    const fn class(self) -> &'static str {
        match self {
            Self::Back | Self::Send => "icon icon-turns",
            _ => "icon",
        }
    }
}

/// A picture beside or instead of words; whoever uses it says its name.
#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class=glyph.class() viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=glyph.path()></path>
        </svg>
    }
}
