//! No change to a certificate makes the checker accept a false claim: what it still accepts is
//! decided again by another road.

mod common;

use std::time::{Duration, Instant};

use common::{Random, corpus, false_because};
use pellucid_check::check;
use pellucid_core::Certificate;
use serde_json::Value;

/// A place inside a JSON value.
type Path = Vec<Step>;

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

fn paths(value: &Value, at: &Path, found: &mut Vec<Path>) {
    found.push(at.clone());
    let deeper = |step: Step| at.iter().cloned().chain([step]).collect::<Path>();
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| paths(item, &deeper(Step::Index(i)), found));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(key, item)| paths(item, &deeper(Step::Key(key.clone())), found));
        }
        _ => {}
    }
}

fn at<'a>(value: &'a mut Value, path: &Path) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(i) => value.get_mut(i),
    })
}

/// What else could stand in the place of a value. `pool` holds texts of other certificates.
fn changes(value: &Value, pool: &[String]) -> Vec<Value> {
    match value {
        Value::String(text) => match text.parse::<pellucid_core::Rational>() {
            Ok(number) => {
                let two = pellucid_core::Rational::from(2);
                let near = ["0", "1", "-1", "2", "1/2", "-3/7", "1000000007", "1/1000000007"].map(String::from);
                let of_it = [-&number, &number * &two, &number / &two, &number + &two, &number - &two];
                near.into_iter()
                    .chain(of_it.iter().map(ToString::to_string))
                    .chain(["".into(), "x1".into(), "1/0".into(), "1e4000".into()])
                    .map(Value::String)
                    .collect()
            }
            Err(_) => pool.iter().cloned().map(Value::String).collect(),
        },
        Value::Number(number) => {
            let number = number.as_u64().unwrap_or(0);
            [0, number.wrapping_add(1), number.wrapping_sub(1), number.wrapping_add(2), 1 << 20, u64::MAX]
                .map(Value::from)
                .to_vec()
        }
        Value::Bool(value) => vec![Value::Bool(!value)],
        Value::Array(items) => {
            let mut found = vec![Value::Array(Vec::new())];
            for i in 0..items.len() {
                let mut without = items.clone();
                let taken = without.remove(i);
                found.push(Value::Array(without));
                let mut twice = items.clone();
                twice.insert(i, taken.clone());
                found.push(Value::Array(twice));
                for j in 0..i {
                    let mut swapped = items.clone();
                    swapped.swap(i, j);
                    found.push(Value::Array(swapped));
                }
                let mut one = items.clone();
                one[i] = Value::from("split");
                found.push(Value::Array(one.clone()));
                one[i] = Value::from("equal");
                found.push(Value::Array(one));
            }
            found
        }
        Value::Object(fields) => {
            let mut found = Vec::new();
            for key in fields.keys() {
                let mut without = fields.clone();
                let taken = without.remove(key).unwrap();
                found.push(Value::Object(without.clone()));
                without.insert(format!("{key}s"), taken.clone());
                found.push(Value::Object(without));
                for other in fields.keys().filter(|other| *other != key) {
                    let mut swapped = fields.clone();
                    swapped.insert(key.clone(), fields[other].clone());
                    swapped.insert(other.clone(), taken.clone());
                    found.push(Value::Object(swapped));
                }
            }
            found
        }
        Value::Null => Vec::new(),
    }
}

/// All texts that are no numbers.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.parse::<pellucid_core::Rational>().is_err() => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| texts(item, found)),
        _ => {}
    }
}

#[derive(Default, Debug)]
struct Tally {
    changed: usize,
    certificates: usize,
    accepted: usize,
    /// Accepted, and the claim is not the one that was certified.
    other_claims: usize,
}

impl Tally {
    fn judge(&mut self, name: &str, original: &Certificate, text: &str) {
        self.changed += 1;
        let Ok(certificate) = Certificate::from_json(text) else { return };
        self.certificates += 1;
        if !check(&certificate).is_accepted() {
            return;
        }
        self.accepted += 1;
        if certificate.claim == original.claim {
            return;
        }
        self.other_claims += 1;
        if let Some(reason) = false_because(&certificate) {
            panic!("{name}: a false claim is accepted: {reason}\n{text}");
        }
    }
}

fn certificates() -> Vec<(String, Value, Certificate)> {
    let read = |(name, text): (String, String)| {
        let value = serde_json::from_str(&text).unwrap();
        (name, value, Certificate::from_json(&text).unwrap())
    };
    corpus().into_iter().map(read).collect()
}

#[test]
fn the_corpus_is_accepted_and_true() {
    let corpus = certificates();
    assert!(corpus.len() > 25);
    for (name, _, certificate) in &corpus {
        let checked = check(certificate);
        assert!(checked.is_accepted(), "{name}: {checked:?}");
        assert_eq!(false_because(certificate), None, "{name}");
    }
}

