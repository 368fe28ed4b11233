//! TOML text -> regimen, with everything that is wrong at once.

use pellucid_core::Error;
use toml::{Table, Value};

use super::{Data, Init, Loss, Optimizer, Penalty, Random, Regimen, Schedule};

pub(super) fn regimen(text: &str) -> Result<Regimen, Error> {
    let table =
        text.parse::<Table>().map_err(|error| Error::input(format!("no TOML: {}", error.to_string().trim_end())))?;
    let mut wrong = Vec::new();
    let regimen = read(Reader { table, place: String::new(), wrong: &mut wrong });
    if wrong.is_empty() { Ok(regimen) } else { Err(Error::inputs(wrong)) }
}

fn read(mut reader: Reader<'_>) -> Regimen {
    let d = Regimen::default();
    let positive = |value: f64| value > 0.0;
    let regimen = Regimen {
        steps: reader.whole("steps", d.steps, 0),
        batch: reader.whole("batch", d.batch as u64, 1) as usize,
        test_points: reader.whole("test_points", d.test_points as u64, 1) as usize,
        rate: reader.number("rate", d.rate, "a positive number", positive),
        optimizer: optimizer(&mut reader),
        schedule: schedule(&mut reader),
        init: init(&mut reader),
        init_scale: reader.number("init_scale", d.init_scale, "a positive number", positive),
        loss: loss(&mut reader),
        penalty: penalty(&mut reader),
        data: data(&mut reader),
        widen: reader.whole("widen", d.widen, 1),
        finish: reader.whole("finish", d.finish, 0),
        restarts: reader.whole("restarts", d.restarts, 0),
        restart_above: reader.number("restart_above", d.restart_above, "a positive number", positive),
        random: match reader.word("random", "fast", &["fast", "pytorch"]) {
            "pytorch" => Random::PyTorch,
            _ => Random::Fast,
        },
    };
    reader.finish();
    regimen
}

fn optimizer(reader: &mut Reader<'_>) -> Optimizer {
    let names = ["sgd", "momentum", "adam", "adamw", "l-bfgs", "levenberg-marquardt"];
    reader.kind("optimizer", "sgd", &names, |kind, inner| {
        let share = |value: f64| (0.0..1.0).contains(&value);
        let betas = |inner: &mut Reader<'_>| {
            let beta = |inner: &mut Reader<'_>, key, default| inner.number(key, default, "from 0 to below 1", share);
            (beta(inner, "beta1", 0.9), beta(inner, "beta2", 0.999))
        };
        let epsilon = |inner: &mut Reader<'_>| inner.number("epsilon", 1e-8, "a positive number", |v| v > 0.0);
        match kind {
            "momentum" => Optimizer::Momentum { momentum: inner.number("momentum", 0.9, "from 0 to below 1", share) },
            "adam" => Optimizer::Adam { betas: betas(inner), epsilon: epsilon(inner) },
            "adamw" => Optimizer::AdamW {
                betas: betas(inner),
                epsilon: epsilon(inner),
                decay: inner.number("decay", 0.01, "0 or more", |v| v >= 0.0),
            },
            "l-bfgs" => Optimizer::Lbfgs { history: inner.whole("history", 100, 1) as usize },
            "levenberg-marquardt" => Optimizer::LevenbergMarquardt {
                damping: inner.number("damping", 1e-2, "a positive number", |v| v > 0.0),
            },
            _ => Optimizer::Sgd,
        }
    })
}

fn schedule(reader: &mut Reader<'_>) -> Schedule {
    reader.kind("schedule", "constant", &["constant", "linear", "cosine", "thirds"], |kind, inner| match kind {
        "linear" => Schedule::Linear,
        "cosine" => Schedule::Cosine,
        "thirds" => Schedule::Thirds { factor: inner.number("factor", 0.1, "a positive number", |v| v > 0.0) },
        _ => Schedule::Constant,
    })
}

fn init(reader: &mut Reader<'_>) -> Init {
    match reader.word("init", "pytorch", &["pytorch", "he", "glorot", "orthogonal", "paired", "small"]) {
        "he" => Init::He,
        "glorot" => Init::Glorot,
        "orthogonal" => Init::Orthogonal,
        "paired" => Init::Paired,
        "small" => Init::Small,
        _ => Init::PyTorch,
    }
}

fn loss(reader: &mut Reader<'_>) -> Loss {
    reader.kind("loss", "squared", &["squared", "huber", "cross-entropy"], |kind, inner| match kind {
        "huber" => Loss::Huber { delta: inner.number("delta", 1.0, "a positive number", |v| v > 0.0) },
        "cross-entropy" => Loss::CrossEntropy,
        _ => Loss::Squared,
    })
}

fn penalty(reader: &mut Reader<'_>) -> Penalty {
    let Some(mut inner) = reader.table("penalty") else { return Penalty::default() };
    let mut factor = |key| inner.number(key, 0.0, "0 or more", |value| value >= 0.0);
    let (l1, l2, path) = (factor("l1"), factor("l2"), factor("path"));
    let biases = inner.word("biases", "no", &["no", "yes"]) == "yes";
    inner.finish();
    Penalty { l1, l2, path, biases }
}

fn data(reader: &mut Reader<'_>) -> Data {
    reader.kind("data", "uniform", &["uniform", "gaussian", "grid", "kinks", "expected"], |kind, inner| match kind {
        "gaussian" => Data::Gaussian,
        "grid" => Data::Grid { values: inner.whole("values", 21, 2).min(1 << 24) as u32 },
        "kinks" => Data::Kinks { share: inner.number("share", 0.5, "from 0 to 1", |v| (0.0..=1.0).contains(&v)) },
        "expected" => Data::Expected,
        _ => Data::Uniform,
    })
}

