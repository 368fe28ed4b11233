//! A suite of networks whose circuits are known, plain and in disguise, for testing tools that take
//! networks apart.

use pellucid_check::check;
use pellucid_compile::library::{Entry, Sized};
use pellucid_compile::{Disguise, Disguised, disguise};
use pellucid_core::{Computation, Domain, Error, Network, Rational, numbered_inputs};
use pellucid_formats::{Format, NetworkFile, Numbers, WriteOptions, read, write};
use pellucid_prove::{Largest, Limits, Verdict, largest_difference, prove_within};
use serde_json::{Value, json};

use super::labels::{labels, undisguised};
use super::table::known;

/// The page that explains the suite, a file of it.
pub const SUITE_README: &str = include_str!("suite.md");

/// A file of the suite.
#[derive(Clone, Debug)]
pub struct SuiteFile {
    /// Its path in the suite's folder.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The networks of one entry.
#[derive(Clone, Debug)]
pub struct SuiteEntry {
    /// The files, networks and labels.
    pub files: Vec<SuiteFile>,
    /// For each network a line of the index.
    pub index: Vec<Value>,
}

/// The levels of disguise: how many times as wide, and how many more layers.
const LEVELS: [(i64, usize); 3] = [(1, 0), (2, 0), (3, 1)];
/// A disguise is proved within so many cells; with many inputs, where each takes long, within fewer.
const CELLS: usize = 20_000;
const CELLS_OF_MANY_INPUTS: usize = 200;
const MANY_INPUTS: usize = 9;
/// The formats that tools read.
const FORMATS: [(Format, &str); 2] = [(Format::Onnx, "onnx"), (Format::Safetensors, "safetensors")];

/// The networks of an entry: on each of its domains the plain one, and three that hide it.
///
/// # Errors
/// When a limit is reached before the plain network is proved, or a step fails, which would be a defect.
pub fn suite_entry(entry: &Entry, seed: u64, limits: Limits<'_>) -> Result<SuiteEntry, Error> {
    let mut suite = SuiteEntry { files: Vec::new(), index: Vec::new() };
    for domain in &entry.domains {
        let found = known(entry, domain, limits)?;
        let place = place(domain);
        let plain = undisguised(&found.compiled.network);
        add(&mut suite, entry, domain, &found, &format!("{place}/plain"), &plain, None, limits)?;
        for (level, (width, more_layers)) in LEVELS.iter().enumerate() {
            let name = format!("{place}/disguised-{}", level + 1);
            let seed = seed_for(seed, &format!("{}/{name}", entry.name));
            let how = Disguise { seed, width: Rational::from(*width), more_layers: *more_layers };
            let hidden = disguise(&found.compiled.network, domain, &how)?;
            add(&mut suite, entry, domain, &found, &name, &hidden, Some(&how), limits)?;
        }
    }
    Ok(suite)
}

/// What files of a domain are called: `everywhere`, `box` or `points`.
pub fn place(domain: &Domain) -> &'static str {
    match domain {
        Domain::Everywhere => "everywhere",
        Domain::Finite { .. } => "points",
        Domain::Box(_) | Domain::Polyhedron { .. } => "box",
    }
}

/// A seed of its own for each network, the same whatever else is in the suite (FNV-1a). It fits the
/// whole numbers of JSON readers that have doubles alone.
fn seed_for(seed: u64, name: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed;
    name.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)) >> 11
}

