//! The hours of the week in which a role may be used.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, Timelike, Utc, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};
use storeward_core::nearest;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Hours of some days of the week, by the clocks of a time zone.
///
/// The beginning is in and the end is out. Hours that cross midnight belong to the day on which they begin: `22:00-02:00` on
/// Friday goes on until two on Saturday. When the clocks are put back, the hour that comes twice counts both times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeWindow {
    start: u16,
    end: u16,
    /// One bit a day, from Monday.
    days: u8,
    zone: Tz,
}

impl TimeWindow {
    /// Reads hours (`06:00-20:00`; the end may be `24:00`), days (`monday`, `mon`, `mon-fri`) and a zone of the IANA
    /// database (`UTC`, `Europe/Berlin`).
    ///
    /// # Errors
    ///
    /// [`InvalidWindow`] when a part cannot be read, or the window is empty: hours that end where they begin, or no day.
    pub fn new<'a>(
        hours: &str,
        days: impl IntoIterator<Item = &'a str>,
        zone: &str,
    ) -> Result<Self, InvalidWindow> {
        let (start, end) = hours_of(hours).ok_or_else(|| InvalidWindow::Hours(hours.to_owned()))?;
        let mut set = 0;
        for day in days {
            set |= days_of(day).ok_or_else(|| InvalidWindow::Day(day.to_owned()))?;
        }
        if set == 0 {
            return Err(InvalidWindow::NoDay);
        }
        let zone = Tz::from_str(zone).map_err(|_| InvalidWindow::Zone {
            zone: zone.to_owned(),
            nearest: nearest::nearest(zone, TZ_VARIANTS.iter().map(|zone| zone.name())).map(str::to_owned),
        })?;
        Ok(Self { start, end, days: set, zone })
    }

    /// Whether this moment lies in it.
    #[must_use]
    pub fn contains(&self, now: DateTime<Utc>) -> bool {
        let local = now.with_timezone(&self.zone);
        // A minute of the day: at most 1,439.
        let minute = u16::try_from(local.hour() * 60 + local.minute()).unwrap_or(DAY);
        let (today, yesterday) = (local.weekday(), local.weekday().pred());
        if self.start < self.end {
            self.has(today) && self.start <= minute && minute < self.end
        } else {
            self.has(today) && minute >= self.start || self.has(yesterday) && minute < self.end
        }
    }

    /// The three texts that [`new`](Self::new) makes this window of.
    pub(crate) fn written(&self) -> (String, Vec<String>, &'static str) {
        let (start, end) = (self.start, self.end);
        let hours = format!("{:02}:{:02}-{:02}:{:02}", start / 60, start % 60, end / 60, end % 60);
        let mut day = Weekday::Mon;
        let mut days = Vec::new();
        for _ in 0..7 {
            if self.has(day) {
                days.push(day.to_string().to_lowercase());
            }
            day = day.succ();
        }
        (hours, days, self.zone.name())
    }

    /// Whether two windows of one zone have no minute in common. Of two zones that cannot be said: their clocks move.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        self.zone == other.zone && !(0..7 * DAY).any(|minute| self.at(minute) && other.at(minute))
    }

    /// Whether a minute of the week, from Monday at midnight, lies in it.
    fn at(&self, minute: u16) -> bool {
        let (day, minute) = (minute / DAY, minute % DAY);
        let has = |day: u16| self.days & 1 << (day % 7) != 0;
        if self.start < self.end {
            has(day) && self.start <= minute && minute < self.end
        } else {
            has(day) && minute >= self.start || has(day + 6) && minute < self.end
        }
    }

    const fn has(&self, day: Weekday) -> bool {
        self.days & 1 << day.num_days_from_monday() != 0
    }
}

fn hours_of(text: &str) -> Option<(u16, u16)> {
    let (start, end) = text.split_once('-')?;
    let (start, end) = (minute_of(start)?, minute_of(end)?);
    (start != end && start < DAY).then_some((start, end))
}

fn minute_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |text: &str| {
        (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<u16>().ok())?
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    (minute < 60 && hour * 60 + minute <= DAY).then_some(hour * 60 + minute)
}

fn days_of(text: &str) -> Option<u8> {
    let day = |text: &str| text.trim().parse::<Weekday>().ok().map(|day| day.num_days_from_monday());
    let Some((first, last)) = text.split_once('-') else { return Some(1 << day(text)?) };
    let (first, last) = (day(first)?, day(last)?);
    Some((0..=(last + 7 - first) % 7).fold(0, |set, step| set | 1 << ((first + step) % 7)))
}

impl fmt::Display for TimeWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, days, zone) = self.written();
        write!(f, "{hours} on {} ({zone})", days.join(", "))
    }
}

