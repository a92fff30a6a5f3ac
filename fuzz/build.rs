//! As the library's own build.rs: src/db/socket.rs stands between the standard library and libc.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(php_zts, without_version_check)");
    println!("cargo::rustc-link-arg-bins=-Wl,--wrap=connect,--wrap=send,--wrap=recv");
}
