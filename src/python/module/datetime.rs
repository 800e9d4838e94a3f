//! `datetime`: `datetime`, `date`, `timedelta`, `timezone`; and `zoneinfo`.

use super::strftime;
use crate::python::builtin::class_method;
use crate::python::builtin::integer;
use crate::python::builtin::method;
use crate::python::builtin::property;
use crate::python::class::Class;
use crate::python::class::Type;
use crate::python::function::Builtin;
use crate::python::host::Arguments;
use crate::python::machine::Vm;
use crate::python::moment::Date;
use crate::python::moment::DateTime;
use crate::python::moment::TimeZone;
use crate::python::moment::offset_text;
use crate::python::raised::Raised;
use crate::python::text::str_repr;
use crate::python::value::Value;
use ruff_python_ast::Operator;
use std::rc::Rc;

type Given = Result<Value, Raised>;

const DAY_US: i64 = 86_400_000_000;

/// Year, month, day, hour, minute, second, microsecond.
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) micro: i64,
}

pub(super) fn module() -> Vec<(String, Value)> {
    let classes = [
        ("datetime", Type::DateTime),
        ("date", Type::Date),
        ("timedelta", Type::TimeDelta),
        ("timezone", Type::TimeZone),
        ("tzinfo", Type::TimeZone),
    ];
    let mut entries: Vec<(String, Value)> =
        classes.iter().map(|(name, kind)| ((*name).to_owned(), Value::Class(Class::of(*kind)))).collect();
    entries.extend([
        ("UTC".to_owned(), Value::TimeZone(TimeZone::utc())),
        ("MINYEAR".to_owned(), Value::Int(1)),
        ("MAXYEAR".to_owned(), Value::Int(9999)),
    ]);
    entries
}

pub(super) fn zone_module() -> Vec<(String, Value)> {
    let make = Value::native("ZoneInfo", |_, mut given| {
        let name = given.need("ZoneInfo", 0, "key")?;
        let name = name.as_str().unwrap_or("").to_owned();
        match jiff::tz::TimeZone::get(&name) {
            Ok(zone) => Ok(Value::TimeZone(Rc::new(TimeZone::Named(Rc::from(name), zone)))),
            Err(_) => Err(Raised::key_error(Value::from(format!("No time zone found with key {name}")))),
        }
    });
    vec![("ZoneInfo".to_owned(), make)]
}

/// Days since 1970-01-01 of a civil date.
pub(super) fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The civil date of days since 1970-01-01.
fn civil_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days - era * 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

impl Civil {
    pub(super) fn of(wall_us: i64) -> Self {
        let (year, month, day) = civil_of(wall_us.div_euclid(DAY_US));
        let rest = wall_us.rem_euclid(DAY_US);
        let second = rest / 1_000_000;
        Self { year, month, day, hour: second / 3600, minute: second / 60 % 60, second: second % 60, micro: rest % 1_000_000 }
    }

    /// The wall clock in microseconds, if there is such a day and time.
    pub(super) fn wall_us(&self) -> Result<i64, Raised> {
        let ranges = [
            (self.month, 1, 12, "month must be in 1..12"),
            (self.day, 1, days_in_month(self.year, self.month), "day is out of range for month"),
            (self.hour, 0, 23, "hour must be in 0..23"),
            (self.minute, 0, 59, "minute must be in 0..59"),
            (self.second, 0, 59, "second must be in 0..59"),
            (self.micro, 0, 999_999, "microsecond must be in 0..999999"),
        ];
        if !(1..=9999).contains(&self.year) {
            return Err(Raised::value_error(format!("year {} is out of range", self.year)));
        }
        for (value, low, high, message) in ranges {
            if value < low || value > high {
                return Err(Raised::value_error(message));
            }
        }
        let days = days_of(self.year, self.month, self.day);
        Ok(days * DAY_US + (self.hour * 3600 + self.minute * 60 + self.second) * 1_000_000 + self.micro)
    }

