//! The hours in which a change may run.

use std::{fmt, str::FromStr};

use chrono::NaiveTime;

/// A stretch of the day, from its start up to but not including its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyWindow {
    start: NaiveTime,
    end: NaiveTime,
}

impl DailyWindow {
    /// Whether it begins on one day and ends on the next.
    #[must_use]
    pub fn crosses_midnight(&self) -> bool {
        self.end < self.start
    }

    /// Whether this time of day lies in it.
    #[must_use]
    pub fn contains(&self, time: NaiveTime) -> bool {
        if self.crosses_midnight() {
            time >= self.start || time < self.end
        } else {
            self.start <= time && time < self.end
        }
    }
}

impl FromStr for DailyWindow {
    type Err = InvalidWindow;

    /// Reads `HH:MM-HH:MM`. Two equal times are refused: they could mean a whole day or none of it.
    fn from_str(text: &str) -> Result<Self, InvalidWindow> {
        let invalid = || InvalidWindow { text: text.to_owned() };
        let (start, end) = text.split_once('-').ok_or_else(invalid)?;
        let time = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").map_err(|_| invalid());
        let (start, end) = (time(start)?, time(end)?);
        if start == end { Err(invalid()) } else { Ok(Self { start, end }) }
    }
}

impl fmt::Display for DailyWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.start.format("%H:%M"), self.end.format("%H:%M"))
    }
}

/// A text that is no daily window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no daily window; write two times of day such as `02:00-04:00`")]
pub struct InvalidWindow {
    text: String,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
    }

    #[test]
    fn the_start_is_in_and_the_end_is_out() {
        let night: DailyWindow = "02:00-04:00".parse().unwrap();
        for (at, inside) in [((1, 59), false), ((2, 0), true), ((3, 59), true), ((4, 0), false)] {
            assert_eq!(night.contains(time(at.0, at.1)), inside, "{at:?}");
        }
        let over_midnight: DailyWindow = "22:00 - 02:00".parse().unwrap();
        for (at, inside) in
            [((21, 59), false), ((22, 0), true), ((0, 0), true), ((2, 0), false), ((12, 0), false)]
        {
            assert_eq!(over_midnight.contains(time(at.0, at.1)), inside, "{at:?}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["", "02:00", "02:00-02:00", "25:00-04:00", "02:00-04:00-06:00", "2-4", "any", "02:00–04:00"]
        {
            assert!(text.parse::<DailyWindow>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_window_reads_back(a in (0u32..24, 0u32..60), b in (0u32..24, 0u32..60)) {
            prop_assume!(a != b);
            let window = DailyWindow { start: time(a.0, a.1), end: time(b.0, b.1) };
            prop_assert_eq!(window.to_string().parse(), Ok(window));
        }
    }
}
