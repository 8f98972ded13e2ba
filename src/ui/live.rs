//! Parts of a view that are drawn again when what they read changes.
//!
//! A bare closure in a view does the same, and each brings its own copy of the code that
//! does it; these all share one, which is a good part of the app's bytes.

use leptos::prelude::*;
use leptos::tachys::reactive_graph::SharedReactiveFunction;
use std::sync::{Arc, Mutex};

type Make = Box<dyn FnMut() -> AnyView + Send>;

#[inline(never)]
fn boxed(make: Make) -> AnyView {
    make.into_any()
}

/// Whatever `make` draws.
pub fn live(make: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    boxed(Box::new(make))
}

/// What `make` draws, or nothing.
pub fn maybe<V>(mut make: impl FnMut() -> Option<V> + Send + 'static) -> AnyView
where
    V: IntoAny,
{
    boxed(Box::new(move || make().map_or_else(nothing, IntoAny::into_any)))
}

/// Words.
pub fn words(mut make: impl FnMut() -> String + Send + 'static) -> AnyView {
    boxed(Box::new(move || make().into_any()))
}

/// An attribute that changes. Of one name and kind all share their code likewise.
pub fn attr<T>(make: impl FnMut() -> T + Send + 'static) -> SharedReactiveFunction<T> {
    Arc::new(Mutex::new(make))
}

fn nothing() -> AnyView {
    ().into_any()
}