/// Why there is no such window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidWindow {
    /// The hours cannot be read, or end where they begin.
    #[error("`{0}` are no hours; write two different times of day such as `06:00-20:00`")]
    Hours(String),
    /// A day that no week has.
    #[error("`{0}` is no day; write `monday`, `mon` or `mon-fri`")]
    Day(String),
    /// No day at all.
    #[error("a window needs a day of the week")]
    NoDay,
    /// The zone is not in the IANA database.
    #[error("unknown time zone `{zone}`{}", nearest::hint(.nearest.as_deref()))]
    Zone {
        /// The zone as written.
        zone: String,
        /// The known one that is most like it.
        nearest: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(window: &TimeWindow, time: &str) -> bool {
        window.contains(time.parse().unwrap())
    }

    #[test]
    fn the_start_is_in_the_end_is_out_and_other_days_are_out() {
        let window = TimeWindow::new("06:00-20:00", ["mon-fri"], "UTC").unwrap();
        for (time, inside) in [
            ("2026-01-05T05:59:59Z", false), // a Monday
            ("2026-01-05T06:00:00Z", true),
            ("2026-01-05T19:59:59Z", true),
            ("2026-01-05T20:00:00Z", false),
            ("2026-01-04T12:00:00Z", false),
            ("2026-01-09T12:00:00Z", true),
            ("2026-01-10T12:00:00Z", false),
        ] {
            assert_eq!(at(&window, time), inside, "{time}");
        }
        assert_eq!(window.to_string(), "06:00-20:00 on mon, tue, wed, thu, fri (UTC)");
    }

    #[test]
    fn hours_across_midnight_belong_to_the_day_on_which_they_begin() {
        let window = TimeWindow::new("22:00-02:00", ["friday"], "UTC").unwrap();
        for (time, inside) in [
            ("2026-01-09T22:00:00Z", true), // a Friday
            ("2026-01-10T01:59:00Z", true),
            ("2026-01-10T02:00:00Z", false),
            ("2026-01-09T01:00:00Z", false),
            ("2026-01-10T22:00:00Z", false),
        ] {
            assert_eq!(at(&window, time), inside, "{time}");
        }
        let whole = TimeWindow::new("00:00-24:00", ["sun"], "UTC").unwrap();
        assert!(at(&whole, "2026-01-04T23:59:59Z") && !at(&whole, "2026-01-05T00:00:00Z"));
    }

    #[test]
    fn the_zones_clocks_count_and_move() {
        let window = TimeWindow::new("06:00-20:00", ["mon-sun"], "Europe/Berlin").unwrap();
        for (time, inside) in [
            ("2026-01-05T05:00:00Z", true), // 06:00 in winter
            ("2026-01-05T04:59:00Z", false),
            ("2026-07-06T04:00:00Z", true), // 06:00 in summer
            ("2026-07-06T18:00:00Z", false),
        ] {
            assert_eq!(at(&window, time), inside, "{time}");
        }
    }

    #[test]
    fn what_cannot_be_read_or_is_empty_is_refused() {
        for hours in
            ["", "06:00", "06:00-06:00", "6-8", "25:00-26:00", "24:00-02:00", "02:00-00:00x", "+1:00-02:00"]
        {
            let error = TimeWindow::new(hours, ["mon"], "UTC").unwrap_err();
            assert_eq!(error, InvalidWindow::Hours(hours.to_owned()));
        }
        assert_eq!(TimeWindow::new("01:00-02:00", [], "UTC").unwrap_err(), InvalidWindow::NoDay);
        assert!(TimeWindow::new("01:00-02:00", ["mon-caturday"], "UTC").is_err());
        let error = TimeWindow::new("01:00-02:00", ["mon"], "Europe/Berln").unwrap_err();
        assert_eq!(error.to_string(), "unknown time zone `Europe/Berln`; did you mean `Europe/Berlin`?");
    }

    #[test]
    fn days_run_over_the_weekend() {
        let window = TimeWindow::new("00:00-24:00", ["sat-mon"], "UTC").unwrap();
        assert!(window.to_string().contains("mon, sat, sun"));
    }

    #[test]
    fn windows_exclude_each_other_when_no_minute_is_in_both() {
        let window = |hours, day| TimeWindow::new(hours, [day], "UTC").unwrap();
        assert!(window("01:00-02:00", "mon").excludes(&window("02:00-03:00", "mon")));
        assert!(window("01:00-02:00", "mon").excludes(&window("01:00-02:00", "tue")));
        assert!(!window("22:00-02:00", "sun").excludes(&window("01:00-02:00", "mon")));
        let elsewhere = TimeWindow::new("02:00-03:00", ["mon"], "Europe/Berlin").unwrap();
        assert!(!window("01:00-02:00", "mon").excludes(&elsewhere));
    }
}
