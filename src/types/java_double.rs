//! The digits of a floating-point number as Java 17 finds them: `jdk.internal.math.FloatingDecimal`.
//!
//! Spark runs on Java 17, whose `Double.toString` is not the shortest text for every number: `2.0E23` prints `1.9999999999999998E23`,
//! a float of ten quadrillions `1.00000003E16`. The digits come from the same steps, in exact arithmetic.

use std::cmp::Ordering;

const EXP_SHIFT: i32 = 52;
const FRACTION_MASK: u64 = (1 << EXP_SHIFT) - 1;

/// Digits `d1 d2 ...` that stand for `0.d1d2... * 10^exponent`.
pub(super) struct Digits {
    pub(super) digits: Vec<u8>,
    pub(super) exponent: i32,
}

/// The digits of a positive finite double.
pub(super) fn of_double(value: f64) -> Digits {
    let bits = value.to_bits();
    let (fraction, exponent) = (bits & FRACTION_MASK, (bits >> EXP_SHIFT & 0x7ff) as i32);
    if exponent == 0 {
        let zeros = fraction.leading_zeros() as i32;
        let shift = zeros - (63 - EXP_SHIFT);
        return digits(1 - shift - 1_023, fraction << shift, 64 - zeros);
    }
    digits(exponent - 1_023, fraction | 1 << EXP_SHIFT, EXP_SHIFT + 1)
}

/// The digits of a positive finite float.
pub(super) fn of_float(value: f32) -> Digits {
    let bits = value.to_bits();
    let (fraction, exponent) = (u64::from(bits & 0x7f_ffff), (bits >> 23 & 0xff) as i32);
    if exponent == 0 {
        let zeros = fraction.leading_zeros() as i32;
        let shift = zeros - (63 - EXP_SHIFT);
        // The shift counts from the float's own 23 bits.
        return digits(1 - (shift - 29) - 127, fraction << shift, 64 - zeros);
    }
    digits(exponent - 127, (fraction | 1 << 23) << 29, 24)
}

/// `FloatingDecimal.BinaryToASCIIBuffer.dtoa`; `fraction` has its highest bit at 52.
fn digits(binary_exponent: i32, fraction: u64, significant_bits: i32) -> Digits {
    let tail_zeros = fraction.trailing_zeros() as i32;
    let fraction_bits = EXP_SHIFT + 1 - tail_zeros;
    let tiny_bits = (fraction_bits - binary_exponent - 1).max(0);
    if (-21..=62).contains(&binary_exponent) && tiny_bits == 0 {
        return whole_digits(binary_exponent, fraction, significant_bits);
    }
    let mut decimal_exponent = estimate_decimal_exponent(fraction, binary_exponent);
    let five_in_value = (-decimal_exponent).max(0);
    let five_in_scale = decimal_exponent.max(0);
    let mut two_in_value = five_in_value + tiny_bits + binary_exponent;
    let mut two_in_scale = five_in_scale + tiny_bits;
    let mut two_in_margin = two_in_value - significant_bits;
    let fraction = fraction >> tail_zeros;
    two_in_value -= fraction_bits - 1;
    let common = two_in_value.min(two_in_scale);
    two_in_value -= common;
    two_in_scale -= common;
    two_in_margin -= common;
    if fraction_bits == 1 {
        // The number below a power of two is only half as far away.
        two_in_margin -= 1;
    }
    if two_in_margin < 0 {
        two_in_value -= two_in_margin;
        two_in_scale -= two_in_margin;
        two_in_margin = 0;
    }
    // Java takes machine words where all fits. There a tie does not end the digits, and a sum that overflows looks small.
    let value_bits = fraction_bits + two_in_value + bits_of_power_of_five(five_in_value);
    let scale_bits = two_in_scale + 1 + bits_of_power_of_five(five_in_scale + 1);
    let word_bits = [31, 63].into_iter().find(|bits| value_bits <= *bits && scale_bits <= *bits);
    let mut value = Big::of(fraction).times_power(5, five_in_value).times_power(2, two_in_value);
    let scale = Big::of(1).times_power(5, five_in_scale).times_power(2, two_in_scale);
    let mut margin = Big::of(10).times_power(5, five_in_value).times_power(2, two_in_margin);
    let ten_scale = scale.clone().times_power(10, 1);
    let ends = |value: &Big, margin: &Big| {
        let sum = value.plus(margin);
        let (low, high) = (value.compare(margin).is_lt(), sum.compare(&ten_scale));
        match word_bits {
            None => (low, high.is_ge()),
            Some(bits) if margin.bits() > bits => (true, true),
            Some(bits) => (low, high.is_gt() && sum.bits() <= bits),
        }
    };
    let mut found = Vec::with_capacity(18);
    let first = value.next_digit(&scale);
    let (mut low, mut high) = ends(&value, &margin);
    if first == 0 && !high {
        decimal_exponent -= 1;
    } else {
        found.push(first);
    }
    if !(-3..8).contains(&decimal_exponent) {
        // The form with an exponent has at least two digits.
        (low, high) = (false, false);
    }
    while !low && !high {
        found.push(value.next_digit(&scale));
        margin = margin.times_power(10, 1);
        (low, high) = ends(&value, &margin);
    }
    let up = match (high, low) {
        (true, true) => match value.times_power(2, 1).compare(&ten_scale) {
            Ordering::Equal => found.last().is_some_and(|digit| digit % 2 == 1),
            order => order.is_gt(),
        },
        (high, _) => high,
    };
    let mut exponent = decimal_exponent + 1;
    if up {
        round_up(&mut found, &mut exponent);
    }
    Digits { digits: found, exponent }
}

