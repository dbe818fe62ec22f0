//! Any text is read as an otpauth URI, a code, a recovery code, a key or a sealed secret, or refused; what was read is written
//! so that it reads back.
#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use storeward_access::mfa::{
    Keys, OtpAuth, SealingKey,
    recovery::RecoveryCode,
    seal::Sealed,
    totp::{Algorithm, Form, Totp, TotpSecret},
};

fuzz_target!(|text: &str| {
    if let Ok(read) = OtpAuth::parse(&text.into()) {
        assert_eq!(OtpAuth::parse(&read.uri()), Ok(read));
    }
    if let Some(code) = RecoveryCode::read(&text.into()) {
        let written = code.written();
        assert_eq!(RecoveryCode::read(&written).map(|code| code.written()), Some(written));
    }
    let secret = TotpSecret::new(&[7; 20]).expect("it is long enough");
    let totp = Totp::new(secret, Form::new(Algorithm::Sha1, 6, 30).expect("it is a form"));
    if let Some(step) = totp.verify(&text.into(), DateTime::UNIX_EPOCH, 1) {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(totp.code(step).expose(), digits);
    }
    if let Ok(secret) = TotpSecret::parse(&text.into()) {
        assert_eq!(TotpSecret::parse(&secret.base32()), Ok(secret));
    }
    let _ = SealingKey::parse(&text.into());
    if let Ok(sealed) = text.parse::<Sealed>() {
        let written = sealed.to_string();
        assert_eq!(written.parse(), Ok(sealed.clone()), "{written}");
        let keys = Keys::new(SealingKey::new(&[7; 32]).expect("it is long enough"));
        assert!(keys.open("maria", &sealed).is_err(), "nothing was sealed with it");
    }
});
