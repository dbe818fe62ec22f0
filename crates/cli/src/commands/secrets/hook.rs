//! `storeward secrets hook install|uninstall`
//!
//! A hook is a shell script that belongs to its repository. We add a block of lines between two marks and take out exactly
//! that; what else a hook does stays. Where another tool manages the hooks, we say what to add to its configuration.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use crate::{
    args::{Hook, HookCommand},
    exit::Exit,
    render,
    secrets::git::Repository,
};

const BEGIN: &str = "# storeward secrets: begin";
const END: &str = "# storeward secrets: end";
const SHEBANG: &str = "#!/bin/sh\n";

pub(super) fn run(command: &HookCommand) -> anyhow::Result<Exit> {
    let (args, install) = match command {
        HookCommand::Install(args) => (args, true),
        HookCommand::Uninstall(args) => (args, false),
    };
    let repository = Repository::of(&args.repository)?;
    let mut exit = Exit::Yes;
    for hook in &args.hooks {
        let done = if install { add(*hook, &repository) } else { remove(*hook, &repository) }?;
        if done == Exit::Step {
            exit = Exit::Step;
        }
    }
    Ok(exit)
}

impl Hook {
    const fn file_name(self) -> &'static str {
        match self {
            Self::Commit => "pre-commit",
            Self::Push => "pre-push",
            Self::Receive => "pre-receive",
        }
    }

    /// What the hook runs. One that is told refs on its standard input hands them on to what comes after it.
    fn script(self) -> String {
        let scan = match self {
            Self::Commit => "storeward secrets scan --staged || exit $?".to_owned(),
            Self::Push => handing_on("--pre-push \"$1\""),
            Self::Receive => handing_on("--pre-receive"),
        };
        format!(
            "{BEGIN}\n\
             command -v storeward >/dev/null || {{ echo 'storeward is not on the PATH; secrets cannot be looked for' >&2; exit 3; }}\n\
             {scan}\n\
             {END}\n"
        )
    }
}

fn handing_on(source: &str) -> String {
    format!(
        "storeward_refs=$(cat)\n\
         printf '%s\\n' \"$storeward_refs\" | storeward secrets scan {source} || exit $?\n\
         exec <<STOREWARD_REFS\n\
         $storeward_refs\n\
         STOREWARD_REFS"
    )
}

fn add(hook: Hook, repository: &Repository) -> anyhow::Result<Exit> {
    if let Some(advice) = managed(hook, repository) {
        render::lines(&advice);
        return Ok(Exit::Step);
    }
    let path = place(hook, repository)?;
    let old = read(&path)?;
    let name = path.display();
    let script = hook.script();
    let new = match &old {
        None => format!("{SHEBANG}{script}"),
        Some(text) if text.contains(BEGIN) => {
            let without =
                taken_out(text).with_context(|| format!("{name} has only half of our block; repair it"))?;
            put_in(&without, &script).unwrap_or(without)
        }
        Some(text) => match put_in(text, &script) {
            Some(new) => new,
            None => {
                render::lines(&format!("{name} is no shell script; have it run what follows:\n{script}"));
                return Ok(Exit::Step);
            }
        },
    };
    if old.as_deref() == Some(&new) {
        render::note(&format!("{name} has it already"));
        return Ok(Exit::Yes);
    }
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    }
    write(&path, &new, old.is_some())?;
    render::note(&format!(
        "{name}: {}",
        if old.is_some() { "added; what was there stays" } else { "written" }
    ));
    Ok(Exit::Yes)
}

fn remove(hook: Hook, repository: &Repository) -> anyhow::Result<Exit> {
    if let Some(advice) = managed(hook, repository) {
        render::lines(&advice.replace("; add to", "; take out of"));
        return Ok(Exit::Step);
    }
    let path = place(hook, repository)?;
    let name = path.display();
    let Some(text) = read(&path)?.filter(|text| text.contains(BEGIN)) else {
        render::note(&format!("{name}: nothing of ours is there"));
        return Ok(Exit::Yes);
    };
    let rest = taken_out(&text).with_context(|| format!("{name} has only half of our block; repair it"))?;
    if rest == SHEBANG {
        fs::remove_file(&path).with_context(|| format!("cannot remove {name}"))?;
        render::note(&format!("{name}: removed"));
    } else {
        write(&path, &rest, true)?;
        render::note(&format!("{name}: taken out; the rest stays"));
    }
    Ok(Exit::Yes)
}