/// A whole number below 2^63: all its digits, less those that its bits cannot tell.
fn whole_digits(binary_exponent: i32, fraction: u64, significant_bits: i32) -> Digits {
    let spare_bits = if binary_exponent > significant_bits { binary_exponent - significant_bits - 1 } else { 0 };
    let insignificant = if spare_bits > 1 { (f64::from(spare_bits) * std::f64::consts::LOG10_2) as u32 } else { 0 };
    let mut value =
        if binary_exponent >= EXP_SHIFT { fraction << (binary_exponent - EXP_SHIFT) } else { fraction >> (EXP_SHIFT - binary_exponent) };
    let power = 10_u64.pow(insignificant);
    value = value / power + u64::from(insignificant > 0 && value % power >= power >> 1);
    let text = value.to_string();
    let digits = text.trim_end_matches('0').bytes().map(|digit| digit - b'0').collect();
    Digits { digits, exponent: text.len() as i32 + insignificant as i32 }
}

fn estimate_decimal_exponent(fraction: u64, binary_exponent: i32) -> i32 {
    let mantissa = f64::from_bits(0x3ff0_0000_0000_0000 | (fraction & FRACTION_MASK));
    // Java's own constants; better ones would estimate other exponents.
    #[allow(clippy::approx_constant, reason = "Java's own constants")]
    let estimate = (mantissa - 1.5) * 0.289_529_654 + 0.176_091_259 + f64::from(binary_exponent) * 0.301_029_995_663_981;
    estimate.floor() as i32
}

fn bits_of_power_of_five(power: i32) -> i32 {
    // Java's table up to 5^27, and a coarse bound after it.
    if power > 27 {
        power * 3
    } else if power == 0 {
        0
    } else {
        5_u128.pow(power as u32).ilog2() as i32 + 1
    }
}

fn round_up(digits: &mut Vec<u8>, exponent: &mut i32) {
    let count = digits.len();
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return;
        }
        *digit = 0;
    }
    *exponent += 1;
    digits.clear();
    digits.push(1);
    digits.resize(count, 0);
}

/// A whole number of any size, lowest part first, without zeros at its end.
#[derive(Clone)]
struct Big(Vec<u32>);

impl Big {
    fn of(value: u64) -> Self {
        let mut big = Self(vec![value as u32, (value >> 32) as u32]);
        big.trim();
        big
    }

    fn times_power(mut self, base: u32, power: i32) -> Self {
        for _ in 0..power {
            let mut carry = 0_u64;
            for part in &mut self.0 {
                let product = u64::from(*part) * u64::from(base) + carry;
                *part = product as u32;
                carry = product >> 32;
            }
            if carry > 0 {
                self.0.push(carry as u32);
            }
        }
        self
    }

    fn plus(&self, other: &Self) -> Self {
        let mut carry = 0_u64;
        let count = self.0.len().max(other.0.len());
        let mut sum = Vec::with_capacity(count + 1);
        for index in 0..count {
            let parts = [self, other].map(|big| u64::from(big.0.get(index).copied().unwrap_or(0)));
            let part = parts[0] + parts[1] + carry;
            sum.push(part as u32);
            carry = part >> 32;
        }
        sum.push(carry as u32);
        let mut sum = Self(sum);
        sum.trim();
        sum
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    fn bits(&self) -> i32 {
        self.0.last().map_or(0, |part| self.0.len() as i32 * 32 - part.leading_zeros() as i32)
    }

    /// The digit that is left of the point in self / scale; self becomes ten times the rest.
    fn next_digit(&mut self, scale: &Self) -> u8 {
        let mut digit = 0;
        while self.compare(scale).is_ge() {
            self.subtract(scale);
            digit += 1;
        }
        *self = std::mem::replace(self, Self(Vec::new())).times_power(10, 1);
        digit
    }

    fn subtract(&mut self, smaller: &Self) {
        let mut borrow = 0_i64;
        for (index, part) in self.0.iter_mut().enumerate() {
            let difference = i64::from(*part) - i64::from(smaller.0.get(index).copied().unwrap_or(0)) - borrow;
            borrow = i64::from(difference < 0);
            *part = difference as u32;
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}
