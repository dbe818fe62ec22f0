//! A rotation that is killed at any point is finished by the next one, with one live token in the store and no other.

use std::{
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
};

use storeward_token::saleor::testing::Moment;

use super::Shop;
use crate::program::write;

fn start(shop: &Shop) -> Child {
    let rotation = shop.rotation();
    let mut command = Command::new(env!("CARGO_BIN_EXE_storeward"));
    command.arg("token").args(&rotation).current_dir(shop.path()).env_clear().envs(&shop.variables);
    if let Some(path) = option_env!("PATH") {
        command.env("PATH", path);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Goes on with the rotation, and sees that all is well.
fn resume(shop: &Shop, what: &str) {
    let run = shop.rotate(&["--resume"]);
    assert_eq!(run.exit, 0, "{what}: {}{}", run.stdout, run.stderr);
    assert_eq!(run.json()["rotated"], true, "{what}");
    assert_eq!(shop.alive(&shop.stored()), (true, 1), "{what}: one lives, in the store");
    assert!(shop.stored() != shop.app.token, "{what}");
    let again = shop.rotate(&["--resume"]);
    assert_eq!(
        (again.exit, again.json()["rotated"].as_bool()),
        (0, Some(true)),
        "{what}: and no more is done"
    );
    assert_eq!(shop.alive(&shop.stored()), (true, 1), "{what}");
}

#[test]
fn killed_at_any_question_to_the_store() {
    let mut points = 0;
    'questions: for question in 0.. {
        for moment in [Moment::Before, Moment::After] {
            let shop = Shop::new();
            let child: Arc<Mutex<Option<Child>>> = Arc::default();
            let theirs = Arc::clone(&child);
            // The question waits until the child is known, and the child for the answer to its question.
            let known = child.lock().unwrap();
            shop.fake.watch(move |number, when| {
                if (number, when) == (question, moment)
                    && let Some(child) = theirs.lock().unwrap().as_mut()
                {
                    child.kill().unwrap();
                    child.wait().unwrap();
                }
            });
            let mut known = known;
            *known = Some(start(&shop));
            drop(known);
            let status = loop {
                if let Some(status) = child.lock().unwrap().as_mut().unwrap().try_wait().unwrap() {
                    break status;
                }
                std::thread::yield_now();
            };
            if status.success() {
                break 'questions;
            }
            assert_eq!(status.code(), None, "it was killed");
            points += 1;
            shop.fake.watch(|_, _| {});
            resume(&shop, &format!("killed {moment:?} question {question}"));
        }
    }
    assert!(points > 20, "{points}");
}

/// A place that is kept by a program, which kills the one that calls it when it is told to.
const PLACE: &str = r#"#!/bin/sh
[ -e "kill-before-$1" ] && rm "kill-before-$1" && kill -9 "$PPID" && exit 9
case $1 in
read)
    [ -e secret ] && cat version secret ;;
write)
    stands=$(cat version)
    [ "$stands" = "$STOREWARD_EXPECTED_VERSION" ] || exit 3
    cat > new
    # Who was killed before it gave the secret gave nothing.
    [ -s new ] || exit 75
    mv new secret
    echo $((stands + 1)) > version
    cat version ;;
esac
[ -e "kill-after-$1" ] && rm "kill-after-$1" && kill -9 "$PPID"
exit 0
"#;

#[test]
fn killed_at_any_touch_of_the_place() {
    for point in ["kill-before-write", "kill-after-write"] {
        let mut shop = Shop::new();
        shop.place = "command:sh place.sh";
        write(shop.path(), "place.sh", PLACE.as_bytes());
        write(shop.path(), "version", b"1\n");
        write(shop.path(), "secret", shop.app.token.expose().as_bytes());
        write(shop.path(), point, b"");
        assert_eq!(start(&shop).wait().unwrap().code(), None, "it was killed");
        let run = shop.rotate(&["--resume"]);
        assert_eq!(run.exit, 0, "{point}: {}{}", run.stdout, run.stderr);
        let held = std::fs::read_to_string(shop.path().join("secret")).unwrap();
        assert_eq!(shop.alive(&held.as_str().into()), (true, 1), "{point}");
        assert!(held != shop.app.token.expose(), "{point}");
    }
}

#[test]
fn two_at_once_are_kept_apart() {
    let shop = Shop::new();
    let second: Arc<Mutex<Vec<i32>>> = Arc::default();
    let told = Arc::clone(&second);
    let (path, variables, mut arguments) =
        (shop.path().to_owned(), shop.variables.clone(), vec!["token".to_owned()]);
    arguments.extend(shop.rotation());
    arguments.push("--resume".to_owned());
    // While the first one waits for the answer to its request for a token, another one begins.
    shop.fake.watch(move |number, when| {
        if (number, when) == (5, Moment::Before) {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            told.lock().unwrap().push(crate::program::storeward(&path, &arguments, &variables).exit);
        }
    });
    let first = shop.rotate(&[]);
    assert_eq!((first.exit, second.lock().unwrap().as_slice()), (0, &[3][..]), "{}", first.stderr);
    assert_eq!(shop.alive(&shop.stored()), (true, 1));
}
