//! All code that is `unsafe` or depends on PHP: the module, the nine callbacks, settings, warnings, functions.
//!
//! A fatal error in PHP jumps over Rust frames (`longjmp`) and skips their destructors. So a callback does its Rust work
//! inside `boundary::call`, which catches panics. It calls functions that may jump only when no destructor is pending.
#![expect(unsafe_code, reason = "this is the boundary to the engine")]

mod boundary;
mod callbacks;
mod caller;
mod engine;
mod exception;
mod functions;
mod info;
mod ini;
mod module;
mod old_call;
mod old_handler;
mod old_store;
mod open_handler;
mod save_path;
mod session_api;
mod session_variables;
mod shared_memory;
mod upload;
mod warning;