/// A table whose entries are taken out one by one; what is left at the end is not known.
struct Reader<'w> {
    table: Table,
    /// `optimizer.` for the entries of that table.
    place: String,
    wrong: &'w mut Vec<String>,
}

impl Reader<'_> {
    fn complain(&mut self, key: &str, found: &Value, right: &str) {
        self.wrong.push(format!("{}{key} = {found}: {right} is needed", self.place));
    }

    fn whole(&mut self, key: &str, default: u64, least: u64) -> u64 {
        match self.table.remove(key) {
            None => default,
            Some(Value::Integer(n)) if n >= 0 && n as u64 >= least && n <= 1 << 40 => n as u64,
            Some(other) => {
                self.complain(key, &other, &format!("a whole number from {least} to 2^40"));
                default
            }
        }
    }

    fn number(&mut self, key: &str, default: f64, right: &str, is_right: impl Fn(f64) -> bool) -> f64 {
        let Some(value) = self.table.remove(key) else { return default };
        let number = match value {
            Value::Float(number) => Some(number),
            Value::Integer(number) => Some(number as f64),
            _ => None,
        };
        match number.filter(|number| number.is_finite() && is_right(*number)) {
            Some(number) => number,
            None => {
                self.complain(key, &value, right);
                default
            }
        }
    }

    /// One of some words; `true` and `false` stand for yes and no.
    fn word<'a>(&mut self, key: &str, default: &'a str, words: &[&'a str]) -> &'a str {
        let Some(value) = self.table.remove(key) else { return default };
        let text = match &value {
            Value::String(text) => text.as_str(),
            Value::Boolean(true) => "yes",
            Value::Boolean(false) => "no",
            _ => "",
        };
        match words.iter().find(|word| **word == text) {
            Some(word) => word,
            None => {
                let right = if words.contains(&"yes") { "true or false".into() } else { one_of(words) };
                self.complain(key, &value, &right);
                default
            }
        }
    }

    fn table(&mut self, key: &str) -> Option<Reader<'_>> {
        match self.table.remove(key)? {
            Value::Table(table) => Some(Reader { table, place: format!("{}{key}.", self.place), wrong: self.wrong }),
            other => {
                self.complain(key, &other, "a table in braces");
                None
            }
        }
    }

    /// `key = "name"`, or `key = { kind = "name", ... }` with settings.
    fn kind<'a, T>(
        &mut self,
        key: &str,
        default: &'a str,
        names: &[&'a str],
        read: impl FnOnce(&str, &mut Reader<'_>) -> T,
    ) -> T {
        let place = format!("{}{key}.", self.place);
        let table = match self.table.remove(key) {
            None => Table::from_iter([("kind".to_string(), Value::from(default))]),
            Some(Value::Table(table)) => table,
            Some(Value::String(name)) if names.contains(&name.as_str()) => {
                Table::from_iter([("kind".to_string(), Value::from(name))])
            }
            Some(other) => {
                self.complain(key, &other, &one_of(names));
                Table::from_iter([("kind".to_string(), Value::from(default))])
            }
        };
        let mut inner = Reader { table, place, wrong: self.wrong };
        let kind = if inner.table.contains_key("kind") {
            inner.word("kind", default, names)
        } else {
            inner.wrong.push(format!("{}kind is missing: {} is needed", inner.place, one_of(names)));
            default
        };
        let value = read(kind, &mut inner);
        inner.finish();
        value
    }

    fn finish(&mut self) {
        for key in self.table.keys() {
            self.wrong.push(format!("{}{key} is not known here", self.place));
        }
    }
}

fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    format!("one of {}", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_is_listed() {
        let text = "steps = -1\nrate = 0\nstepz = 3\noptimizer = \"sgdd\"\nloss = { delta = 1 }\ninit = 3\n\
            penalty = { l1 = -1, l3 = 2 }\ndata = { kind = \"grid\", values = 1 }";
        insta::assert_snapshot!(regimen(text).unwrap_err(), @r#"
        steps = -1: a whole number from 0 to 2^40 is needed
        rate = 0: a positive number is needed
        optimizer = "sgdd": one of "sgd", "momentum", "adam", "adamw", "l-bfgs", "levenberg-marquardt" is needed
        init = 3: one of "pytorch", "he", "glorot", "orthogonal", "paired", "small" is needed
        loss.kind is missing: one of "squared", "huber", "cross-entropy" is needed
        loss.delta is not known here
        penalty.l1 = -1: 0 or more is needed
        penalty.l3 is not known here
        data.values = 1: a whole number from 2 to 2^40 is needed
        stepz is not known here
        "#);
        assert!(regimen("steps = ").unwrap_err().to_string().contains("no TOML"));
    }

    #[test]
    fn settings_are_read() {
        let text =
            "optimizer = { kind = \"adamw\", decay = 0.1 }\nschedule = \"cosine\"\n[penalty]\nl2 = 0.5\nbiases = true";
        let regimen = regimen(text).unwrap();
        assert_eq!(regimen.optimizer, Optimizer::AdamW { betas: (0.9, 0.999), epsilon: 1e-8, decay: 0.1 });
        assert_eq!(regimen.penalty, Penalty { l2: 0.5, biases: true, ..Penalty::default() });
        assert_eq!(super::regimen(&regimen.to_toml()).unwrap(), regimen);
    }
}
