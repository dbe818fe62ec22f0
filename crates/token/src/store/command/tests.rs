use std::{fs, path::Path};

use pollster::block_on;
use tempfile::TempDir;

use super::*;
use crate::store::contract;

/// A place in a folder, after the words of this module: a lock, a version and a secret.
const READ: &str = r#"
[ -e secret ] || exit 0
cat version secret
"#;
const WRITE: &str = r#"
until mkdir lock 2>/dev/null; do :; done
trap 'rmdir lock' EXIT
stands=$(cat version 2>/dev/null)
if [ "$stands" != "$STOREWARD_EXPECTED_VERSION" ]; then exit 3; fi
cat > secret
echo $((stands + 1)) > version
cat version
"#;

/// What `sh` runs in a folder.
fn script(folder: &Path, text: &str) -> Program {
    let text = format!("cd '{}' || exit 9\n{text}", folder.display());
    Program::new("sh").argument("-c").argument(text)
}

fn reader(text: &str) -> CommandStore {
    CommandStore::new(script(Path::new("/"), text), Program::new("false"))
}

fn writer(text: &str) -> CommandStore {
    CommandStore::new(Program::new("false"), script(Path::new("/"), text))
}

fn write(store: &CommandStore, secret: &str) -> Result<Version, PortError> {
    block_on(store.write(&secret.into(), None))
}

