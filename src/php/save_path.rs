//! The type of `open`'s argument for session.save_path, the only difference of PHP 8.6 in the session API.

#[cfg(php86)]
pub use since_86::*;
#[cfg(not(php86))]
pub use until_85::*;

#[cfg(not(php86))]
mod until_85 {
    use std::borrow::Cow;
    use std::ffi::{CStr, c_char};

    use ext_php_rs::ffi::zend_string;

    pub type SavePath = *const c_char;

    /// # Safety
    /// `path` is NULL or ends with NUL, and stays as it is while the result is used.
    pub unsafe fn text<'a>(path: SavePath) -> Cow<'a, str> {
        if path.is_null() {
            return Cow::Borrowed("");
        }
        // SAFETY: see above.
        unsafe { CStr::from_ptr(path) }.to_string_lossy()
    }

    /// The argument for another save handler's `open`.
    ///
    /// # Safety
    /// `text` is a live string, also while the argument is used.
    pub unsafe fn lend(text: *mut zend_string) -> SavePath {
        // SAFETY: see above.
        unsafe { (&raw const (*text).val).cast() }
    }
}

#[cfg(php86)]
mod since_86 {
    use std::borrow::Cow;

    use ext_php_rs::ffi::zend_string;

    pub type SavePath = *mut zend_string;

    /// # Safety
    /// `path` is NULL or a string that is live while the result is used.
    pub unsafe fn text<'a>(path: SavePath) -> Cow<'a, str> {
        // SAFETY: see above.
        let bytes = unsafe { path.as_ref() }.map(|path| path.as_bytes()).unwrap_or_default();
        String::from_utf8_lossy(bytes)
    }

    /// The argument for another save handler's `open`.
    ///
    /// # Safety
    /// `text` is a live string, also while the argument is used.
    pub unsafe fn lend(text: *mut zend_string) -> SavePath {
        text
    }
}
