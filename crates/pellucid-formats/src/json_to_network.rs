//! Pellucid's own format to a network.
//!
//! ```json
//! {"pellucid": 1, "inputs": ["x1", "x2"], "function": "x1 - x2/2", "domain": "[-1,1]^2",
//!  "numbers": "exact", "layers": [{"weights": [["1", "-1/2"]], "biases": ["0"]}]}
//! ```
//!
//! Weights are (out, in), with ReLU after every layer but the last. A number is a JSON number,
//! whose decimal digits are exact, or a string (`"3"`, `"-1/2"`, `"0.1"`, `"1e-3"`). With
//! `"numbers": "float32"` or `"float64"` each is rounded to the nearest float. All may be left out
//! but `pellucid`, which is the version, and `layers`.

use pellucid_core::{Layer, Network, Rational};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::wrong::{Wrong, quoted};
use crate::{NetworkFile, Numbers};

const KEYS: [&str; 6] = ["pellucid", "inputs", "function", "domain", "numbers", "layers"];
const LAYER_KEYS: [&str; 2] = ["weights", "biases"];

/// The longest text of one number. The longest decimal with a bounded exponent is shorter.
const MAX_NUMBER_CHARS: usize = 20_000;

/// The most bits that all numbers together may have: `1e4096` is short to write but not to keep.
const MAX_BITS: usize = 1 << 31;

/// The network in a file of Pellucid's own format.
pub(crate) fn json_to_network(bytes: &[u8]) -> Result<NetworkFile, Wrong> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Wrong::one("it is not UTF-8 text"))?;
    // Python writes NaN and Infinity though JSON has none; as strings they are found with their place.
    let value = serde_json::from_str(text)
        .or_else(|error| serde_json::from_str(&quote_bare_words(text)).map_err(|_| error))
        .map_err(|error| Wrong::one(format!("it is not valid JSON: {error}")))?;
    let Value::Object(object) = value else {
        return Err(Wrong::one("it is not a JSON object"));
    };
    check_version(&object)?;
    check_names(text)?;

    let mut reader = Reader { numbers: Numbers::Exact, bits_left: MAX_BITS, wrong: Vec::new() };
    reader.check_keys(&object, &KEYS, "");
    reader.numbers = reader.read_numbers(&object);
    let inputs = reader.inputs(&object);
    let (function, domain) = (reader.text(&object, "function"), reader.text(&object, "domain"));
    let layers = reader.layers(&object);
    Wrong::unless_empty(reader.wrong)?;
    if reader.bits_left == 0 {
        return Err(Wrong::one(format!("its numbers have more than {MAX_BITS} bits, which is more than is read")));
    }
    let network = Network::new(inputs, layers)?;
    Ok(NetworkFile { network, numbers: reader.numbers, function, domain })
}

fn check_version(object: &Map<String, Value>) -> Result<(), Wrong> {
    match object.get("pellucid") {
        Some(Value::Number(version)) if version.to_string() == "1" => Ok(()),
        Some(version) => Err(Wrong::one(format!(
            "its format version is {}, and only version 1 is known; a newer Pellucid may read it",
            quoted(&version.to_string())
        ))),
        None => Err(Wrong::one(
            r#"it is JSON but not a network: {"pellucid": 1, "layers": [{"weights": [["1", "-1/2"]], "biases": ["0"]}]} is one"#,
        )),
    }
}

/// Of entries of one name all but the last would be lost without a word.
fn check_names(text: &str) -> Result<(), Wrong> {
    #[derive(Deserialize)]
    #[allow(dead_code)]
    struct Names {
        pellucid: Option<IgnoredAny>,
        inputs: Option<IgnoredAny>,
        function: Option<IgnoredAny>,
        domain: Option<IgnoredAny>,
        numbers: Option<IgnoredAny>,
        layers: Option<Vec<LayerNames>>,
    }
    #[derive(Deserialize)]
    #[allow(dead_code)]
    struct LayerNames {
        weights: Option<IgnoredAny>,
        biases: Option<IgnoredAny>,
    }
    match serde_json::from_str::<Names>(text) {
        Err(error) if error.to_string().starts_with("duplicate field") => {
            let message = error.to_string();
            let (name, place) = message.trim_start_matches("duplicate field ").split_once(" at ").unwrap_or_default();
            Err(Wrong::one(format!("{name} is there twice, at {place}")))
        }
        // What else is wrong is told with its place.
        _ => Ok(()),
    }
}

