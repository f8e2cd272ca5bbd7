//! Owns secrets: where they are kept, and that they are never printed.

use std::path::PathBuf;

use serde::Deserialize;

/// Where a secret is kept: `{ file = "/run/secrets/kafka" }` or `{ env = "KAFKA_PASSWORD" }`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum SecretPlace {
    /// The file's text without the last line end.
    File(PathBuf),
    /// Value of an environment variable.
    Env(String),
}

/// Why a secret cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("read secret file {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("read secret from environment variable {name}: not set or not UTF-8")]
    Env { name: String },
    #[error("{place} holds an empty secret")]
    Empty { place: String },
}

/// A secret in memory. Debug prints stars; it cannot be serialized.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub const fn new(secret: String) -> Self {
        Self(secret)
    }

    /// Returns the secret itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl SecretPlace {
    /// Reads the secret.
    ///
    /// # Errors
    /// [`SecretError`] when the file or variable is missing or empty.
    pub fn read(&self) -> Result<Secret, SecretError> {
        let (text, place) = match self {
            Self::File(path) => {
                let text =
                    std::fs::read_to_string(path).map_err(|source| SecretError::File { path: path.clone(), source })?;
                (text, format!("secret file {}", path.display()))
            }
            Self::Env(name) => {
                // The cause would print what the variable holds.
                let text = std::env::var(name).map_err(|_| SecretError::Env { name: name.clone() })?;
                (text, format!("environment variable {name}"))
            }
        };
        let secret = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
        if secret.is_empty() {
            return Err(SecretError::Empty { place });
        }
        Ok(Secret::new(secret.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_without_its_line_end_and_prints_as_stars() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "canary\r\n").unwrap();
        let secret = SecretPlace::File(file.path().to_owned()).read().unwrap();
        assert_eq!(secret.expose(), "canary");
        assert_eq!(format!("{secret:?}"), "***");
    }

    #[test]
    fn a_missing_or_empty_secret_names_its_place() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let err = SecretPlace::File(file.path().to_owned()).read().unwrap_err();
        assert!(err.to_string().contains("empty secret"), "{err}");
        let err = SecretPlace::Env("HOTLINE_NO_SUCH_SECRET".to_owned()).read().unwrap_err();
        assert!(err.to_string().contains("HOTLINE_NO_SUCH_SECRET"), "{err}");
    }
}
