//! `re` through fancy-regex.

use super::entry;
use super::function;
use crate::python::class::Class;
use crate::python::class::Instance;
use crate::python::function::Builtin;
use crate::python::host::Arguments;
use crate::python::machine::Vm;
use crate::python::raised::Raised;
use crate::python::value::Value;
use fancy_regex::Captures;
use fancy_regex::Regex;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

type Given = Result<Value, Raised>;

thread_local! {
    static COMPILED: RefCell<BTreeMap<(String, i64), Rc<Regex>>> = const { RefCell::new(BTreeMap::new()) };
    static PATTERN: Rc<Class> = class("Pattern", PATTERN_METHODS);
    static MATCH: Rc<Class> = class("Match", MATCH_METHODS);
    static ERROR: Rc<Class> = class_of_errors();
}

const IGNORE_CASE: i64 = 2;
const MULTI_LINE: i64 = 8;
const DOT_ALL: i64 = 16;
const VERBOSE: i64 = 64;

fn class(name: &str, methods: &'static [Builtin]) -> Rc<Class> {
    let Ok(class) = Class::new(name, "re", Vec::new(), crate::python::names::Names::default()) else {
        unreachable!("a class without bases")
    };
    for builtin in methods {
        class.set(builtin.name, Value::Builtin(builtin));
    }
    class
}

fn class_of_errors() -> Rc<Class> {
    let bases = Class::builtin("Exception").into_iter().collect();
    let Ok(class) = Class::new("error", "re", bases, crate::python::names::Names::default()) else { unreachable!("a class with one base") };
    class
}

pub(super) fn module() -> Vec<(String, Value)> {
    let flags = [
        ("IGNORECASE", IGNORE_CASE),
        ("I", IGNORE_CASE),
        ("MULTILINE", MULTI_LINE),
        ("M", MULTI_LINE),
        ("DOTALL", DOT_ALL),
        ("S", DOT_ALL),
        ("VERBOSE", VERBOSE),
        ("X", VERBOSE),
        ("ASCII", 256),
        ("A", 256),
        ("UNICODE", 32),
        ("U", 32),
    ];
    let flags = flags.iter().map(|(name, flag)| ((*name).to_owned(), Value::Int(*flag)));
    let classes = [("Pattern", PATTERN.with(Rc::clone)), ("Match", MATCH.with(Rc::clone)), ("error", ERROR.with(Rc::clone))];
    let classes = classes.into_iter().map(|(name, class)| (name.to_owned(), Value::Class(class)));
    flags.chain(classes).chain(TABLE.iter().map(entry)).collect()
}

macro_rules! both {
    ($($name:literal => $run:expr, $flags:expr;)*) => {
        static TABLE: &[Builtin] = &[
            $(function($name, |vm, mut given| {
                let pattern = given.need($name, 0, "pattern")?;
                let flags = given.take($flags, "flags").and_then(|flags| flags.as_i64()).unwrap_or(0);
                let pattern = compile_value(&pattern, flags)?;
                given.positional[0] = pattern;
                $run(vm, given)
            }),)*
            function("compile", |_, mut given| {
                let pattern = given.need("compile", 0, "pattern")?;
                let flags = given.take(1, "flags").and_then(|flags| flags.as_i64()).unwrap_or(0);
                compile_value(&pattern, flags)
            }),
            function("escape", |_, mut given| {
                let text = given.need("escape", 0, "pattern")?;
                let mut out = String::new();
                for found in text.as_str().unwrap_or("").chars() {
                    if "()[]{}?*+-|^$\\.&~# \t\n\r\x0b\x0c".contains(found) {
                        out.push('\\');
                    }
                    out.push(found);
                }
                Ok(Value::from(out))
            }),
        ];
        static PATTERN_METHODS: &[Builtin] = &[
            $(crate::python::builtin::method($name, $run),)*
            crate::python::builtin::method("__repr__", |vm, given| {
                let pattern = vm.attribute(&given.receiver(), "pattern")?;
                vm.repr(&pattern).map(|text| Value::from(format!("re.compile({text})")))
            }),
        ];
    };
}

