//! The `coinbox` program: everything is in the library, see [`coinbox_host::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    coinbox_host::cli::main()
}