/// `NaN`, `Infinity` and `-Infinity` in quotes wherever they stand outside a string.
fn quote_bare_words(text: &str) -> String {
    const WORDS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];
    let mut quoted = String::with_capacity(text.len());
    let (mut rest, mut in_string) = (text, false);
    while let Some(c) = rest.chars().next() {
        let word = WORDS.iter().find(|word| !in_string && rest.starts_with(**word));
        let length = match (word, c) {
            (Some(word), _) => word.len(),
            (None, '\\') if in_string => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            _ => c.len_utf8(),
        };
        in_string ^= c == '"';
        match word {
            Some(word) => quoted.extend(["\"", word, "\""]),
            None => quoted.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    quoted
}

/// Reads on after something wrong, to list all of it.
struct Reader {
    numbers: Numbers,
    bits_left: usize,
    wrong: Vec<String>,
}

impl Reader {
    /// A misspelt key would otherwise be a silent default.
    fn check_keys(&mut self, object: &Map<String, Value>, known: &[&str], place: &str) {
        for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
            self.wrong.push(format!("{place}key {} is not known (known: {})", quoted(key), known.join(", ")));
        }
    }

    fn read_numbers(&mut self, object: &Map<String, Value>) -> Numbers {
        let Some(value) = object.get("numbers") else {
            return Numbers::Exact;
        };
        let named = Numbers::ALL.into_iter().find(|numbers| value.as_str() == Some(&numbers.to_string()));
        named.unwrap_or_else(|| {
            self.wrong.push(format!("numbers is {}; exact, float32 or float64 is right", quoted(&value.to_string())));
            Numbers::Exact
        })
    }

    fn inputs(&mut self, object: &Map<String, Value>) -> Option<Vec<String>> {
        let value = object.get("inputs")?;
        let names: Option<Vec<String>> =
            value.as_array().and_then(|names| names.iter().map(|name| name.as_str().map(str::to_string)).collect());
        if names.is_none() {
            self.wrong.push(r#"inputs is not a list of names such as ["x1", "x2"]"#.into());
        }
        let mut sorted = names.clone().unwrap_or_default();
        sorted.sort();
        for pair in sorted.windows(2).filter(|pair| pair[0] == pair[1]) {
            self.wrong.push(format!("two inputs are called {}", quoted(&pair[0])));
        }
        names
    }

    fn text(&mut self, object: &Map<String, Value>, key: &str) -> Option<String> {
        match object.get(key)? {
            Value::String(text) => Some(text.clone()),
            _ => {
                self.wrong.push(format!("{key} is not a text"));
                None
            }
        }
    }

    fn layers(&mut self, object: &Map<String, Value>) -> Vec<Layer<Rational>> {
        let Some(Value::Array(layers)) = object.get("layers") else {
            self.wrong.push("layers is missing or not a list".into());
            return Vec::new();
        };
        let layers = layers.iter().enumerate();
        layers.map(|(index, layer)| self.layer(layer, &format!("layer {}, ", index + 1))).collect()
    }

    fn layer(&mut self, layer: &Value, place: &str) -> Layer<Rational> {
        let mut read = Layer { weights: Vec::new(), biases: Vec::new() };
        let Value::Object(layer) = layer else {
            self.wrong.push(format!("{place}which should be an object with weights and biases, is not one"));
            return read;
        };
        self.check_keys(layer, &LAYER_KEYS, place);
        match layer.get("weights") {
            Some(Value::Array(rows)) => {
                for (i, row) in rows.iter().enumerate() {
                    let row = self.row(row, &|j| format!("{place}weight ({}, {})", i + 1, j + 1), &|| {
                        format!("{place}row {} of the weights", i + 1)
                    });
                    read.weights.push(row);
                }
            }
            _ => self.wrong.push(format!("{place}weights is missing or not a list of rows")),
        }
        read.biases = match layer.get("biases") {
            Some(biases) => self.row(biases, &|i| format!("{place}bias {}", i + 1), &|| format!("{place}biases")),
            None => vec![Rational::zero(); read.weights.len()],
        };
        read
    }

    fn row(&mut self, row: &Value, place: &dyn Fn(usize) -> String, whole: &dyn Fn() -> String) -> Vec<Rational> {
        let Value::Array(row) = row else {
            self.wrong.push(format!("{} is not a list of numbers", whole()));
            return Vec::new();
        };
        let number = |(index, value): (usize, &Value)| {
            let number = read_number(value, self.numbers).unwrap_or_else(|why| {
                self.wrong.push(format!("{} {why}", place(index)));
                Rational::zero()
            });
            self.bits_left = self.bits_left.saturating_sub(number.bits());
            // Once too much is there, the rest is not kept; the error follows at the end.
            if self.bits_left == 0 { Rational::zero() } else { number }
        };
        row.iter().enumerate().map(number).collect()
    }
}

/// One number; the message goes on after its place.
fn read_number(value: &Value, numbers: Numbers) -> Result<Rational, String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => return Err(format!("is {}, not a number", quoted(&other.to_string()))),
    };
    if text.len() > MAX_NUMBER_CHARS {
        return Err(format!("is {} characters long; {MAX_NUMBER_CHARS} are read", text.len()));
    }
    let word = text.trim().trim_start_matches(['+', '-']).to_lowercase();
    if ["nan", "inf", "infinity"].contains(&word.as_str()) {
        return Err(format!("is {}; weights must be finite", text.trim()));
    }
    let exact: Rational = text.parse().map_err(|_| {
        format!("is {}, not a number (3, -1/2, 0.25 and 1e-3 are; exponents up to 4096)", quoted(&text))
    })?;
    numbers.round(&exact).ok_or_else(|| format!("is {}, too large for {numbers}", quoted(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_words_are_quoted_outside_strings_only() {
        assert_eq!(
            quote_bare_words(r#"["NaN", NaN, -Infinity, "\"NaN é"]"#),
            r#"["NaN", "NaN", "-Infinity", "\"NaN é"]"#
        );
    }

    #[test]
    fn what_is_there_twice_is_refused() {
        let text = br#"{"pellucid": 1, "layers": [{"weights": [["1"]], "weights": [["2"]]}]}"#;
        let Err(Wrong(findings)) = json_to_network(text) else { panic!("it is read") };
        assert!(findings[0].starts_with("`weights` is there twice"), "{findings:?}");
    }
}