both! {
    "search" => |vm, given| find(vm, given, Anchor::None), 2;
    "match" => |vm, given| find(vm, given, Anchor::Start), 2;
    "fullmatch" => |vm, given| find(vm, given, Anchor::Full), 2;
    "findall" => find_all, 2;
    "finditer" => find_iter, 2;
    "split" => split, 3;
    "sub" => |vm, given| substitute(vm, given).map(|(text, _)| text), 4;
    "subn" => |vm, given| substitute(vm, given).map(|(text, count)| Value::tuple(vec![text, Value::Int(count)])), 4;
}

enum Anchor {
    None,
    Start,
    Full,
}

fn compile_value(pattern: &Value, flags: i64) -> Given {
    if let Value::Instance(instance) = pattern
        && Rc::ptr_eq(&instance.class, &PATTERN.with(Rc::clone))
    {
        return Ok(pattern.clone());
    }
    let Some(text) = pattern.as_str() else { return Err(Raised::type_error("first argument must be string or compiled pattern")) };
    regex(text, flags)?;
    let instance = Instance::new(PATTERN.with(Rc::clone));
    instance.set("pattern", Value::str(text));
    instance.set("flags", Value::Int(flags));
    Ok(Value::Instance(instance))
}

fn regex(text: &str, flags: i64) -> Result<Rc<Regex>, Raised> {
    let key = (text.to_owned(), flags);
    if let Some(known) = COMPILED.with(|compiled| compiled.borrow().get(&key).cloned()) {
        return Ok(known);
    }
    let mut prefix = String::new();
    for (flag, letter) in [(IGNORE_CASE, 'i'), (MULTI_LINE, 'm'), (DOT_ALL, 's'), (VERBOSE, 'x')] {
        if flags & flag != 0 {
            prefix.push(letter);
        }
    }
    let prefix = if prefix.is_empty() { prefix } else { format!("(?{prefix})") };
    let translated = text.replace("\\Z", "\\z");
    let made = fancy_regex::RegexBuilder::new(&format!("{prefix}{translated}")).backtrack_limit(200_000).build();
    let made = made.map_err(|error| regex_error(&error.to_string()))?;
    let made = Rc::new(made);
    COMPILED.with(|compiled| {
        let mut compiled = compiled.borrow_mut();
        if compiled.len() > 200 {
            compiled.clear();
        }
        compiled.insert(key, Rc::clone(&made));
    });
    Ok(made)
}

fn regex_error(message: &str) -> Raised {
    Raised::instance(crate::python::exception::new_exception(ERROR.with(Rc::clone), vec![Value::str(message)]))
}

fn parts(given: &mut Arguments, name: &str, place: usize) -> Result<(Rc<Regex>, Rc<str>), Raised> {
    let Value::Instance(pattern) = given.receiver() else { return Err(Raised::type_error("a compiled pattern is needed")) };
    let text = given.need(name, place, "string")?;
    let Value::Str(text) = text.plain() else {
        return Err(Raised::type_error(format!("expected string or bytes-like object, got '{}'", text.type_name())));
    };
    let source = pattern.get("pattern").unwrap_or_default();
    let flags = pattern.get("flags").and_then(|flags| flags.as_i64()).unwrap_or(0);
    Ok((regex(source.as_str().unwrap_or(""), flags)?, Rc::clone(text)))
}

fn find(_: &mut Vm<'_>, mut given: Arguments, anchor: Anchor) -> Given {
    let (regex, text) = parts(&mut given, "search", 1)?;
    let anchored = match anchor {
        Anchor::None => None,
        Anchor::Start => Some(self::regex(&format!(r"\A(?:{})", regex.as_str()), 0)?),
        Anchor::Full => Some(self::regex(&format!(r"\A(?:{})\z", regex.as_str()), 0)?),
    };
    let regex = anchored.unwrap_or(regex);
    let found = regex.captures(&*text).map_err(|error| regex_error(&error.to_string()))?;
    Ok(found.map_or(Value::None, |found| match_value(&regex, &text, &found)))
}

