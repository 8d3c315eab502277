//! Whole flows over a store in memory, and what attackers make of them: the numbers are those of the list of attacks.

mod entering;
mod factors;
mod passwords;
mod world;
