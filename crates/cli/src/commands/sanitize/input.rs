//! The document to be sanitized: where it comes from and how it is written.

use std::{
    fs::File,
    io::{self, IsTerminal, Read},
    path::Path,
};

use anyhow::{Context, bail};
use storeward_sanitize::Format;

use crate::args::InputFormat;

pub(super) struct Input {
    /// What it is called in messages.
    pub(super) name: String,
    pub(super) format: Format,
    /// Its length in bytes, if it has one yet.
    pub(super) length: Option<u64>,
    pub(super) reader: Box<dyn Read>,
}

impl Input {
    /// Opens a file, or standard input for `-` or nothing.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, or nothing says what format it has.
    pub(super) fn open(file: Option<&Path>, format: Option<InputFormat>) -> anyhow::Result<Self> {
        let Some(path) = file.filter(|path| *path != Path::new("-")) else {
            if io::stdin().is_terminal() {
                bail!("no document: give a file, or pipe one to standard input");
            }
            let (format, reader) = sniffed(format, Box::new(io::stdin().lock()))?;
            return Ok(Self { name: "standard input".to_owned(), format, length: None, reader });
        };
        let name = path.display().to_string();
        let opened = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
        let (metadata, file) = opened.with_context(|| format!("cannot read {name}"))?;
        if metadata.is_dir() {
            bail!("{name} is a directory: give one file");
        }
        let length = metadata.is_file().then_some(metadata.len());
        let by_name = format.or_else(|| named(path));
        let (format, reader) =
            sniffed(by_name, Box::new(file)).with_context(|| format!("cannot read {name}"))?;
        Ok(Self { name, format, length, reader })
    }
}

/// The format that a file's name tells.
fn named(path: &Path) -> Option<InputFormat> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    if name == ".env" || name.starts_with(".env.") {
        return Some(InputFormat::Env);
    }
    match name.rsplit_once('.')?.1 {
        "json" | "jsonl" | "ndjson" => Some(InputFormat::Json),
        "yml" | "yaml" => Some(InputFormat::Yaml),
        "toml" => Some(InputFormat::Toml),
        "env" => Some(InputFormat::Env),
        "log" | "txt" | "out" | "err" | "md" => Some(InputFormat::Text),
        _ => None,
    }
}

/// The format that was said, or else JSON if the text begins like an object or array, and YAML if not.
fn sniffed(said: Option<InputFormat>, mut reader: Box<dyn Read>) -> io::Result<(Format, Box<dyn Read>)> {
    if let Some(said) = said {
        return Ok((said.into(), reader));
    }
    let mut begin = Vec::new();
    let mut byte = [0];
    let format = loop {
        if reader.read(&mut byte)? == 0 {
            break Format::Yaml;
        }
        begin.extend_from_slice(&byte);
        match byte {
            [b'{' | b'['] => break Format::Json,
            [b' ' | b'\t' | b'\r' | b'\n'] => {}
            _ => break Format::Yaml,
        }
    };
    Ok((format, Box::new(io::Cursor::new(begin).chain(reader))))
}

impl From<InputFormat> for Format {
    fn from(format: InputFormat) -> Self {
        match format {
            InputFormat::Json => Self::Json,
            InputFormat::Yaml => Self::Yaml,
            InputFormat::Toml => Self::Toml,
            InputFormat::Env => Self::Env,
            InputFormat::Text => Self::Text,
        }
    }
}