fn match_value(regex: &Regex, text: &Rc<str>, found: &Captures<'_, str>) -> Value {
    let instance = Instance::new(MATCH.with(Rc::clone));
    let place = |byte: usize| Value::Int(i64::try_from(text[..byte].chars().count()).unwrap_or(0));
    let groups = found.iter().map(|group| group.map_or(Value::None, |group| Value::str(group.as_str())));
    let spans = found.iter().map(|group| {
        group.map_or_else(
            || Value::tuple(vec![Value::Int(-1), Value::Int(-1)]),
            |group| Value::tuple(vec![place(group.start()), place(group.end())]),
        )
    });
    instance.set("_groups", Value::tuple(groups.collect()));
    instance.set("_spans", Value::tuple(spans.collect()));
    instance.set("_names", Value::tuple(regex.capture_names().map(Value::from).collect()));
    instance.set("string", Value::Str(Rc::clone(text)));
    instance.set("lastindex", Value::from(i64::try_from(found.len()).ok().map(|count| count - 1).filter(|count| *count > 0)));
    Value::Instance(instance)
}

fn all(regex: &Regex, text: &Rc<str>) -> Result<Vec<Value>, Raised> {
    let mut matches = Vec::new();
    for found in regex.captures_iter(&**text) {
        let found = found.map_err(|error| regex_error(&error.to_string()))?;
        matches.push(match_value(regex, text, &found));
    }
    Ok(matches)
}

fn groups_of(found: &Value) -> Vec<Value> {
    found.own_attribute("_groups").and_then(|groups| groups.items()).unwrap_or_default()
}

fn find_all(_: &mut Vm<'_>, mut given: Arguments) -> Given {
    let (regex, text) = parts(&mut given, "findall", 1)?;
    let present = |value: Value| if value.is_none() { Value::str("") } else { value };
    let shown = |found: Value| {
        let mut groups = groups_of(&found);
        match groups.len() {
            0 => Value::None,
            1 => groups.remove(0),
            2 => present(groups.remove(1)),
            _ => Value::tuple(groups.into_iter().skip(1).map(present).collect()),
        }
    };
    Ok(Value::list(all(&regex, &text)?.into_iter().map(shown).collect()))
}

fn find_iter(_: &mut Vm<'_>, mut given: Arguments) -> Given {
    let (regex, text) = parts(&mut given, "finditer", 1)?;
    Ok(crate::python::iterator::Iter::items(all(&regex, &text)?))
}

fn split(_: &mut Vm<'_>, mut given: Arguments) -> Given {
    let (regex, text) = parts(&mut given, "split", 1)?;
    let most =
        given.take(2, "maxsplit").and_then(|most| usize::try_from(most.as_i64()?).ok()).filter(|most| *most > 0).unwrap_or(usize::MAX);
    let mut pieces = Vec::new();
    let mut last = 0;
    for found in regex.captures_iter(&*text).take(most) {
        let found = found.map_err(|error| regex_error(&error.to_string()))?;
        let Some(whole) = found.get(0) else { continue };
        pieces.push(Value::str(&text[last..whole.start()]));
        pieces.extend(found.iter().skip(1).map(|group| group.map_or(Value::None, |group| Value::str(group.as_str()))));
        last = whole.end();
    }
    pieces.push(Value::str(&text[last..]));
    Ok(Value::list(pieces))
}

fn substitute(vm: &mut Vm<'_>, mut given: Arguments) -> Result<(Value, i64), Raised> {
    let (regex, text) = parts(&mut given, "sub", 2)?;
    let replacement = given.need("sub", 1, "repl")?;
    let most = given.take(3, "count").and_then(|most| usize::try_from(most.as_i64()?).ok()).filter(|most| *most > 0).unwrap_or(usize::MAX);
    let mut out = String::new();
    let (mut last, mut count) = (0, 0);
    for found in regex.captures_iter(&*text).take(most) {
        let found = found.map_err(|error| regex_error(&error.to_string()))?;
        let Some(whole) = found.get(0) else { continue };
        out.push_str(&text[last..whole.start()]);
        match replacement.plain() {
            Value::Str(template) => expand(template, &found, &mut out)?,
            _ => {
                let found = match_value(&regex, &text, &found);
                let replaced = vm.call_with(&replacement, vec![found])?;
                out.push_str(replaced.as_str().unwrap_or(""));
            }
        }
        last = whole.end();
        count += 1;
    }
    out.push_str(&text[last..]);
    crate::python::operate::bounded(out.len())?;
    Ok((Value::from(out), count))
}

