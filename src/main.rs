//! The app's entry: everything is in the library beside it.

fn main() {
    console_error_panic_hook::set_once();
    zajil::start();
}