#[test]
fn no_single_change_proves_a_false_claim() {
    let corpus = certificates();
    let mut pool = Vec::new();
    corpus.iter().for_each(|(_, value, _)| texts(value, &mut pool));
    pool.extend(
        ["x2", "x1 - x2", "min(x2, x1)", "or(x1, x2)", "[0, 1]^2", "[-1, 1] x [0, 3]", "[1, 1]^2", "[2, 1]"]
            .map(String::from),
    );
    pool.sort();
    pool.dedup();
    let mut tally = Tally::default();
    for (name, value, original) in &corpus {
        let mut places = Vec::new();
        paths(value, &Path::new(), &mut places);
        for path in &places {
            let mut changed = value.clone();
            let here = at(&mut changed, path).unwrap().clone();
            for new in changes(&here, &pool) {
                *at(&mut changed, path).unwrap() = new;
                tally.judge(name, original, &changed.to_string());
            }
            // The same place of every other certificate.
            for (_, other, _) in &corpus {
                if let Some(theirs) = at(&mut other.clone(), path)
                    && *theirs != here
                {
                    *at(&mut changed, path).unwrap() = theirs.clone();
                    tally.judge(name, original, &changed.to_string());
                }
            }
        }
    }
    println!("{tally:?}");
    assert!(tally.certificates > 10_000 && tally.other_claims > 300, "{tally:?}");
}

#[test]
fn no_two_or_three_changes_prove_a_false_claim() {
    let corpus = certificates();
    let mut pool = Vec::new();
    corpus.iter().for_each(|(_, value, _)| texts(value, &mut pool));
    let mut random = Random(20);
    let mut tally = Tally::default();
    for (name, value, original) in &corpus {
        for _ in 0..1500 {
            let mut changed = value.clone();
            for _ in 0..2 + random.below(2) {
                let mut places = Vec::new();
                paths(&changed, &Path::new(), &mut places);
                let path = random.one_of(&places).clone();
                let here = at(&mut changed, &path).unwrap();
                let mut others = changes(here, &pool);
                // The same place of another certificate, too.
                if let Some(theirs) = at(&mut random.one_of(&corpus).1.clone(), &path) {
                    others.push(theirs.clone());
                }
                if !others.is_empty() {
                    *here = random.one_of(&others).clone();
                }
            }
            tally.judge(name, original, &changed.to_string());
        }
    }
    println!("{tally:?}");
    assert!(tally.certificates > 5_000 && tally.other_claims > 50, "{tally:?}");
}

#[test]
fn no_change_of_a_byte_proves_a_false_claim() {
    let mut tally = Tally::default();
    for (name, text) in corpus() {
        let original = Certificate::from_json(&text).unwrap();
        for i in 0..text.len() {
            for byte in *b"0123456789-/\" ,[]xe" {
                let mut bytes = text.clone().into_bytes();
                if std::mem::replace(&mut bytes[i], byte) != byte
                    && let Ok(changed) = String::from_utf8(bytes)
                {
                    tally.judge(&name, &original, &changed);
                }
            }
            let mut shorter = text.clone().into_bytes();
            shorter.remove(i);
            tally.judge(&name, &original, &String::from_utf8(shorter).unwrap());
        }
    }
    println!("{tally:?}");
    assert!(tally.certificates > 10_000 && tally.other_claims > 100, "{tally:?}");
}

/// For as long as `PELLUCID_FUZZ_SECONDS` says: a second unless it is set. A seed in
/// `PELLUCID_FUZZ_SEED` gives other changes.
#[test]
fn no_random_changes_prove_a_false_claim() {
    let number = |name: &str, otherwise: u64| std::env::var(name).map_or(otherwise, |text| text.parse().unwrap());
    let time = Duration::from_secs(number("PELLUCID_FUZZ_SECONDS", 1));
    let mut random = Random(number("PELLUCID_FUZZ_SEED", 7));
    let corpus: Vec<(String, String, Certificate)> =
        corpus().into_iter().map(|(name, text)| (name, text.clone(), Certificate::from_json(&text).unwrap())).collect();
    let mut tally = Tally::default();
    let begun = Instant::now();
    while begun.elapsed() < time {
        let (name, text, original) = random.one_of(&corpus);
        let mut bytes = text.clone().into_bytes();
        for _ in 0..1 + random.below(4) {
            let at = random.below(bytes.len());
            match random.below(6) {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, *random.one_of(b"0123456789-/\",[]{}")),
                2 => bytes[at] = *random.one_of(b"0123456789-/\" ,[]xe"),
                3 => bytes[at] = random.below(256) as u8,
                4 => {
                    // A stretch of another certificate over or into this one.
                    let other = random.one_of(&corpus).1.as_bytes();
                    let from = random.below(other.len());
                    let stretch = &other[from..(from + 1 + random.below(40)).min(other.len())];
                    let end = if random.below(2) == 0 { at } else { (at + stretch.len()).min(bytes.len()) };
                    bytes.splice(at..end, stretch.iter().copied());
                }
                _ => {
                    // One digit for another, which keeps the form.
                    let digits: Vec<usize> = (0..bytes.len()).filter(|i| bytes[*i].is_ascii_digit()).collect();
                    if !digits.is_empty() {
                        bytes[*random.one_of(&digits)] = b'0' + random.below(10) as u8;
                    }
                }
            }
            if bytes.is_empty() {
                break;
            }
        }
        if let Ok(changed) = String::from_utf8(bytes) {
            tally.judge(name, original, &changed);
        }
    }
    println!("{tally:?}");
    assert!(tally.certificates > 100, "{tally:?}");
}