/// What to do where another tool manages the hooks.
fn managed(hook: Hook, repository: &Repository) -> Option<String> {
    let has = |names: &[&str]| {
        names.iter().find(|name| repository.top.join(name).exists()).map(|name| (*name).to_owned())
    };
    if hook == Hook::Receive {
        return None;
    }
    let (stage, source) = match hook {
        Hook::Push => ("pre-push", "--history '@{push}..'"),
        _ => ("pre-commit", "--staged"),
    };
    if let Some(file) = has(&[".pre-commit-config.yaml"]) {
        return Some(format!(
            "the pre-commit framework manages hooks here; add to `repos` in {file}:\n\
             \x20 - repo: local\n\
             \x20   hooks:\n\
             \x20     - id: storeward-secrets\n\
             \x20       name: storeward secrets\n\
             \x20       entry: storeward secrets scan {source}\n\
             \x20       language: system\n\
             \x20       pass_filenames: false\n\
             \x20       always_run: true\n\
             \x20       stages: [{stage}]"
        ));
    }
    let lefthook = [
        "lefthook.yml",
        "lefthook.yaml",
        ".lefthook.yml",
        ".lefthook.yaml",
        "lefthook.toml",
        "lefthook.json",
        ".config/lefthook.yml",
    ];
    has(&lefthook).map(|file| {
        format!(
            "lefthook manages hooks here; add to {file}:\n\
             \x20 {stage}:\n\
             \x20   commands:\n\
             \x20     storeward-secrets:\n\
             \x20       run: storeward secrets scan {source}"
        )
    })
}

/// The file of a hook: husky's, where it is in use, or the one that git runs. Hooks that many repositories share are not
/// for one of them to change.
fn place(hook: Hook, repository: &Repository) -> anyhow::Result<PathBuf> {
    let husky = repository.top.join(".husky");
    // Husky points git at a folder of its own that calls the scripts beside it.
    if hook != Hook::Receive
        && husky.is_dir()
        && (repository.hooks.starts_with(&husky) || !repository.hooks_are_set)
    {
        return Ok(husky.join(hook.file_name()));
    }
    if !repository.hooks.starts_with(&repository.top)
        && !repository.hooks.starts_with(&repository.git_directory)
    {
        bail!(
            "core.hooksPath points outside of the repository, to {}; other repositories use its hooks as well. Add \
             `storeward secrets scan --staged` there yourself, or set core.hooksPath for this repository alone",
            repository.hooks.display()
        );
    }
    Ok(repository.hooks.join(hook.file_name()))
}

fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match fs::read(path) {
        // A program is no text, and no shell script either.
        Ok(bytes) => Ok(Some(String::from_utf8(bytes).unwrap_or_default())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The script with our block before its first command, so that an early `exit` does not skip it.
fn put_in(text: &str, script: &str) -> Option<String> {
    const SHELLS: [&str; 6] = ["sh", "bash", "dash", "zsh", "ksh", "ash"];
    let first = text.lines().next()?;
    // Husky's scripts may go without a first line that names a shell.
    let Some(interpreter) = first.strip_prefix("#!") else {
        let plain = !text.contains('\0') && !text.is_empty();
        return plain.then(|| format!("{script}{text}"));
    };
    let shell = interpreter.split_whitespace().filter_map(|word| word.rsplit('/').next());
    if !shell.into_iter().any(|word| SHELLS.contains(&word)) {
        return None;
    }
    let rest =
        text.get(first.len()..)?.strip_prefix("\r\n").or_else(|| text.get(first.len() + 1..)).unwrap_or("");
    Some(format!("{first}\n{script}{rest}"))
}

/// The script without our block; none where one of the marks is missing.
fn taken_out(text: &str) -> Option<String> {
    let start = text.find(BEGIN)?;
    let end = start + text.get(start..)?.find(END)? + END.len();
    let rest = text.get(end..)?;
    Some(format!("{}{}", text.get(..start)?, rest.strip_prefix('\n').unwrap_or(rest)))
}

fn write(path: &Path, text: &str, existed: bool) -> anyhow::Result<()> {
    // Taken before the file is replaced: a hook that was switched off stays so.
    let permissions = if existed { Some(fs::metadata(path)?.permissions()) } else { executable() };
    render::replace(path, text.as_bytes())?;
    if let Some(permissions) = permissions {
        fs::set_permissions(path, permissions)
            .with_context(|| format!("cannot set the permissions of {}", path.display()))?;
    }
    Ok(())
}

/// The permissions of a new hook, where a system needs them.
fn executable() -> Option<fs::Permissions> {
    #[cfg(unix)]
    return Some(std::os::unix::fs::PermissionsExt::from_mode(0o755));
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_block_goes_in_and_comes_out_again() {
        for hook in [Hook::Commit, Hook::Push, Hook::Receive] {
            let script = hook.script();
            for text in ["#!/bin/sh\n", "#!/bin/sh\nexit 0\n", "#!/usr/bin/env bash\necho hi", "npm test\n"] {
                let with = put_in(text, &script).unwrap();
                assert_eq!(taken_out(&with).unwrap(), text);
            }
        }
        assert_eq!(put_in("#!/usr/bin/env python3\nprint()\n", "x"), None);
        assert_eq!(put_in("", "x"), None);
        assert_eq!(taken_out(BEGIN), None);
    }
}
