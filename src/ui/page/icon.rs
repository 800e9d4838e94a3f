//! The page's few pictures.

use yew::prelude::*;

/// The three waves of the wordmark.
pub fn waves() -> Html {
    html! {
        <svg class="waves" viewBox="0 0 20 20" aria-hidden="true">
            <path d="M2 6q2.7-3.2 5.3 0t5.3 0 5.4 0M2 10.500q2.700-3.200 5.300 0t5.300 0 5.400 0M2 15q2.700-3.200 5.300 0t5.300 0 5.400 0" />
        </svg>
    }
}

/// One of the filled ones by its outline.
pub fn icon(outline: &'static str) -> Html {
    html! { <svg viewBox="0 0 20 20" aria-hidden="true"><path d={outline} /></svg> }
}

/// A triangle.
pub const PLAY: &str = "M5.500 3.200v13.600c0 .6.7 1 1.200.7l10.400-6.800c.5-.3.5-1 0-1.300L6.700 2.500c-.5-.3-1.200 0-1.200.7z";
/// Two bars.
pub const PAUSE: &str = "M5 3h3.600v14H5zM11.400 3H15v14h-3.600z";
/// A triangle against a bar.
pub const STEP: &str = "M4 3.600v12.800c0 .5.600.9 1 .6l8.500-6.400V17H16V3h-2.500v6.400L5 3c-.4-.3-1 .1-1 .6z";
/// The same, the other way round.
pub const BACK: &str = "M16 3.600v12.800c0 .5-.6.9-1 .6l-8.500-6.400V17H4V3h2.500v6.400L15 3c.4-.3 1 .1 1 .6z";
/// A disc, half of it filled.
pub const HALF: &str = "M10 2a8 8 0 100 16 8 8 0 000-16zm0 1.800v12.400a6.200 6.200 0 010-12.400z";
/// A sun.
pub const SUN: &str = "M10 6.200a3.800 3.800 0 100 7.600 3.800 3.800 0 000-7.600zM9.200 1.500h1.600v2.800H9.200zM9.200 15.700h1.600v2.800H9.200zM1.500 9.200h2.800v1.600H1.500zM15.700 9.200h2.800v1.600h-2.800zM3.500 4.600l1.100-1.100 2 2-1.100 1.100zM13.400 14.500l1.100-1.100 2 2-1.100 1.100zM3.500 15.400l2-2 1.100 1.100-2 2zM13.400 5.500l2-2 1.100 1.100-2 2z";
/// A moon.
pub const MOON: &str = "M16.900 12.400A7.300 7.300 0 017.600 3.100a.5.5 0 00-.7-.6 8.100 8.100 0 1010.600 10.600.5.5 0 00-.6-.7z";
