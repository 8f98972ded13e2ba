//! Whole screens and the pages inside the frame, one a file.

mod arrival;
mod chat;
mod evicted;
mod frame;
mod new_chat;
mod nothing_open;
mod servers;
mod settings;
mod stopped;
mod welcome;

pub use arrival::{Arrival, ArrivalPage};
pub use chat::ChatPage;
pub use evicted::EvictedPage;
pub use frame::FramePage;
pub use new_chat::{NewChat, NewChatPage};
pub use nothing_open::NothingOpen;
pub use servers::ServersPage;
pub use settings::SettingsPage;
pub use stopped::StoppedPage;
pub use welcome::WelcomePage;