#[allow(clippy::too_many_arguments)]
fn add(
    suite: &mut SuiteEntry,
    entry: &Entry,
    domain: &Domain,
    found: &Sized,
    name: &str,
    network: &Disguised,
    how: Option<&Disguise>,
    limits: Limits<'_>,
) -> Result<(), Error> {
    let original = &found.compiled.network;
    let path = format!("{}/{name}", entry.name);
    let mut label = labels(&entry.function, domain, original, network, how);
    let verdict = match how {
        // The plain network is what the compiler proved.
        None => "proved",
        Some(_) if equals(original, &network.network, domain, limits)? => "proved",
        Some(_) => "gave up",
    };
    let (kind, exact, deviation) = floats(&network.network, entry.on_box().unwrap_or(domain), limits)?;
    let float_numbers = json!({"kind": kind, "exact": exact, "max_deviation_on_box": deviation});
    label["equality"] = json!({"verdict": verdict});
    label["floats"] = float_numbers.clone();
    label["files"] = FORMATS.iter().map(|(_, extension)| json!(format!("{path}.{extension}"))).collect();
    // What the network computes is for the tool to find out: only the domain is told.
    let file = NetworkFile {
        network: network.network.clone().with_input_names(numbered_inputs(network.network.n_inputs()))?,
        numbers: Numbers::Exact,
        function: None,
        domain: Some(domain.to_string()),
    };
    for (format, extension) in FORMATS {
        let bytes = write(&file, format, WriteOptions { rounding: !exact })?;
        suite.files.push(SuiteFile { path: format!("{path}.{extension}"), bytes });
    }
    let text = serde_json::to_string_pretty(&label).map_err(|error| Error::input(error.to_string()))? + "\n";
    suite.files.push(SuiteFile { path: format!("{path}.labels.json"), bytes: text.into_bytes() });
    suite.index.push(json!({
        "name": entry.name,
        "family": entry.family,
        "function": entry.function.to_string(),
        "domain": domain.to_string(),
        "disguise": label["disguise"],
        "widths": network.network.widths(),
        "plain_widths": original.widths(),
        "onnx": format!("{path}.onnx"),
        "safetensors": format!("{path}.safetensors"),
        "labels": format!("{path}.labels.json"),
        "equality": verdict,
        "floats": float_numbers,
    }));
    Ok(())
}

/// Are they equal on the domain: proved, and accepted by the checker? False where a limit is reached.
fn equals(
    plain: &Network<Rational>,
    hidden: &Network<Rational>,
    domain: &Domain,
    limits: Limits<'_>,
) -> Result<bool, Error> {
    let sides = (Computation::Network(plain.clone()), Computation::Network(hidden.clone()));
    let most = if plain.n_inputs() < MANY_INPUTS { CELLS } else { CELLS_OF_MANY_INPUTS };
    let limits = Limits { max_cells: limits.max_cells.min(most), ..limits };
    match prove_within(&sides.0, &sides.1, domain, &Rational::zero(), limits) {
        Ok(Verdict::Proved { certificate, .. }) => match check(&certificate).rejection {
            None => Ok(true),
            Some(reason) => Err(Error::input(format!("defect: the checker rejects a disguise: {reason}"))),
        },
        Ok(Verdict::Refuted(at)) => Err(Error::input(format!("defect: a disguise is another function: {at:?}"))),
        Err(error) if error.is_limit() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Which floats hold the weights, whether exactly, and how far the function moves on the box if not.
fn floats(
    network: &Network<Rational>,
    on_box: &Domain,
    limits: Limits<'_>,
) -> Result<(&'static str, bool, String), Error> {
    let (kind, exact) = float_numbers(network);
    if exact {
        return Ok((kind, true, "0".into()));
    }
    let file = NetworkFile::from(network.clone());
    let written = write(&file, Format::Safetensors, WriteOptions { rounding: true })?;
    let rounded = read(&written, "rounded.safetensors")?.network.with_input_names(network.input_names().to_vec())?;
    let sides = (Computation::Network(network.clone()), Computation::Network(rounded));
    let deviation = match largest_difference(&sides.0, &sides.1, on_box, limits) {
        Ok(Largest::At(most, _)) => most.to_string(),
        Ok(Largest::Infinite { .. }) => "infinite".into(),
        Err(error) if error.is_limit() => "not known".into(),
        Err(error) => return Err(error),
    };
    Ok((kind, false, deviation))
}

/// The floats that hold a network's weights, `float32` or `float64`, and whether exactly.
pub fn float_numbers(network: &Network<Rational>) -> (&'static str, bool) {
    let values = || network.layers().iter().flat_map(|layer| layer.weights.iter().flatten().chain(&layer.biases));
    if values().all(|value| Rational::from_f32(value.to_f32()).as_ref() == Some(value)) {
        return ("float32", true);
    }
    ("float64", values().all(|value| Rational::from_f64(value.to_f64()).as_ref() == Some(value)))
}

/// The index of a suite: `index.json`.
pub fn suite_index(seed: u64, networks: Vec<Value>, left_out: Vec<(String, String)>) -> Value {
    json!({
        "pellucid_suite": 1,
        "version": env!("CARGO_PKG_VERSION"),
        "seed": seed,
        "levels": LEVELS.iter().map(|(width, more)| json!({"width": width, "more_layers": more})).collect::<Vec<_>>(),
        "networks": networks,
        "left_out": left_out.iter().map(|(name, why)| json!({"name": name, "reason": why})).collect::<Vec<_>>(),
    })
}
