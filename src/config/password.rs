//! A password, and where it comes from.

use std::ops::Deref;

use zeroize::Zeroizing;

/// It has no `Debug`, and is wiped from memory at its end.
#[derive(Clone)]
pub struct Password {
    text: Zeroizing<String>,
    /// The file that it was read from.
    file: Option<String>,
}

impl Password {
    pub fn of_file(text: &str, file: &str) -> Self {
        Self {
            text: Zeroizing::new(text.to_owned()),
            file: Some(file.to_owned()),
        }
    }

    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }
}

impl From<&str> for Password {
    fn from(text: &str) -> Self {
        Self {
            text: Zeroizing::new(text.to_owned()),
            file: None,
        }
    }
}

impl Deref for Password {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// Passwords of the same file are the same: a kept connection goes on to be used when the file has a new token, since the account
/// is the same, and so is who may use it.
impl PartialEq for Password {
    fn eq(&self, other: &Self) -> bool {
        match (&self.file, &other.file) {
            (None, None) => self.text == other.text,
            (own, other) => own == other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_one_account_whatever_token_it_has() {
        let first = Password::of_file("token", "/run/token");
        assert!(first == Password::of_file("next", "/run/token"));
        assert!(first != Password::of_file("token", "/run/other") && first != Password::from("token"));
        assert!(Password::from("a") == Password::from("a") && Password::from("a") != Password::from("b"));
    }
}
