//! `random`: CPython's own generator (the Mersenne twister), so that a seeded program gives CPython's numbers.

use super::entry;
use super::float;
use super::function;
use crate::python::builtin::integer;
use crate::python::function::Builtin;
use crate::python::machine::Vm;
use crate::python::number;
use crate::python::raised::Raised;
use crate::python::value::Value;

const SIZE: usize = 624;

/// The Mersenne twister MT19937.
pub(in crate::python) struct Generator {
    state: Vec<u32>,
    at: usize,
    spare: Option<f64>,
}

impl Generator {
    /// Seeded with the 32-bit words of a number, lowest first, as CPython's `seed` does.
    fn new(key: &[u32]) -> Self {
        let mut state = vec![0u32; SIZE];
        state[0] = 19_650_218;
        for place in 1..SIZE {
            let before = state[place - 1] ^ (state[place - 1] >> 30);
            state[place] = 1_812_433_253u32.wrapping_mul(before).wrapping_add(u32::try_from(place).unwrap_or(0));
        }
        let (mut i, mut j) = (1, 0);
        for _ in 0..SIZE.max(key.len()) {
            let before = state[i - 1] ^ (state[i - 1] >> 30);
            state[i] = (state[i] ^ before.wrapping_mul(1_664_525)).wrapping_add(key[j]).wrapping_add(u32::try_from(j).unwrap_or(0));
            (i, j) = (i + 1, j + 1);
            if i >= SIZE {
                state[0] = state[SIZE - 1];
                i = 1;
            }
            if j >= key.len() {
                j = 0;
            }
        }
        for _ in 0..SIZE - 1 {
            let before = state[i - 1] ^ (state[i - 1] >> 30);
            state[i] = (state[i] ^ before.wrapping_mul(1_566_083_941)).wrapping_sub(u32::try_from(i).unwrap_or(0));
            i += 1;
            if i >= SIZE {
                state[0] = state[SIZE - 1];
                i = 1;
            }
        }
        state[0] = 0x8000_0000;
        Self { state, at: SIZE, spare: None }
    }

    fn next(&mut self) -> u32 {
        if self.at >= SIZE {
            for place in 0..SIZE {
                let mixed = (self.state[place] & 0x8000_0000) | (self.state[(place + 1) % SIZE] & 0x7fff_ffff);
                let odd = if mixed & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[place] = self.state[(place + 397) % SIZE] ^ (mixed >> 1) ^ odd;
            }
            self.at = 0;
        }
        let mut number = self.state[self.at];
        self.at += 1;
        number ^= number >> 11;
        number ^= (number << 7) & 0x9d2c_5680;
        number ^= (number << 15) & 0xefc6_0000;
        number ^ (number >> 18)
    }

    fn unit(&mut self) -> f64 {
        let (a, b) = (self.next() >> 5, self.next() >> 6);
        (f64::from(a) * 67_108_864.0 + f64::from(b)) / 9_007_199_254_740_992.0
    }

    fn bits(&mut self, count: u32) -> u64 {
        if count <= 32 {
            return u64::from(self.next() >> (32 - count.max(1)));
        }
        let low = u64::from(self.next());
        low | (u64::from(self.next() >> (64 - count)) << 32)
    }

    /// A number below a bound, as `_randbelow` chooses it.
    fn below(&mut self, bound: u64) -> u64 {
        let count = 64 - bound.leading_zeros();
        loop {
            let number = self.bits(count);
            if number < bound {
                return number;
            }
        }
    }

    fn gauss(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let angle = self.unit() * std::f64::consts::TAU;
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        self.spare = Some(angle.sin() * radius);
        angle.cos() * radius
    }
}

fn generator<'a>(vm: &'a mut Vm<'_>) -> &'a mut Generator {
    if vm.machine.random.is_none() {
        let seed = vm.host.random();
        let words = seed.to_le_bytes();
        let low = u32::from_le_bytes([words[0], words[1], words[2], words[3]]);
        let high = u32::from_le_bytes([words[4], words[5], words[6], words[7]]);
        vm.machine.random = Some(Generator::new(&[low, high]));
    }
    let Some(generator) = &mut vm.machine.random else { unreachable!("the generator was made just now") };
    generator
}

pub(super) fn module() -> Vec<(String, Value)> {
    TABLE.iter().map(entry).collect()
}

fn count_of(length: usize) -> Result<u64, Raised> {
    if length == 0 { Err(Raised::new("IndexError", "Cannot choose from an empty sequence")) } else { Ok(length as u64) }
}

fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

