//! `math`.

use super::entry;
use super::float;
use super::function;
use crate::python::builtin::integer;
use crate::python::function::Builtin;
use crate::python::number;
use crate::python::raised::Raised;
use crate::python::value::Value;
use num_bigint::BigInt;

pub(super) fn module() -> Vec<(String, Value)> {
    let constants = [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("tau", std::f64::consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ];
    let constants = constants.iter().map(|(name, number)| ((*name).to_owned(), Value::Float(*number)));
    constants.chain(TABLE.iter().map(entry)).collect()
}

macro_rules! real {
    ($name:literal, $run:expr) => {
        function($name, |_, mut given| {
            let number = float(&given.need($name, 0, "x")?)?;
            let run: fn(f64) -> f64 = $run;
            let result = run(number);
            if result.is_nan() && !number.is_nan() {
                return Err(Raised::value_error("math domain error"));
            }
            if result.is_infinite() && number.is_finite() {
                return Err(if $name == "log" || $name.starts_with("log") {
                    Raised::value_error("math domain error")
                } else {
                    Raised::new("OverflowError", "math range error")
                });
            }
            Ok(Value::Float(result))
        })
    };
}

macro_rules! whole {
    ($name:literal, $method:literal, $run:expr) => {
        function($name, |vm, mut given| {
            let value = given.need($name, 0, "x")?;
            if let Some(method) = vm.method_of(&value, $method) {
                return vm.call_with(&method, Vec::new());
            }
            let run: fn(f64) -> f64 = $run;
            match value.plain() {
                Value::Float(number) => match number::float_to_big(run(*number)) {
                    Some(whole) => Ok(Value::big(whole)),
                    None if number.is_nan() => Err(Raised::value_error("cannot convert float NaN to integer")),
                    None => Err(Raised::new("OverflowError", "cannot convert float infinity to integer")),
                },
                other => {
                    float(other)?;
                    Ok(Value::big(number::big(other)))
                }
            }
        })
    };
}

static TABLE: &[Builtin] = &[
    real!("sqrt", f64::sqrt),
    real!("exp", f64::exp),
    real!("sin", f64::sin),
    real!("cos", f64::cos),
    real!("tan", f64::tan),
    real!("asin", f64::asin),
    real!("acos", f64::acos),
    real!("atan", f64::atan),
    real!("sinh", f64::sinh),
    real!("cosh", f64::cosh),
    real!("tanh", f64::tanh),
    real!("log2", f64::log2),
    real!("log10", f64::log10),
    real!("log1p", f64::ln_1p),
    real!("expm1", f64::exp_m1),
    real!("fabs", f64::abs),
    real!("degrees", f64::to_degrees),
    real!("radians", f64::to_radians),
    whole!("floor", "__floor__", f64::floor),
    whole!("ceil", "__ceil__", f64::ceil),
    whole!("trunc", "__trunc__", f64::trunc),
    function("log", |_, mut given| {
        let number = float(&given.need("log", 0, "x")?)?;
        if number <= 0.0 {
            return Err(Raised::value_error("math domain error"));
        }
        Ok(Value::Float(match given.take(1, "base") {
            Some(base) => number.ln() / float(&base)?.ln(),
            None => number.ln(),
        }))
    }),
    function("pow", |_, mut given| {
        let (base, exponent) = (float(&given.need("pow", 0, "x")?)?, float(&given.need("pow", 1, "y")?)?);
        Ok(Value::Float(base.powf(exponent)))
    }),
    function("atan2", |_, mut given| Ok(Value::Float(float(&given.need("atan2", 0, "y")?)?.atan2(float(&given.need("atan2", 1, "x")?)?)))),
    function("copysign", |_, mut given| {
        Ok(Value::Float(float(&given.need("copysign", 0, "x")?)?.copysign(float(&given.need("copysign", 1, "y")?)?)))
    }),
    function("fmod", |_, mut given| Ok(Value::Float(float(&given.need("fmod", 0, "x")?)? % float(&given.need("fmod", 1, "y")?)?))),
    function("hypot", |_, given| {
        let squares = given.positional.iter().map(|value| float(value).map(|number| number * number)).collect::<Result<Vec<f64>, _>>()?;
        Ok(Value::Float(squares.iter().sum::<f64>().sqrt()))
    }),
    function("isnan", |_, mut given| Ok(Value::Bool(float(&given.need("isnan", 0, "x")?)?.is_nan()))),
    function("isinf", |_, mut given| Ok(Value::Bool(float(&given.need("isinf", 0, "x")?)?.is_infinite()))),
    function("isfinite", |_, mut given| Ok(Value::Bool(float(&given.need("isfinite", 0, "x")?)?.is_finite()))),
    #[allow(clippy::float_cmp)]
    function("isclose", |_, mut given| {
        let (a, b) = (float(&given.need("isclose", 0, "a")?)?, float(&given.need("isclose", 1, "b")?)?);
        let relative = given.take(2, "rel_tol").map_or(Ok(1e-9), |value| float(&value))?;
        let absolute = given.take(3, "abs_tol").map_or(Ok(0.0), |value| float(&value))?;
        Ok(Value::Bool(a == b || (a - b).abs() <= (relative * a.abs().max(b.abs())).max(absolute)))
    }),
    function("modf", |_, mut given| {
        let number = float(&given.need("modf", 0, "x")?)?;
        Ok(Value::tuple(vec![Value::Float(number.fract()), Value::Float(number.trunc())]))
    }),
    function("fsum", |vm, mut given| {
        let items = given.need("fsum", 0, "seq")?;
        let (mut sum, mut rest) = (0.0f64, 0.0f64);
        for item in vm.iterate(&items)? {
            let number = float(&item)?;
            let next = sum + number;
            rest += if sum.abs() >= number.abs() { (sum - next) + number } else { (number - next) + sum };
            sum = next;
        }
        Ok(Value::Float(sum + rest))
    }),
    function("factorial", |vm, mut given| {
        let count = integer(&given.need("factorial", 0, "n")?)?;
        if count < 0 {
            return Err(Raised::value_error("factorial() not defined for negative values"));
        }
        if count > 5000 {
            return Err(Raised::new("OverflowError", "the integer is too large for the playground"));
        }
        vm.spend(count.unsigned_abs())?;
        Ok(Value::big((1..=count).fold(BigInt::from(1), |product, factor| product * factor)))
    }),
    function("gcd", |_, given| {
        let mut result = BigInt::from(0);
        for value in &given.positional {
            integer(value)?;
            let (mut a, mut b) = (result, number::big(value));
            while b != BigInt::from(0) {
                (a, b) = (b.clone(), a % b);
            }
            result = if a < BigInt::from(0) { -a } else { a };
        }
        Ok(Value::big(result))
    }),
    function("lcm", |_, given| {
        let mut result: i128 = 1;
        for value in &given.positional {
            let number = i128::from(integer(value)?);
            let (mut a, mut b) = (result, number);
            while b != 0 {
                (a, b) = (b, a % b);
            }
            result = if number == 0 {
                0
            } else {
                (result / a).checked_mul(number).ok_or_else(|| Raised::new("OverflowError", "too large"))?.abs()
            };
        }
        Ok(Value::wide(result))
    }),
    function("isqrt", |_, mut given| {
        let value = given.need("isqrt", 0, "n")?;
        let number = number::big(value.plain());
        if number < BigInt::from(0) {
            return Err(Raised::value_error("isqrt() argument must be nonnegative"));
        }
        Ok(Value::big(number.sqrt()))
    }),
    function("comb", |_, mut given| {
        let (n, k) = (integer(&given.need("comb", 0, "n")?)?, integer(&given.need("comb", 1, "k")?)?);
        if n < 0 || k < 0 {
            return Err(Raised::value_error("n must be a non-negative integer"));
        }
        let k = k.min(n - k);
        let mut result = BigInt::from(i32::from(k >= 0));
        for step in 0..k.min(10_000) {
            result = result * (n - step) / (step + 1);
        }
        Ok(Value::big(result))
    }),
    function("perm", |_, mut given| {
        let n = integer(&given.need("perm", 0, "n")?)?;
        let k = given.take(1, "k").map_or(Ok(n), |k| integer(&k))?;
        if n < 0 || k < 0 {
            return Err(Raised::value_error("n must be a non-negative integer"));
        }
        let start = if k > n { BigInt::from(0) } else { BigInt::from(1) };
        Ok(Value::big((0..k.min(n).min(5000)).fold(start, |product, step| product * (n - step))))
    }),
    function("prod", |vm, mut given| {
        let items = given.need("prod", 0, "iterable")?;
        let mut product = given.take(1, "start").unwrap_or(Value::Int(1));
        for item in vm.iterate(&items)? {
            product = vm.binary(ruff_python_ast::Operator::Mult, &product, &item)?;
        }
        Ok(product)
    }),
];
