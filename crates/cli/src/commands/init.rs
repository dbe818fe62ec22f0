//! `storeward init`

use std::{
    fs::{self, OpenOptions},
    io::{self, BufRead, IsTerminal, Write},
};

use anyhow::{Context, bail};
use similar::TextDiff;

use crate::{
    args::InitArgs,
    config::{file, keys::KEYS},
    exit::Exit,
    render,
};

/// What git must not take.
const IGNORED: [&str; 3] = [".storeward/", ".env*", "!.env.example"];

pub(crate) fn run(args: &InitArgs) -> anyhow::Result<Exit> {
    if !args.path.is_dir() {
        bail!("{} is no directory", args.path.display());
    }
    let config = args.path.join(file::NAME);
    let ignore = args.path.join(".gitignore");
    let ignored = match fs::read_to_string(&ignore) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", ignore.display())),
    };
    let missing: Vec<&str> =
        IGNORED.into_iter().filter(|wanted| !ignored.lines().any(|line| line.trim() == *wanted)).collect();
    let new_ignored = with_lines(&ignored, &missing);
    let new_config = (!config.exists()).then(template);
    if new_config.is_none() {
        render::note(&format!("{} is there already and stays as it is", config.display()));
    }
    if new_config.is_none() && missing.is_empty() {
        render::note("nothing to do");
        return Ok(Exit::Yes);
    }
    let mut shown = String::new();
    if let Some(text) = &new_config {
        shown.push_str(&diff(file::NAME, "", text));
    }
    if !missing.is_empty() {
        shown.push_str(&diff(".gitignore", &ignored, &new_ignored));
    }
    render::deliver(shown.as_bytes(), None)?;
    if !args.yes && !confirmed()? {
        render::note("nothing was written");
        return Ok(Exit::No);
    }
    if let Some(text) = &new_config {
        // Created, never overwritten, even if somebody was faster.
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&config)
            .with_context(|| format!("cannot write {}", config.display()))?;
        file.write_all(text.as_bytes())?;
    }
    if !missing.is_empty() {
        render::replace(&ignore, new_ignored.as_bytes())?;
    }
    render::note("written; try `storeward check`");
    Ok(Exit::Yes)
}

fn confirmed() -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        bail!("nobody to ask: run `storeward init --yes` to write this");
    }
    let mut prompt = io::stderr().lock();
    prompt.write_all(b"write this? [y/N] ")?;
    prompt.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

fn with_lines(text: &str, lines: &[&str]) -> String {
    let mut text = text.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text
}

fn diff(name: &str, old: &str, new: &str) -> String {
    let from = if old.is_empty() { "/dev/null" } else { name };
    TextDiff::from_lines(old, new).unified_diff().header(from, name).to_string()
}

/// A `storeward.toml` in which every key stands as a comment.
fn template() -> String {
    let mut text = String::from(
        "# What storeward asks of this store. A section holds for its environment, [default] for all of them.\n\
         # Secrets are never written here: they come from the environment or a secret store.\n\
         # `storeward config show --environment production` prints what is in force and where it comes from.\n\
         \n[default]\n",
    );
    for key in KEYS {
        text.push_str(&format!("# {}\n# {} = {}\n", key.about, key.name, key.example));
    }
    text.push_str(
        "\n[development]\n\
         # saleor.url = \"https://dev-shop.example/graphql/\"\n\
         \n[staging]\n\
         deployment.require_approval = true\n\
         deployment.max_size = 100\n\
         audit.enabled = true\n\
         # saleor.url = \"https://staging-shop.example/graphql/\"\n\
         \n[production]\n\
         deployment.require_approval = true\n\
         deployment.require_mfa = true\n\
         deployment.require_security_review = true\n\
         deployment.max_size = 100\n\
         deployment.window = \"02:00-04:00\"\n\
         deployment.require_backup = true\n\
         deployment.rollback = true\n\
         audit.enabled = true\n\
         monitoring.enabled = true\n\
         # saleor.url = \"https://shop.example/graphql/\"\n\
         \n# An environment of your own has the rules of the one it inherits from.\n\
         # [environments.preview]\n\
         # inherits = \"development\"\n\
         # aliases = [\"pr\"]\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use storeward_core::Environments;

    use super::*;
    use crate::config::file::ConfigFile;

    #[test]
    fn the_template_is_sound_also_with_its_comments_opened() {
        let opened: String = template()
            .lines()
            .map(|line| {
                line.strip_prefix("# ")
                    .filter(|rest| rest.contains(" = ") || rest.starts_with('['))
                    .unwrap_or(line)
            })
            .map(|line| format!("{line}\n"))
            .collect();
        for text in [template(), opened] {
            let file = ConfigFile::read(&text, &mut Environments::default());
            assert_eq!(file.problems, [], "{text}");
        }
    }

    #[test]
    fn lines_are_added_after_a_line_end() {
        assert_eq!(with_lines("a", &["b"]), "a\nb\n");
        assert_eq!(with_lines("", &["b", "c"]), "b\nc\n");
    }
}
