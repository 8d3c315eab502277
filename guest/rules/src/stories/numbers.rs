//! Stories of `numbers`. Numbers from the purchase to the release.

mod life;
