//! The library's graph of parts, its pages, labels and suite.

use std::collections::BTreeSet;

use pellucid::library::{self, ReuseGraph, Row, Status};
use pellucid::{Disguise, Domain, Limits, Question, Rational, check, counted};

fn graph() -> ReuseGraph {
    let entries = library::library().unwrap();
    let networks: Vec<_> = entries
        .iter()
        .map(|entry| {
            // Large ones take long, and change nothing for the rest.
            let small = entry.function.n_inputs() <= 4 && entry.domains[0] == Domain::Everywhere;
            let found = || library::sized(entry, &Domain::Everywhere, Limits::default()).unwrap();
            small.then(|| found().compiled.network)
        })
        .collect();
    library::reuse_graph(&entries, &networks)
}

#[test]
fn what_is_made_of_what_is_found() {
    let entries = library::library().unwrap();
    let graph = graph();
    let name = |at: usize| entries[at].name.as_str();
    let uses = |whole: &str, part: &str| graph.uses.iter().find(|u| name(u.whole) == whole && name(u.part) == part);
    for (whole, part, neurons) in [
        ("minimum-of-four", "minimum", Some((3, 3))),
        ("maximum-of-eight", "maximum-of-four", None),
        // One of its hinges is turned around to save a neuron.
        ("l1-norm-of-two", "absolute-value", Some((1, 2))),
        ("distances-of-four", "distances-of-three", None),
        ("l1-ball-bump", "l1-norm-of-two", None),
        ("median-of-three", "maximum", None),
        ("multiclass-hinge-loss", "maximum", None),
        ("range-of-three", "maximum-of-three", None),
        ("hat", "relu", None),
        ("half-adder", "xor", None),
        ("four-way-multiplexer", "multiplexer", None),
        ("minimum", "identity", Some((2, 2))),
    ] {
        let found = uses(whole, part).unwrap_or_else(|| panic!("{whole} is made of {part}"));
        if neurons.is_some() {
            assert_eq!(found.neurons, neurons, "{whole}, {part}");
        }
    }
    for (whole, part) in [("minimum", "minimum-of-four"), ("absolute-value", "maximum"), ("relu", "hinge-loss")] {
        assert!(uses(whole, part).is_none(), "{whole} is not made of {part}");
    }
    assert!(graph.uses.len() >= 150, "{}", graph.uses.len());
}

/// What is shown at first hand leads to all the rest, and never back.
#[test]
fn the_direct_uses_say_it_all() {
    let graph = graph();
    let direct: Vec<(usize, usize)> = graph.direct().iter().map(|u| (u.whole, u.part)).collect();
    assert!(direct.len() < graph.uses.len());
    let below = |start: usize| {
        let (mut seen, mut pending) = (BTreeSet::new(), vec![start]);
        while let Some(at) = pending.pop() {
            pending.extend(
                direct.iter().filter(|(whole, _)| *whole == at).map(|(_, part)| *part).filter(|p| seen.insert(*p)),
            );
        }
        seen
    };
    for u in &graph.uses {
        let parts = below(u.whole);
        assert!(parts.contains(&u.part), "{u:?}");
        assert!(!parts.contains(&u.whole), "{u:?} goes in a circle");
    }
    let svg = graph.to_picture().to_svg(&Default::default());
    let dot = graph.to_dot();
    for entry in library::library().unwrap() {
        assert!(svg.contains(&format!(">{}<", entry.name)) && dot.contains(&format!("\"{}\"", entry.name)));
    }
    assert_eq!(dot.matches(" -> ").count(), direct.len());
}

