//! The settings in PHP's INI system. Registers those of `config::keys`, reads them, and masks secrets in phpinfo().

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, CString, c_int, c_void};
use std::rc::Rc;
use std::sync::OnceLock;

use ext_php_rs::ffi::{
    _zend_ini_entry, ZEND_RESULT_CODE_FAILURE, ZEND_RESULT_CODE_SUCCESS, ext_php_rs_executor_globals,
    ext_php_rs_sapi_module, php_output_write, zend_ini_entry_def, zend_long, zend_register_ini_entries, zend_string,
};
use ext_php_rs::flags::IniEntryPermission;
use ext_php_rs::zend::IniEntryDef;

use super::boundary;
use super::session_api::{
    ZEND_INI_DISPLAY_ORIG, ZEND_INI_STAGE_RUNTIME, zend_ini_long, zend_ini_string_ex, zend_unregister_ini_entries,
};
use super::warning;
use crate::config::keys::{self, Key, Scope};
use crate::config::{Config, dsn, key_file};
use crate::error::Result;
use crate::merge::Format;

struct Definitions(Box<[zend_ini_entry_def]>);

// SAFETY: it points to static strings, and is never written to.
unsafe impl Sync for Definitions {}
// SAFETY: as above.
unsafe impl Send for Definitions {}

pub fn register(module_number: c_int) {
    static DEFINITIONS: OnceLock<Definitions> = OnceLock::new();
    let definitions = DEFINITIONS.get_or_init(|| {
        let end = std::iter::once(IniEntryDef::end());
        Definitions(keys::ALL.iter().map(definition).chain(end).collect())
    });
    // SAFETY: the table lives as long as the process and ends with an empty entry.
    unsafe { zend_register_ini_entries(definitions.0.as_ptr(), module_number) };
}

pub fn unregister(module_number: c_int) {
    // SAFETY: called once per MSHUTDOWN, after `register` in MINIT.
    unsafe { zend_unregister_ini_entries(module_number) };
    drop(LAST.take());
    key_file::forget();
}

fn definition(key: &Key) -> zend_ini_entry_def {
    let permission = match key.scope() {
        Scope::System => IniEntryPermission::System,
        Scope::PerDir => IniEntryPermission::PerDir | IniEntryPermission::System,
        Scope::All => IniEntryPermission::All,
    };
    let mut definition = IniEntryDef::new(key.c_name(), key.c_default(), permission);
    definition.on_modify = Some(on_modify);
    if key.secret {
        definition.displayer = Some(display_masked);
    }
    definition
}

/// Reads the encryption keys, and warns about wrong values, when PHP starts. Sessions do not open until the values are corrected.
pub fn check_at_startup() {
    let mut good = true;
    for key in keys::ALL {
        if let Err(error) = Config::accepts(key, &value(key.c_name())) {
            warning::error(&error.into());
            good = false;
        }
    }
    if good && let Err(error) = Config::read_keys(|key| value(key.c_name())) {
        warning::error(&error.into());
    }
}

/// What the last session of a thread was opened with.
#[derive(Default)]
struct Last {
    texts: Vec<u8>,
    /// `session.save_path`, and the administrator's value if that is another one.
    save_path: (String, Option<String>),
    config: Option<Rc<Config>>,
}

thread_local! {
    static LAST: RefCell<Last> = RefCell::default();
    /// PHP has changed or restored a setting since `LAST` was compared.
    static HAS_CHANGED: Cell<bool> = const { Cell::new(true) };
}

/// The settings of this request. `save_path` is `session.save_path`. If no text has changed since the last request, the result
/// is the same `Config`.
pub fn load(save_path: &str) -> Result<Rc<Config>> {
    LAST.with_borrow_mut(|last| {
        if HAS_CHANGED.replace(false) {
            let texts = texts();
            if texts != last.texts {
                last.texts = texts;
                last.config = None;
            }
        }
        let replaced = replaced(c"session.save_path");
        if save_path != last.save_path.0 || replaced != last.save_path.1 {
            last.save_path = (save_path.to_owned(), replaced);
            last.config = None;
        }
        match &last.config {
            Some(config) if config.is_current() => Ok(Rc::clone(config)),
            _ => {
                last.config = None;
                let config = Config::load(|key| value(key.c_name()), save_path, lasting)?;
                Ok(Rc::clone(last.config.insert(Rc::new(config))))
            }
        }
    })
}

/// The texts of all settings, and the administrator's if a script or its folder has replaced them.
fn texts() -> Vec<u8> {
    let mut texts = Vec::with_capacity(512);
    for key in keys::ALL {
        texts.extend_from_slice(raw_value(key.c_name()).to_bytes_with_nul());
    }
    for name in CHANGEABLE {
        if let Some(text) = replaced(name) {
            texts.push(1);
            texts.extend_from_slice(text.as_bytes());
        }
        texts.push(0);
    }
    texts
}

/// `load` for functions that do not get `session.save_path` as an argument.
pub fn load_current() -> Result<Rc<Config>> {
    load(&value(c"session.save_path"))
}

/// PHP's default of `session.gc_maxlifetime`.
const DEFAULT_LIFETIME: u64 = 1440;

/// `session.gc_maxlifetime`, for callbacks that do not get it as an argument.
pub fn lifetime() -> zend_long {
    const NAME: &CStr = c"session.gc_maxlifetime";
    let original = Default::default(); // false; the type is a number before PHP 8.6
    // SAFETY: the name ends with NUL, which the length does not count.
    unsafe { zend_ini_long(NAME.as_ptr(), NAME.count_bytes() as _, original) }
}

