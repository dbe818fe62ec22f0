//! The same codes as Debian's `oathtool` makes, for keys and times that nobody chose.

use std::process::Command;

use chrono::{DateTime, TimeDelta};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use storeward_access::mfa::totp::{Algorithm, Form, Totp, TotpSecret};

#[test]
fn codes_are_those_of_oathtool() {
    if Command::new("oathtool").arg("--version").output().is_err() {
        eprintln!("skipped: there is no `oathtool` here (Debian's package `oathtool`)");
        return;
    }
    let mut runner = TestRunner::new(Config { cases: 200, ..Config::default() });
    let cases = (
        proptest::collection::vec(any::<u8>(), 16..=128),
        proptest::sample::select(Algorithm::ALL),
        6..=8_u8,
        1..=3600_u16,
        0..4_000_000_000_i64,
    );
    runner
        .run(&cases, |(secret, algorithm, digits, period, seconds)| {
            let form = Form::new(algorithm, digits, period).unwrap();
            let totp = Totp::new(TotpSecret::new(&secret).unwrap(), form);
            let said = Command::new("oathtool")
                .arg(format!("--totp={algorithm}"))
                .arg(format!("--digits={digits}"))
                .arg(format!("--time-step-size={period}s"))
                .arg(format!("--now=@{seconds}"))
                .args(["--base32", totp.secret().base32().expose()])
                .output()
                .unwrap();
            let said = String::from_utf8(said.stdout).unwrap();
            let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
            let step = form.step(now).unwrap();
            let code = totp.code(step);
            prop_assert_eq!(code.expose(), said.trim());
            prop_assert_eq!(totp.verify(&said.trim().into(), now, 0), Some(step));
            Ok(())
        })
        .unwrap();
}