#[test]
fn a_page_of_an_entry() {
    let entry = library::entry("maximum-of-three").unwrap();
    let sizes = entry.domains.iter().map(|on| (on.clone(), library::known(&entry, on, Limits::default())));
    let row = Row { sizes: sizes.collect(), entry: entry.clone() };
    assert!(row.sizes.iter().all(|(_, found)| Status::of(&found.as_ref().unwrap().compiled) == Status::Smallest));
    let page = library::entry_page(&row, &["maximum"], &["maximum-of-six"]).unwrap();
    for text in ["<h1>Maximum of three</h1>", "3-4-3-1", "3-3-2-1", "proved smallest", "<svg", "maximum-of-six"] {
        assert!(page.contains(text), "{text}");
    }
    let answer = library::row_answer(&row);
    assert_eq!(answer["on"][0]["hidden_neurons"], 7);
    assert_eq!(answer["on"][0]["status"], "proved smallest");
}

/// A tool that takes the suite's networks apart: our own.
#[test]
fn disguises_are_seen_through() {
    let (mut exact, mut same, mut all) = (0, 0, 0);
    for name in ["minimum", "absolute-value", "hat", "maximum-of-three", "l1-ball-bump", "median-of-three", "swap"] {
        let entry = library::entry(name).unwrap();
        for domain in &entry.domains {
            let plain = library::sized(&entry, domain, Limits::default()).unwrap().compiled.network;
            for seed in 0..3 {
                let how = Disguise { width: Rational::from(3), ..Disguise::new(seed) };
                let hidden = pellucid::disguise(&plain, domain, &how).unwrap().network;
                let question = Question {
                    domain: domain.clone(),
                    tolerance: Rational::zero(),
                    target: None,
                    limits: Limits { max_cells: 20_000, stop: None },
                };
                let found = pellucid::decompile(&hidden, &question).unwrap();
                all += 1;
                exact += usize::from(found.explained);
                same += usize::from(found.formula == entry.function);
                assert!(check(found.certificate.as_ref().unwrap()).is_accepted());
            }
        }
    }
    assert_eq!(exact, all);
    println!("{same} of {} got back their formula word for word", counted(all, "disguise"));
    assert!(same * 2 > all, "{same} of {all}");
}

#[test]
fn the_suite_of_an_entry() {
    let entry = library::entry("minimum").unwrap();
    let made = library::suite_entry(&entry, 1, Limits::default()).unwrap();
    assert_eq!((made.index.len(), made.files.len()), (8, 24));
    let again = library::suite_entry(&entry, 1, Limits::default()).unwrap();
    assert!(made.files.iter().zip(&again.files).all(|(a, b)| a.path == b.path && a.bytes == b.bytes));
    let gate = library::suite_entry(&library::entry("xor").unwrap(), 1, Limits::default()).unwrap();
    assert!(gate.index.len() == 4 && gate.index.iter().all(|network| network["equality"] == "proved"));
    assert!(gate.files[0].path.starts_with("xor/points/"));
    let plain = library::suite_entry(&entry, 2, Limits::default()).unwrap();
    assert_ne!(made.files[3].bytes, plain.files[3].bytes);
    for network in &made.index {
        assert_eq!(network["equality"], "proved");
        assert_eq!(network["floats"]["exact"], true);
        let file = |key: &str| {
            let path = network[key].as_str().unwrap();
            &made.files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path}")).bytes
        };
        let labels: serde_json::Value = serde_json::from_slice(file("labels")).unwrap();
        let onnx = pellucid::read(file("onnx"), "net.onnx").unwrap();
        let tensors = pellucid::read(file("safetensors"), "net.safetensors").unwrap();
        assert_eq!(onnx.network, tensors.network);
        // The file does not give away what it computes.
        assert_eq!((onnx.function, tensors.function), (None, None));
        let layers = pellucid::answers::layers(&onnx.network);
        assert_eq!(labels["layers"], layers);
        let n_neurons: usize = onnx.network.widths().iter().sum();
        assert_eq!(labels["neurons"].as_array().unwrap().len(), n_neurons);
        assert!(labels["neurons"].as_array().unwrap().iter().all(|neuron| neuron["role"].is_string()));
    }
    assert!(library::SUITE_README.contains("index.json"));
}
