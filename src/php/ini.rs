//! The settings in PHP's INI system: registered from `config::keys`, read one by one, masked where they are shown.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_int, c_void};
use std::rc::Rc;
use std::sync::OnceLock;

use ext_php_rs::ffi::{
    _zend_ini_entry, ZEND_RESULT_CODE_FAILURE, ZEND_RESULT_CODE_SUCCESS, ext_php_rs_executor_globals,
    ext_php_rs_sapi_module, php_output_write, zend_ini_entry_def, zend_register_ini_entries, zend_string,
};
use ext_php_rs::flags::IniEntryPermission;
use ext_php_rs::zend::IniEntryDef;

use super::boundary;
use super::session_api::{
    ZEND_INI_DISPLAY_ORIG, ZEND_INI_STAGE_RUNTIME, zend_ini_string_ex, zend_unregister_ini_entries,
};
use super::warning;
use crate::config::keys::{self, Key, Scope};
use crate::config::{Config, dsn};
use crate::error::Result;

struct Definitions(Box<[zend_ini_entry_def]>);

// SAFETY: the pointers in it are to static strings; nobody writes to it after it was made.
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

/// Says what is wrong as soon as PHP starts; the handler then refuses to open until it is mended.
pub fn check_at_startup() {
    for key in keys::ALL {
        if let Err(error) = Config::accepts(key, &value(key.c_name())) {
            warning::error(&error.into());
        }
    }
}

/// The settings of this request. `save_path`: session.save_path. They are mostly those of the last one, and then not read
/// again.
pub fn load(save_path: &str) -> Result<Rc<Config>> {
    thread_local! {
        static LAST: RefCell<Option<(Vec<u8>, Rc<Config>)>> = const { RefCell::new(None) };
    }
    let mut texts = Vec::with_capacity(512);
    for key in keys::ALL {
        texts.extend_from_slice(raw_value(key.c_name()).to_bytes_with_nul());
    }
    for name in CHANGEABLE {
        texts.extend_from_slice(lasting(name).as_bytes());
        texts.push(0);
    }
    texts.extend_from_slice(save_path.as_bytes());
    LAST.with_borrow_mut(|last| {
        if let Some((from, config)) = last
            && *from == texts
            && config.is_current()
        {
            return Ok(Rc::clone(config));
        }
        let config = Rc::new(Config::load(|key| value(key.c_name()), save_path, lasting)?);
        *last = Some((texts, Rc::clone(&config)));
        Ok(config)
    })
}

/// The same, for functions that are not given session.save_path.
pub fn load_current() -> Result<Rc<Config>> {
    load(&value(c"session.save_path"))
}

fn value(name: &CStr) -> String {
    raw_value(name).to_string_lossy().into_owned()
}

/// What a script or its folder may change, and `Config::load` wants to know as the administrator has it.
const CHANGEABLE: [&CStr; 4] = [
    c"rustsql.dsn",
    c"rustsql.user",
    c"rustsql.password",
    c"session.save_path",
];

/// What `php.ini`, a pool or `php_admin_value` says, also where `.user.ini`, `.htaccess` or `ini_set()` have put something
/// else in its place. What `php_admin_value` set, none of these can change.
fn lasting(name: &'static CStr) -> String {
    // SAFETY: the engine's table of settings is there from its start to its end, and its values are entries.
    let replaced = unsafe {
        let settings = (*ext_php_rs_executor_globals()).ini_directives.as_ref();
        let found = settings.and_then(|settings| settings.get(name.to_str().ok()?)?.ptr::<_zend_ini_entry>());
        found.map(|entry| &*entry).and_then(|entry| {
            let by_script =
                i32::from(entry.modified) != 0 && u32::from(entry.modifiable) != IniEntryPermission::System.bits();
            by_script.then(|| string(entry.orig_value))
        })
    };
    replaced.unwrap_or_else(|| value(name))
}

/// Valid until the setting is changed.
fn raw_value(name: &CStr) -> &'static CStr {
    let mut exists = false;
    let original = Default::default(); // false; a number until PHP 8.6
    // SAFETY: the name ends with NUL, the length is without it. The text belongs to the engine, and every caller copies it
    // before anything else runs.
    unsafe {
        let text = zend_ini_string_ex(name.as_ptr(), name.count_bytes() as _, original, &raw mut exists);
        match text.is_null() {
            true => c"",
            false => CStr::from_ptr(text),
        }
    }
}

/// A bad `ini_set()` is refused. A bad value from a file stays as it is: refusing it would put the default in its place.
unsafe extern "C" fn on_modify(
    entry: *mut _zend_ini_entry,
    new_value: *mut zend_string,
    _: *mut c_void,
    _: *mut c_void,
    _: *mut c_void,
    stage: c_int,
) -> c_int {
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

/// For phpinfo() and `php --ri`: the DSN without its password, a password not at all.
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
        let length = shown.len();
        Ok((CString::new(shown).unwrap_or_default().into_raw(), length))
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