#[test]
fn it_keeps_the_contract() {
    let folder = TempDir::new().unwrap();
    let store = CommandStore::new(script(folder.path(), READ), script(folder.path(), WRITE));
    block_on(contract::check(&store, contract::Promise::CompareAndSet));
    contract::race(&store, &|write: BoxFuture<'_, _>| block_on(write));
}

#[test]
fn a_secret_comes_back_to_the_byte() {
    let folder = TempDir::new().unwrap();
    let store = CommandStore::new(script(folder.path(), READ), script(folder.path(), WRITE));
    let secret = "EXAMPLE\nof two lines \\ and '\"$\u{1f511} \n";
    write(&store, secret).unwrap();
    assert_eq!(
        fs::read_to_string(folder.path().join("secret")).unwrap(),
        secret,
        "without a line end after it"
    );
    fs::write(folder.path().join("secret"), "EXAMPLE\n").unwrap();
    assert_eq!(
        block_on(store.read()).unwrap().unwrap().secret,
        "EXAMPLE".into(),
        "one line end does not count"
    );
}

#[test]
fn exit_codes_are_faults() {
    for (end, fault) in [
        ("exit 3", Fault::Conflict),
        ("exit 75", Fault::Unreachable),
        ("exit 77", Fault::Refused),
        ("exit 1", Fault::Invalid),
        ("kill -9 $$", Fault::Unreachable),
    ] {
        let error = block_on(reader(&format!("echo why >&2; {end}")).read()).unwrap_err();
        assert_eq!(error.fault(), fault, "{end}");
        assert!(error.to_string().ends_with(": why"), "{error}");
        assert_eq!(write(&writer(end), "EXAMPLE").unwrap_err().fault(), fault, "{end}");
    }
    let store = CommandStore::new(Program::new("/no/such/program"), Program::new("/"));
    assert_eq!(block_on(store.read()).unwrap_err().fault(), Fault::NotFound);
    assert_eq!(write(&store, "EXAMPLE").unwrap_err().fault(), Fault::Refused);
}

#[test]
fn what_makes_no_sense_is_no_secret() {
    for printed in ["1", "1\\n", "\\nEXAMPLE", "a b\\nEXAMPLE", "\\377\\nEXAMPLE", "1\\n\\n", "\\n\\n"] {
        let error = block_on(reader(&format!("printf '{printed}'")).read()).unwrap_err();
        assert_eq!(error.fault(), Fault::Invalid, "{printed}");
        assert!(!error.to_string().contains("EXAMPLE"), "{error}");
    }
    for printed in ["", "\\n", "1\\n2\\n", "a b"] {
        let error = write(&writer(&format!("cat >/dev/null; printf '{printed}'")), "EXAMPLE").unwrap_err();
        assert_eq!(error.fault(), Fault::Invalid, "{printed}");
    }
    assert_eq!(
        write(&writer("cat"), "EXAMPLE").unwrap_err().fault(),
        Fault::Invalid,
        "a version that is the secret"
    );
    assert!(block_on(reader("echo").read()).unwrap().is_none());
}

#[test]
fn no_error_shows_the_secret() {
    let said = "read -r secret; echo \"cannot put $secret there\" >&2; exit 1";
    let error = write(&writer(said), "EXAMPLE-of-a-token\n").unwrap_err();
    assert!(error.to_string().ends_with("ends with exit code 1: cannot put **** there"), "{error}");
    let error =
        block_on(reader("echo 1; echo EXAMPLE-of-a-token; echo EXAMPLE-of-a-token >&2; exit 1").read());
    assert!(error.unwrap_err().to_string().ends_with(": ****"));
}

#[cfg(target_os = "linux")]
#[test]
fn the_secret_is_in_no_argument_and_no_variable() {
    // A process sees its own arguments and environment; `ps` shows others the first, and often the second.
    let text = "read -r secret; { tr '\\0' '\\n' < /proc/$$/cmdline; env; } > seen
        if grep -qF \"$secret\" seen; then exit 1; fi; grep -qF 'read -r secret' seen && wc -c < seen";
    let folder = TempDir::new().unwrap();
    let store = CommandStore::new(Program::new("false"), script(folder.path(), text));
    write(&store, "EXAMPLE-of-a-token").unwrap();
}

#[test]
fn the_expected_version_is_told_or_unset() {
    let store = CommandStore::new(Program::new("env"), Program::new("env"));
    let script = "cat >/dev/null; echo \"${STOREWARD_EXPECTED_VERSION-unset}\"";
    assert_eq!(write(&writer(script), "EXAMPLE").unwrap().as_str(), "unset");
    let expected = Version::new("7");
    let made = block_on(writer(script).write(&"EXAMPLE".into(), Some(&expected))).unwrap();
    assert_eq!((made, store.place().as_str()), (expected, "behind env"));
}

#[test]
fn one_that_does_not_end_is_killed() {
    let folder = TempDir::new().unwrap();
    // Neither ends by itself: the second has closed its output, the first has not.
    for text in ["exec tail -f /dev/null", "exec sleep 1000 >&- 2>&-"] {
        let program = script(folder.path(), &format!("echo $$ > pid; {text}"));
        let store = CommandStore::new(program, Program::new("false")).limit(Duration::from_secs(1));
        let error = block_on(store.read()).unwrap_err();
        assert_eq!(error.fault(), Fault::TimedOut, "{error}");
        let pid = fs::read_to_string(folder.path().join("pid")).unwrap();
        assert!(
            !Path::new("/proc").join(pid.trim()).exists() || cfg!(not(target_os = "linux")),
            "it is gone"
        );
    }
}

#[test]
fn one_that_does_not_stop_printing_is_killed() {
    let error = block_on(reader("exec yes").read()).unwrap_err();
    assert_eq!(error.fault(), Fault::Invalid, "{error}");
    let error =
        block_on(reader("yes | head -c 1000000 >&2; echo EXAMPLE-end >&2; exit 1").read()).unwrap_err();
    assert!(error.to_string().ends_with("EXAMPLE-end") && error.to_string().len() < 500, "errors are cut");
}

#[test]
fn one_that_does_not_read_its_input_is_no_fault() {
    let long = "EXAMPLE".repeat(100_000);
    assert_eq!(write(&writer("echo 1"), &long).unwrap().as_str(), "1");
    assert_eq!(write(&writer("exit 3"), &long).unwrap_err().fault(), Fault::Conflict);
}
