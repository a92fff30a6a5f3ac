//! For the extension (feature `php`): finds the PHP to build for, generates the bindings to its session API, and passes its
//! version on as `cfg`s.
//!
//! `PHP_CONFIG` names the `php-config` of that PHP, `PHP` its command-line binary. What may be missing of it says
//! `tools/check-php` before, since the crates that are built earlier want it too.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "php")]
    php::main();
}

#[cfg(feature = "php")]
mod php {
    use std::{env, fmt::Display, path::PathBuf, process::Command};

    use ext_php_rs_build::{ApiVersion, PHPInfo};

    pub fn main() {
        println!("cargo::rerun-if-env-changed=PHP_CONFIG");
        ext_php_rs_build::emit_rerun_if_env_changed();
        ext_php_rs_build::emit_check_cfg();

        let php = ext_php_rs_build::find_php().unwrap_or_else(|error| fail(error));
        let info = PHPInfo::get(&php).unwrap_or_else(|error| fail(error));
        let api = info
            .zend_version()
            .and_then(ApiVersion::try_from)
            .unwrap_or_else(|error| fail(error));
        let wanted = info.version().unwrap_or_else(|error| fail(error)).trim();
        let headers = php_config("--version");
        if wanted != headers {
            fail(format!(
                "{} is PHP {wanted}, but the headers that php-config names are of PHP {headers}: \
                 set PHP and PHP_CONFIG to the same version",
                php.display()
            ));
        }

        ext_php_rs_build::emit_php_cfg_flags(api);
        let zts = info.thread_safety().unwrap_or_else(|error| fail(error));
        if zts {
            println!("cargo::rustc-cfg=php_zts");
        }
        if info.debug().unwrap_or_else(|error| fail(error)) {
            println!("cargo::rustc-cfg=php_debug");
        }

        session_bindings(zts);

        // Threads and thread-local destructors may outlive a dlclose() by PHP.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }

    /// `allowlist_recursively(false)`: the engine's own types come from `ext_php_rs::ffi`, so that both sides agree on them.
    fn session_bindings(zts: bool) {
        let includes = php_config("--includes");
        let mut builder = bindgen::builder()
            .header_contents(
                "rustsql.h",
                "#include \"php.h\"\n#include \"php_ini.h\"\n#include \"zend_exceptions.h\"\n#include \"ext/standard/info.h\"\n#include \"ext/spl/spl_exceptions.h\"\n#include \"fopen_wrappers.h\"\n#include \"php_open_temporary_file.h\"\n#include \"ext/session/php_session.h\"\n",
            )
            .clang_args(includes.split_whitespace())
            .allowlist_recursively(false)
            .allowlist_type("ps_module|ps_module_struct|zend_result|ZEND_RESULT_CODE|_?zend_module_dep")
            .allowlist_function("zend_ini_string_ex|display_ini_entries|zend_unregister_ini_entries|zval_get_long_func|zend_exception_set_previous|zend_memory_usage|zend_clear_exception|zend_get_exception_base|zend_read_property|php_check_open_basedir_ex|php_get_temporary_directory|zend_ini_long")
            .allowlist_var("ZEND_INI_STAGE_RUNTIME|MODULE_DEP_REQUIRED|ZEND_INI_DISPLAY_ORIG|EG_FLAGS_IN_SHUTDOWN|spl_ce_RuntimeException")
            .layout_tests(false)
            .formatter(bindgen::Formatter::None);
        if zts {
            builder = builder.clang_arg("-DZTS=1");
        }
        let bindings = builder
            .generate()
            .unwrap_or_else(|error| fail(format!("bindgen cannot read PHP's session header: {error}")));
        let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_else(|| fail("OUT_DIR is not set")));
        if let Err(error) = bindings.write_to_file(out.join("session.rs")) {
            fail(error);
        }
    }

    fn php_config(argument: &str) -> String {
        let program = env::var("PHP_CONFIG").unwrap_or_else(|_| "php-config".into());
        match Command::new(&program).arg(argument).output() {
            Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
            Ok(output) => fail(format!("{program} {argument} ended with {}", output.status)),
            Err(error) => fail(format!(
                "{program} cannot be run: {error}; install PHP's development package or set PHP_CONFIG"
            )),
        }
    }

    fn fail(reason: impl Display) -> ! {
        println!("cargo::error=rustsql: {reason}");
        std::process::exit(1)
    }
}