static TABLE: &[Builtin] = &[
    function("seed", |vm, mut given| {
        let seed = given.take(0, "a").unwrap_or(Value::None);
        vm.machine.random = match seed.plain() {
            Value::None => None,
            plain @ (Value::Int(_) | Value::Big(_) | Value::Bool(_)) => {
                let words = number::big(plain).magnitude().to_u32_digits();
                Some(Generator::new(if words.is_empty() { &[0] } else { &words }))
            }
            // DIFFERENCE: CPython hashes other seeds with SHA-512; here they give other numbers, but always the same ones.
            _ => {
                let text = vm.repr(&seed)?;
                let words: Vec<u32> = text.bytes().map(u32::from).collect();
                Some(Generator::new(&words))
            }
        };
        Ok(Value::None)
    }),
    function("random", |vm, _| Ok(Value::Float(generator(vm).unit()))),
    function("uniform", |vm, mut given| {
        let (low, high) = (float(&given.need("uniform", 0, "a")?)?, float(&given.need("uniform", 1, "b")?)?);
        Ok(Value::Float(low + (high - low) * generator(vm).unit()))
    }),
    function("randint", |vm, mut given| {
        let (low, high) = (integer(&given.need("randint", 0, "a")?)?, integer(&given.need("randint", 1, "b")?)?);
        if high < low {
            return Err(Raised::value_error(format!("empty range for randrange() ({low}, {}, {})", high + 1, high + 1 - low)));
        }
        let width = u64::try_from(i128::from(high) - i128::from(low) + 1).unwrap_or(u64::MAX);
        Ok(Value::wide(i128::from(low) + i128::from(generator(vm).below(width))))
    }),
    function("randrange", |vm, mut given| {
        let first = integer(&given.need("randrange", 0, "start")?)?;
        let (low, high) = match given.take(1, "stop") {
            Some(stop) => (first, integer(&stop)?),
            None => (0, first),
        };
        let step = given.take(2, "step").map_or(Ok(1), |step| integer(&step))?;
        if step == 0 {
            return Err(Raised::value_error("zero step for randrange()"));
        }
        let range = crate::python::value::Range { start: low, stop: high, step };
        if range.is_empty() {
            return Err(Raised::value_error(format!("empty range for randrange() ({low}, {high}, {})", high - low)));
        }
        Ok(Value::Int(range.at(place(generator(vm).below(range.len() as u64)))))
    }),
    function("getrandbits", |vm, mut given| {
        let count = u32::try_from(integer(&given.need("getrandbits", 0, "k")?)?).unwrap_or(0);
        if count > 64 {
            return Err(Raised::value_error("Tidemark knows getrandbits() up to 64 bits"));
        }
        Ok(if count == 0 { Value::Int(0) } else { Value::wide(i128::from(generator(vm).bits(count))) })
    }),
    function("choice", |vm, mut given| {
        let items = given.need("choice", 0, "seq")?;
        let length = vm.length(&items)?;
        let chosen = generator(vm).below(count_of(length)?);
        vm.item(&items, &Value::Int(i64::try_from(chosen).unwrap_or(0)))
    }),
    function("choices", |vm, mut given| {
        let items = given.need("choices", 0, "population")?;
        let items = vm.iterate(&items)?;
        let weights = given.take(1, "weights").unwrap_or(Value::None);
        let count = given.take(usize::MAX, "k").map_or(Ok(1), |count| integer(&count))?;
        count_of(items.len())?;
        let mut sums = Vec::new();
        if !weights.is_none() {
            for weight in vm.iterate(&weights)? {
                sums.push(sums.last().copied().unwrap_or(0.0) + float(&weight)?);
            }
            if sums.len() != items.len() {
                return Err(Raised::value_error("The number of weights does not match the population"));
            }
        }
        let mut chosen = Vec::new();
        for _ in 0..count.clamp(0, 1 << 20) {
            let unit = generator(vm).unit();
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let at = match sums.last() {
                None => (unit * items.len() as f64) as usize,
                Some(total) => sums.partition_point(|sum| *sum <= unit * total).min(items.len() - 1),
            };
            chosen.push(items[at].clone());
        }
        Ok(Value::list(chosen))
    }),
    function("shuffle", |vm, mut given| {
        let Value::List(list) = given.need("shuffle", 0, "x")? else { return Err(Raised::type_error("shuffle() needs a list")) };
        let mut items = list.items();
        for last in (1..items.len()).rev() {
            let other = place(generator(vm).below(last as u64 + 1));
            items.swap(last, other);
        }
        list.replace(items);
        Ok(Value::None)
    }),
    function("sample", |vm, mut given| {
        let (items, count) = (given.need("sample", 0, "population")?, integer(&given.need("sample", 1, "k")?)?);
        let mut items = vm.iterate(&items)?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let total = items.len();
        if count > total {
            return Err(Raised::value_error("Sample larger than population or is negative"));
        }
        let mut size = 21usize;
        if count > 5 {
            let mut power = 1usize;
            while power < count * 3 {
                power *= 4;
            }
            size += power;
        }
        let mut chosen = Vec::new();
        if total <= size {
            for done in 0..count {
                let at = place(generator(vm).below((total - done) as u64));
                chosen.push(items[at].clone());
                items[at] = items[total - done - 1].clone();
            }
        } else {
            let mut seen = std::collections::BTreeSet::new();
            for _ in 0..count {
                let mut at = place(generator(vm).below(total as u64));
                while !seen.insert(at) {
                    at = place(generator(vm).below(total as u64));
                }
                chosen.push(items[at].clone());
            }
        }
        Ok(Value::list(chosen))
    }),
    function("gauss", |vm, mut given| {
        let mean = given.take(0, "mu").map_or(Ok(0.0), |value| float(&value))?;
        let deviation = given.take(1, "sigma").map_or(Ok(1.0), |value| float(&value))?;
        Ok(Value::Float(mean + generator(vm).gauss() * deviation))
    }),
    function("normalvariate", |vm, mut given| {
        let mean = given.take(0, "mu").map_or(Ok(0.0), |value| float(&value))?;
        let deviation = given.take(1, "sigma").map_or(Ok(1.0), |value| float(&value))?;
        loop {
            let (a, b) = (generator(vm).unit(), 1.0 - generator(vm).unit());
            let z = 1.715_527_769_921_413_5 * (a - 0.5) / b;
            if z * z / 4.0 <= -b.ln() {
                return Ok(Value::Float(mean + z * deviation));
            }
        }
    }),
    function("expovariate", |vm, mut given| {
        let rate = given.take(0, "lambd").map_or(Ok(1.0), |value| float(&value))?;
        Ok(Value::Float(-(1.0 - generator(vm).unit()).ln() / rate))
    }),
];