/// Puts a replacement's `\1`, `\g<name>` and escapes.
fn expand(template: &str, found: &Captures<'_, str>, out: &mut String) -> Result<(), Raised> {
    let mut rest = template;
    while let Some(place) = rest.find('\\') {
        out.push_str(&rest[..place]);
        rest = &rest[place + 1..];
        let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            let group: usize = rest[..digits].parse().unwrap_or(0);
            if group >= found.len() {
                return Err(regex_error(&format!("invalid group reference {group}")));
            }
            out.push_str(found.get(group).map_or("", |group| group.as_str()));
            rest = &rest[digits..];
        } else if let Some((name, after)) = rest.strip_prefix("g<").and_then(|rest| rest.split_once('>')) {
            let group = name.parse::<usize>().map_or_else(|_| found.name(name), |group| found.get(group));
            out.push_str(group.map_or("", |group| group.as_str()));
            rest = after;
        } else {
            let letter = rest.chars().next().unwrap_or('\\');
            match letter {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                '\\' => out.push('\\'),
                other => {
                    out.push('\\');
                    out.push(other);
                }
            }
            rest = rest.get(letter.len_utf8()..).unwrap_or("");
        }
    }
    out.push_str(rest);
    Ok(())
}

/// The index of a group by number or name.
fn group_index(found: &Value, key: &Value) -> Result<usize, Raised> {
    let groups = groups_of(found).len();
    let index = match key.plain() {
        Value::Str(name) => {
            let names = found.own_attribute("_names").and_then(|names| names.items()).unwrap_or_default();
            names.iter().position(|known| known.as_str() == Some(&**name))
        }
        other => other.as_i64().and_then(|index| usize::try_from(index).ok()),
    };
    index.filter(|index| *index < groups).ok_or_else(|| Raised::new("IndexError", "no such group"))
}

fn one_group(found: &Value, key: &Value) -> Given {
    let index = group_index(found, key)?;
    Ok(groups_of(found)[index].clone())
}

fn span(given: &mut Arguments) -> Result<Vec<Value>, Raised> {
    let key = given.take(1, "group").unwrap_or(Value::Int(0));
    let found = given.receiver();
    let index = group_index(&found, &key)?;
    let spans = found.own_attribute("_spans").and_then(|spans| spans.items()).unwrap_or_default();
    Ok(spans[index].items().unwrap_or_default())
}

static MATCH_METHODS: &[Builtin] = &[
    crate::python::builtin::method("group", |_, given| {
        let found = given.receiver();
        match &given.positional[1..] {
            [] => one_group(&found, &Value::Int(0)),
            [key] => one_group(&found, key),
            keys => keys.iter().map(|key| one_group(&found, key)).collect::<Result<Vec<_>, _>>().map(Value::tuple),
        }
    }),
    crate::python::builtin::method("__getitem__", |_, mut given| {
        let key = given.one("__getitem__")?;
        one_group(&given.receiver(), &key)
    }),
    crate::python::builtin::method("groups", |_, mut given| {
        let default = given.take(1, "default").unwrap_or(Value::None);
        let groups = groups_of(&given.receiver()).into_iter().skip(1);
        Ok(Value::tuple(groups.map(|group| if group.is_none() { default.clone() } else { group }).collect()))
    }),
    crate::python::builtin::method("groupdict", |_, given| {
        let found = given.receiver();
        let names = found.own_attribute("_names").and_then(|names| names.items()).unwrap_or_default();
        Ok(Value::dict(names.into_iter().zip(groups_of(&found)).filter(|(name, _)| !name.is_none())))
    }),
    crate::python::builtin::method("start", |_, mut given| Ok(span(&mut given)?.remove(0))),
    crate::python::builtin::method("end", |_, mut given| Ok(span(&mut given)?.remove(1))),
    crate::python::builtin::method("span", |_, mut given| Ok(Value::tuple(span(&mut given)?))),
    crate::python::builtin::method("__repr__", |vm, given| {
        let found = given.receiver();
        let spans = found.own_attribute("_spans").and_then(|spans| spans.items()).unwrap_or_default();
        let (place, text) = (vm.repr(&spans[0])?, vm.repr(&groups_of(&found)[0])?);
        Ok(Value::from(format!("<re.Match object; span={place}, match={text}>")))
    }),
];