/// Some applications set a lifetime of 0 for "until the browser is closed". PHP's `files` then keeps a session until the next
/// collection. Here the session would expire at once, so the default takes its place.
pub fn seconds(lifetime: zend_long) -> u64 {
    match u64::try_from(lifetime) {
        Ok(0) | Err(_) => DEFAULT_LIFETIME,
        Ok(seconds) => seconds,
    }
}

/// `session.serialize_handler`.
pub fn serializer() -> Format {
    Format::named(raw_value(c"session.serialize_handler").to_bytes())
}

/// `session.name`. The text is valid until the setting changes.
pub fn session_name() -> &'static [u8] {
    raw_value(c"session.name").to_bytes()
}

fn value(name: &CStr) -> String {
    raw_value(name).to_string_lossy().into_owned()
}

/// The settings that a script or its folder may change, and whose original value `Config::load` needs as well, beside
/// `session.save_path`.
const CHANGEABLE: [&CStr; 8] = [
    c"rustsql.dsn",
    c"rustsql.user",
    c"rustsql.password",
    c"rustsql.tls",
    c"rustsql.tls_ca",
    c"rustsql.tls_cert",
    c"rustsql.tls_key",
    c"rustsql.server_public_key_file",
];

/// The administrator's value of a setting: that of `php.ini`, a pool or `php_admin_value`, even if `.user.ini`, `.htaccess` or
/// `ini_set()` have replaced it. None of these can replace a `php_admin_value`.
fn lasting(name: &'static CStr) -> String {
    replaced(name).unwrap_or_else(|| value(name))
}

/// The administrator's value of a setting that one of these has replaced.
fn replaced(name: &'static CStr) -> Option<String> {
    // SAFETY: the engine's table of settings lives as long as the engine, and its values are entries.
    unsafe {
        let settings = (*ext_php_rs_executor_globals()).ini_directives.as_ref();
        let found = settings.and_then(|settings| settings.get(name.to_str().ok()?)?.ptr::<_zend_ini_entry>());
        found.map(|entry| &*entry).and_then(|entry| {
            let by_script =
                i32::from(entry.modified) != 0 && u32::from(entry.modifiable) != IniEntryPermission::System.bits();
            by_script.then(|| string(entry.orig_value))
        })
    }
}

/// The text is valid until the setting changes.
fn raw_value(name: &CStr) -> &'static CStr {
    let mut exists = false;
    let original = Default::default(); // false; the type is a number before PHP 8.6
    // SAFETY: the name ends with NUL, which the length does not count. The text belongs to the engine, and every caller copies
    // it before other code runs.
    unsafe {
        let text = zend_ini_string_ex(name.as_ptr(), name.count_bytes() as _, original, &raw mut exists);
        match text.is_null() {
            true => c"",
            false => CStr::from_ptr(text),
        }
    }
}

/// The engine calls this before each change of a setting. Refuses a wrong value in `ini_set()`. Accepts one from a file, since PHP
/// would use the default instead of a refused value.
unsafe extern "C" fn on_modify(
    entry: *mut _zend_ini_entry,
    new_value: *mut zend_string,
    _: *mut c_void,
    _: *mut c_void,
    _: *mut c_void,
    stage: c_int,
) -> c_int {
    HAS_CHANGED.set(true);
    if u32::try_from(stage) != Ok(ZEND_INI_STAGE_RUNTIME) {
        return ZEND_RESULT_CODE_SUCCESS;
    }
    boundary::call(ZEND_RESULT_CODE_FAILURE, || {
        // SAFETY: the engine passes a live entry, and a live string or NULL.
        let (name, text) = unsafe { (string(&raw const *(*entry).name), string(new_value)) };
        let key = name.strip_prefix("rustsql.").and_then(keys::find);
        if let Some(key) = key {
            Config::accepts(key, &text)?;
        }
        Ok(ZEND_RESULT_CODE_SUCCESS)
    })
}

/// # Safety
/// `text` is NULL or a live string.
unsafe fn string(text: *const zend_string) -> String {
    // SAFETY: see above.
    let bytes = unsafe { text.as_ref() }.map(|text| text.as_bytes()).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

/// Prints a secret setting for phpinfo() and `php --ri`: the DSN without its password, any other as `***`.
unsafe extern "C" fn display_masked(entry: *mut _zend_ini_entry, kind: c_int) {
    let masked = boundary::caught(|| {
        // SAFETY: the engine passes a live entry.
        let (name, text) = unsafe {
            let entry = &*entry;
            let original = u32::try_from(kind) == Ok(ZEND_INI_DISPLAY_ORIG) && !entry.orig_value.is_null();
            let text = if original { entry.orig_value } else { entry.value };
            (string(entry.name), string(text))
        };
        let shown = match text.as_str() {
            "" => "no value".to_owned(),
            text if name == "rustsql.dsn" => dsn::masked(text),
            _ => "***".to_owned(),
        };
        // SAFETY: the SAPI's description is valid at all times.
        let as_text = unsafe { (*ext_php_rs_sapi_module()).phpinfo_as_text } != 0;
        let shown = if as_text { shown } else { escape_html(&shown) };
        // A DSN can have a NUL, as %00.
        let shown = CString::new(shown.replace('\0', "")).unwrap_or_default();
        let length = shown.count_bytes();
        Ok((shown.into_raw(), length))
    });
    if let Some((text, length)) = masked {
        // SAFETY: `text` comes from `into_raw`; a jump out of the output layer would only leak it.
        unsafe {
            php_output_write(text, length);
            drop(CString::from_raw(text));
        }
    }
    warning::flush();
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
