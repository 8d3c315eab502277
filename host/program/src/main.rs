//! The `coinbox` program: settings, the command line, and the one place that puts everything together.

mod cli;
mod config;
mod open;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