    pub(super) fn weekday(&self) -> i64 {
        (days_of(self.year, self.month, self.day) + 3).rem_euclid(7)
    }

    pub(super) fn day_of_year(&self) -> i64 {
        days_of(self.year, self.month, self.day) - days_of(self.year, 1, 1) + 1
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The wall clock of a `datetime` or the midnight of a `date`.
fn wall_of(value: &Value) -> i64 {
    match value.plain() {
        Value::DateTime(moment) => moment.wall_us,
        Value::Date(date) => i64::from(date.days) * DAY_US,
        _ => 0,
    }
}

fn civil(value: &Value) -> Civil {
    Civil::of(wall_of(value))
}

fn zone_of(value: &Value) -> Option<Rc<TimeZone>> {
    match value.plain() {
        Value::DateTime(moment) => moment.zone.clone(),
        _ => None,
    }
}

fn moment(wall_us: i64, zone: Option<Rc<TimeZone>>) -> Given {
    let year = civil_of(wall_us.div_euclid(DAY_US)).0;
    if !(1..=9999).contains(&year) {
        return Err(Raised::new("OverflowError", "date value out of range"));
    }
    Ok(Value::DateTime(Rc::new(DateTime { wall_us, zone })))
}

fn date(days: i64) -> Given {
    if !(1..=9999).contains(&civil_of(days).0) {
        return Err(Raised::new("OverflowError", "date value out of range"));
    }
    Ok(Value::Date(Date { days: i32::try_from(days).unwrap_or(0) }))
}

fn zone_argument(value: Option<Value>) -> Result<Option<Rc<TimeZone>>, Raised> {
    match value {
        None | Some(Value::None) => Ok(None),
        Some(Value::TimeZone(zone)) => Ok(Some(zone)),
        Some(other) => {
            Err(Raised::type_error(format!("tzinfo argument must be None or of a tzinfo subclass, not type '{}'", other.type_name())))
        }
    }
}

pub(in crate::python) fn construct(_: &mut Vm<'_>, kind: Type, mut given: Arguments) -> Given {
    match kind {
        Type::TimeDelta => timedelta(given),
        Type::TimeZone => {
            let offset = given.need("timezone", 0, "offset")?;
            let Value::TimeDelta(micros) = offset else {
                return Err(Raised::type_error("timezone() argument 1 must be datetime.timedelta"));
            };
            let name = given.take(1, "name").and_then(|name| name.as_str().map(Rc::from));
            Ok(Value::TimeZone(Rc::new(TimeZone::Fixed(i32::try_from(micros / 1_000_000).unwrap_or(0), name))))
        }
        Type::Date => {
            let part = |given: &mut Arguments, place, name| given.need("date", place, name).and_then(|value| integer(&value));
            let (year, month, day) = (part(&mut given, 0, "year")?, part(&mut given, 1, "month")?, part(&mut given, 2, "day")?);
            let civil = Civil { year, month, day, hour: 0, minute: 0, second: 0, micro: 0 };
            date(civil.wall_us()?.div_euclid(DAY_US))
        }
        _ => {
            let part = |given: &mut Arguments, place, name| given.need("datetime", place, name).and_then(|value| integer(&value));
            let (year, month, day) = (part(&mut given, 0, "year")?, part(&mut given, 1, "month")?, part(&mut given, 2, "day")?);
            let or_zero = |given: &mut Arguments, place, name| given.take(place, name).map_or(Ok(0), |value| integer(&value));
            let civil = Civil {
                year,
                month,
                day,
                hour: or_zero(&mut given, 3, "hour")?,
                minute: or_zero(&mut given, 4, "minute")?,
                second: or_zero(&mut given, 5, "second")?,
                micro: or_zero(&mut given, 6, "microsecond")?,
            };
            moment(civil.wall_us()?, zone_argument(given.take(7, "tzinfo"))?)
        }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn timedelta(mut given: Arguments) -> Given {
    let units = [
        ("days", 86_400_000_000i64),
        ("seconds", 1_000_000),
        ("microseconds", 1),
        ("milliseconds", 1000),
        ("minutes", 60_000_000),
        ("hours", 3_600_000_000),
        ("weeks", 604_800_000_000),
    ];
    let mut micros = 0i128;
    for (place, (name, unit)) in units.into_iter().enumerate() {
        match given.take(place, name) {
            None => {}
            Some(Value::Float(number)) => micros += crate::python::number::round_half_even(number * unit as f64) as i128,
            Some(value) => micros += i128::from(integer(&value).map_err(|_| unsupported(name, &value))?) * i128::from(unit),
        }
    }
    let too_large = || Raised::new("OverflowError", "days=; must have magnitude <= 999999999");
    i64::try_from(micros).map(Value::TimeDelta).map_err(|_| too_large())
}

fn unsupported(name: &str, value: &Value) -> Raised {
    Raised::type_error(format!("unsupported type for timedelta {name} component: {}", value.type_name()))
}

/// Operators on dates, moments and durations; `None` where there is none.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
pub(in crate::python) fn binary(operator: Operator, left: &Value, right: &Value) -> Result<Option<Value>, Raised> {
    let value = match (operator, left, right) {
        (Operator::Add, Value::TimeDelta(a), Value::TimeDelta(b)) => Value::TimeDelta(a + b),
        (Operator::Sub, Value::TimeDelta(a), Value::TimeDelta(b)) => Value::TimeDelta(a - b),
        (Operator::Add, Value::DateTime(at), Value::TimeDelta(delta)) | (Operator::Add, Value::TimeDelta(delta), Value::DateTime(at)) => {
            moment(at.wall_us.saturating_add(*delta), at.zone.clone())?
        }
        (Operator::Sub, Value::DateTime(at), Value::TimeDelta(delta)) => moment(at.wall_us.saturating_sub(*delta), at.zone.clone())?,
        (Operator::Sub, Value::DateTime(a), Value::DateTime(b)) => {
            if a.zone.is_some() != b.zone.is_some() {
                return Err(Raised::type_error("can't subtract offset-naive and offset-aware datetimes"));
            }
            Value::TimeDelta(a.instant_us() - b.instant_us())
        }
        (Operator::Add, Value::Date(day), Value::TimeDelta(delta)) | (Operator::Add, Value::TimeDelta(delta), Value::Date(day)) => {
            date(i64::from(day.days) + delta.div_euclid(DAY_US))?
        }
        (Operator::Sub, Value::Date(day), Value::TimeDelta(delta)) => date(i64::from(day.days) - delta.div_euclid(DAY_US))?,
        (Operator::Sub, Value::Date(a), Value::Date(b)) => Value::TimeDelta((i64::from(a.days) - i64::from(b.days)) * DAY_US),
        (Operator::Mult, Value::TimeDelta(a), Value::Int(b)) | (Operator::Mult, Value::Int(b), Value::TimeDelta(a)) => {
            Value::TimeDelta(a.saturating_mul(*b))
        }
        (Operator::Mult, Value::TimeDelta(a), Value::Float(b)) | (Operator::Mult, Value::Float(b), Value::TimeDelta(a)) => {
            Value::TimeDelta(crate::python::number::round_half_even(*a as f64 * b) as i64)
        }
        (Operator::Div | Operator::FloorDiv | Operator::Mod, Value::TimeDelta(_), Value::TimeDelta(0) | Value::Int(0)) => {
            return Err(Raised::new("ZeroDivisionError", "division by zero"));
        }
        (Operator::Div, Value::TimeDelta(a), Value::TimeDelta(b)) => Value::Float(*a as f64 / *b as f64),
        (Operator::FloorDiv, Value::TimeDelta(a), Value::TimeDelta(b)) => Value::Int((*a as f64 / *b as f64).floor() as i64),
        (Operator::Mod, Value::TimeDelta(a), Value::TimeDelta(b)) => Value::TimeDelta(a - b * (*a as f64 / *b as f64).floor() as i64),
        (Operator::Div, Value::TimeDelta(a), other) if other.as_f64().is_some_and(|number| number != 0.0) => {
            Value::TimeDelta(crate::python::number::round_half_even(*a as f64 / other.as_f64().unwrap_or(1.0)) as i64)
        }
        (Operator::FloorDiv, Value::TimeDelta(a), Value::Int(b)) => Value::TimeDelta(a.div_euclid(*b)),
        _ => return Ok(None),
    };
    Ok(Some(value))
}

/// `str(value)`.
pub(in crate::python) fn text(value: &Value) -> String {
    match value {
        Value::TimeDelta(micros) => {
            let (days, rest) = (micros.div_euclid(DAY_US), micros.rem_euclid(DAY_US));
            let seconds = rest / 1_000_000;
            let mut text = if days == 0 { String::new() } else { format!("{days} day{}, ", if days.abs() == 1 { "" } else { "s" }) };
            text.push_str(&format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
            if rest % 1_000_000 != 0 {
                text.push_str(&format!(".{:06}", rest % 1_000_000));
            }
            text
        }
        Value::TimeZone(zone) => zone.name(),
        _ => iso(value, " "),
    }
}

fn iso(value: &Value, between: &str) -> String {
    let civil = civil(value);
    let day = format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
    if !matches!(value, Value::DateTime(_)) {
        return day;
    }
    let mut text = format!("{day}{between}{:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second);
    if civil.micro != 0 {
        text.push_str(&format!(".{:06}", civil.micro));
    }
    if let Some(zone) = zone_of(value) {
        text.push_str(&offset_text(zone.offset_at_wall(wall_of(value))));
    }
    text
}

/// `repr(value)`.
pub(in crate::python) fn repr(value: &Value) -> String {
    match value {
        Value::TimeDelta(0) => "datetime.timedelta(0)".to_owned(),
        Value::TimeDelta(micros) => {
            let (days, rest) = (micros.div_euclid(DAY_US), micros.rem_euclid(DAY_US));
            let parts = [("days", days), ("seconds", rest / 1_000_000), ("microseconds", rest % 1_000_000)];
            let parts: Vec<String> = parts.iter().filter(|(_, value)| *value != 0).map(|(name, value)| format!("{name}={value}")).collect();
            format!("datetime.timedelta({})", parts.join(", "))
        }
        Value::TimeZone(zone) => match &**zone {
            TimeZone::Fixed(0, None) => "datetime.timezone.utc".to_owned(),
            TimeZone::Fixed(offset, name) => {
                let delta = repr(&Value::TimeDelta(i64::from(*offset) * 1_000_000));
                let name = name.as_ref().map_or(String::new(), |name| format!(", {}", str_repr(name)));
                format!("datetime.timezone({delta}{name})")
            }
            TimeZone::Named(name, _) => format!("zoneinfo.ZoneInfo(key={})", str_repr(name)),
        },
        Value::Date(_) => {
            let civil = civil(value);
            format!("datetime.date({}, {}, {})", civil.year, civil.month, civil.day)
        }
        _ => {
            let civil = civil(value);
            let mut parts = vec![civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second, civil.micro];
            if civil.micro == 0 {
                parts.pop();
                if civil.second == 0 {
                    parts.pop();
                }
            }
            let mut parts: Vec<String> = parts.iter().map(i64::to_string).collect();
            if let Some(zone) = zone_of(value) {
                parts.push(format!("tzinfo={}", repr(&Value::TimeZone(zone))));
            }
            format!("datetime.datetime({})", parts.join(", "))
        }
    }
}

/// `value.strftime(format)`.
pub(in crate::python) fn strftime(value: &Value, format: &str) -> Result<String, Raised> {
    let wall = wall_of(value);
    let zone = zone_of(value);
    let offset = zone.as_ref().map(|zone| (zone.offset_at_wall(wall), zone.name()));
    Ok(strftime::write(&Civil::of(wall), offset, format))
}

pub(in crate::python) static DATE: &[Builtin] = &[
    property("year", |_, given| Ok(Value::Int(civil(&given.receiver()).year))),
    property("month", |_, given| Ok(Value::Int(civil(&given.receiver()).month))),
    property("day", |_, given| Ok(Value::Int(civil(&given.receiver()).day))),
    method("weekday", |_, given| Ok(Value::Int(civil(&given.receiver()).weekday()))),
    method("isoweekday", |_, given| Ok(Value::Int(civil(&given.receiver()).weekday() + 1))),
    method("toordinal", |_, given| Ok(Value::Int(wall_of(&given.receiver()).div_euclid(DAY_US) + 719_163))),
    method("isoformat", |_, mut given| {
        let sep = given.take(1, "sep");
        let text = iso(given.receiver().plain(), sep.as_ref().and_then(Value::as_str).unwrap_or("T"));
        Ok(Value::from(text))
    }),
    method("strftime", |_, mut given| {
        let format = given.one("strftime")?;
        strftime(&given.receiver(), format.as_str().unwrap_or("")).map(Value::from)
    }),
    method("replace", replace),
    class_method("today", |vm, given| {
        let now = vm.host.now_ms() * 1000;
        if is_moment(&given) { moment(now, None) } else { date(now.div_euclid(DAY_US)) }
    }),
    class_method("fromisoformat", |_, mut given| {
        let text = given.one("fromisoformat")?;
        let Some(text) = text.as_str() else { return Err(Raised::type_error("fromisoformat: argument must be str")) };
        let (wall, offset) =
            strftime::read_iso(text).ok_or_else(|| Raised::value_error(format!("Invalid isoformat string: {}", str_repr(text))))?;
        if is_moment(&given) {
            moment(wall?, offset.map(|offset| Rc::new(TimeZone::Fixed(offset, None))))
        } else {
            date(wall?.div_euclid(DAY_US))
        }
    }),
    class_method("fromordinal", |_, mut given| {
        let days = integer(&given.one("fromordinal")?)? - 719_163;
        if is_moment(&given) { moment(days.saturating_mul(DAY_US), None) } else { date(days) }
    }),
];

fn is_moment(given: &Arguments) -> bool {
    matches!(given.receiver(), Value::Class(class) if class.layout == Type::DateTime)
}

fn replace(_: &mut Vm<'_>, mut given: Arguments) -> Given {
    let receiver = given.receiver();
    let mut parts = civil(&receiver);
    let fields: [(&str, &mut i64); 7] = [
        ("year", &mut parts.year),
        ("month", &mut parts.month),
        ("day", &mut parts.day),
        ("hour", &mut parts.hour),
        ("minute", &mut parts.minute),
        ("second", &mut parts.second),
        ("microsecond", &mut parts.micro),
    ];
    for (place, (name, field)) in fields.into_iter().enumerate() {
        if let Some(value) = given.take(place + 1, name) {
            *field = integer(&value)?;
        }
    }
    let wall = parts.wall_us()?;
    if let Value::Date(_) = receiver.plain() {
        return date(wall.div_euclid(DAY_US));
    }
    let zone = match given.take(8, "tzinfo") {
        None => zone_of(&receiver),
        given => zone_argument(given)?,
    };
    moment(wall, zone)
}

pub(in crate::python) static DATETIME: &[Builtin] = &[
    property("hour", |_, given| Ok(Value::Int(civil(&given.receiver()).hour))),
    property("minute", |_, given| Ok(Value::Int(civil(&given.receiver()).minute))),
    property("second", |_, given| Ok(Value::Int(civil(&given.receiver()).second))),
    property("microsecond", |_, given| Ok(Value::Int(civil(&given.receiver()).micro))),
    property("tzinfo", |_, given| Ok(zone_of(&given.receiver()).map_or(Value::None, Value::TimeZone))),
    method("date", |_, given| date(wall_of(&given.receiver()).div_euclid(DAY_US))),
    method("utcoffset", |_, given| {
        let receiver = given.receiver();
        Ok(zone_of(&receiver).map_or(Value::None, |zone| Value::TimeDelta(i64::from(zone.offset_at_wall(wall_of(&receiver))) * 1_000_000)))
    }),
    method("tzname", |_, given| Ok(zone_of(&given.receiver()).map_or(Value::None, |zone| Value::from(zone.name())))),
    #[allow(clippy::cast_precision_loss)]
    method("timestamp", |_, given| match given.receiver().plain() {
        Value::DateTime(moment) => Ok(Value::Float(moment.instant_us() as f64 / 1e6)),
        _ => Ok(Value::None),
    }),
    method("astimezone", |_, mut given| {
        let zone = zone_argument(given.take(1, "tz"))?.unwrap_or_else(TimeZone::utc);
        let receiver = given.receiver();
        let Value::DateTime(at) = receiver.plain() else { return Ok(Value::None) };
        let instant = at.instant_us();
        moment(instant + i64::from(zone.offset_at(instant)) * 1_000_000, Some(zone))
    }),
    class_method("now", |vm, mut given| {
        let zone = zone_argument(given.take(1, "tz"))?;
        let now = vm.host.now_ms() * 1000;
        let offset = zone.as_ref().map_or(0, |zone| zone.offset_at(now));
        moment(now + i64::from(offset) * 1_000_000, zone)
    }),
    class_method("utcnow", |vm, _| {
        let now = vm.host.now_ms() * 1000;
        moment(now, None)
    }),
    #[allow(clippy::cast_possible_truncation)]
    class_method("fromtimestamp", |_, mut given| {
        let seconds = super::float(&given.need("fromtimestamp", 1, "timestamp")?)?;
        let zone = zone_argument(given.take(2, "tz"))?;
        let instant = crate::python::number::round_half_even(seconds * 1e6) as i64;
        let offset = zone.as_ref().map_or(0, |zone| zone.offset_at(instant));
        moment(instant + i64::from(offset) * 1_000_000, zone)
    }),
    #[allow(clippy::cast_possible_truncation)]
    class_method("utcfromtimestamp", |_, mut given| {
        let seconds = super::float(&given.need("utcfromtimestamp", 1, "timestamp")?)?;
        moment(crate::python::number::round_half_even(seconds * 1e6) as i64, None)
    }),
    class_method("combine", |_, mut given| {
        let (day, time) = (given.need("combine", 1, "date")?, given.need("combine", 2, "time")?);
        moment(wall_of(&day).div_euclid(DAY_US) * DAY_US + wall_of(&time).rem_euclid(DAY_US), zone_of(&time))
    }),
    class_method("strptime", |_, mut given| {
        let (text, format) = (given.need("strptime", 1, "date_string")?, given.need("strptime", 2, "format")?);
        let (text, format) = (text.as_str().unwrap_or(""), format.as_str().unwrap_or(""));
        let (wall, offset) = strftime::read(text, format)?;
        moment(wall, offset.map(|offset| Rc::new(TimeZone::Fixed(offset, None))))
    }),
];

pub(in crate::python) static TIMEDELTA: &[Builtin] = &[
    property("days", |_, given| Ok(Value::Int(micros(&given).div_euclid(DAY_US)))),
    property("seconds", |_, given| Ok(Value::Int(micros(&given).rem_euclid(DAY_US) / 1_000_000))),
    property("microseconds", |_, given| Ok(Value::Int(micros(&given).rem_euclid(1_000_000)))),
    #[allow(clippy::cast_precision_loss)]
    method("total_seconds", |_, given| Ok(Value::Float(micros(&given) as f64 / 1e6))),
];

pub(in crate::python) static TIMEZONE: &[Builtin] = &[property("key", |_, given| match given.receiver() {
    Value::TimeZone(zone) => Ok(Value::from(zone.name())),
    _ => Ok(Value::None),
})];

fn micros(given: &Arguments) -> i64 {
    match given.receiver().plain() {
        Value::TimeDelta(micros) => *micros,
        _ => 0,
    }
}
