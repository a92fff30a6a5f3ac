// The library's modules but for `php`, as the root of each target: a cdylib has no public API to reach them by.

#[path = "../src/config/mod.rs"]
mod config;
#[path = "../src/db/mod.rs"]
mod db;
#[path = "../src/error/mod.rs"]
mod error;
#[path = "../src/fence.rs"]
mod fence;
#[path = "../src/handler.rs"]
mod handler;
#[path = "../src/loaded.rs"]
mod loaded;
#[path = "../src/lock/mod.rs"]
mod lock;
#[path = "../src/original.rs"]
mod original;
#[path = "../src/session.rs"]
mod session;
#[path = "../src/session_id.rs"]
mod session_id;
#[path = "../src/store/mod.rs"]
mod store;
