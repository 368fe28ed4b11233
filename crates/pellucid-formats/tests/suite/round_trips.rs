//! What is written is read back: the same network in every format.

use pellucid_core::{Layer, Network, Rational};
use pellucid_formats::{Format, NetworkFile, Numbers, WriteOptions, read, read_path, write, write_path};
use proptest::prelude::*;

const FORMATS: [Format; 4] = [Format::Json, Format::Onnx, Format::Safetensors, Format::Npz];

/// Networks of up to four layers with these numbers.
fn network(number: impl Strategy<Value = Rational> + Clone + 'static) -> impl Strategy<Value = Network<Rational>> {
    prop::collection::vec(1usize..5, 2..5).prop_flat_map(move |shape| {
        let layers: Vec<_> = shape
            .windows(2)
            .map(|pair| {
                let row = prop::collection::vec(number.clone(), pair[0]);
                (prop::collection::vec(row, pair[1]), prop::collection::vec(number.clone(), pair[1]))
            })
            .collect();
        layers.prop_map(|layers| {
            let layers = layers.into_iter().map(|(weights, biases)| Layer { weights, biases }).collect();
            Network::new(None, layers).unwrap()
        })
    })
}

fn float32() -> impl Strategy<Value = Rational> + Clone {
    any::<u32>().prop_filter_map("finite", |bits| Rational::from_f32(f32::from_bits(bits)))
}

fn float64() -> impl Strategy<Value = Rational> + Clone {
    any::<u64>().prop_filter_map("finite", |bits| Rational::from_f64(f64::from_bits(bits)))
}

fn fraction() -> impl Strategy<Value = Rational> + Clone {
    (any::<i32>(), 1i64..1000).prop_map(|(n, d)| Rational::ratio(n.into(), d))
}

fn file(network: Network<Rational>, numbers: Numbers) -> NetworkFile {
    NetworkFile { network, numbers, function: Some("max(x1, \"é\\\n)".into()), domain: Some("[-1,1]^2".into()) }
}

fn check(file: &NetworkFile, format: Format) {
    let bytes = write(file, format, WriteOptions::default()).unwrap();
    let back = read(&bytes, "back").unwrap();
    if format == Format::Npz {
        assert_eq!((&back.network, back.numbers), (&file.network, file.numbers));
    } else {
        assert_eq!(&back, file, "{format}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn floats(single in network(float32()), double in network(float64())) {
        for format in FORMATS {
            check(&file(single.clone(), Numbers::Float32), format);
            check(&file(double.clone(), Numbers::Float64), format);
        }
    }

    #[test]
    fn exact_numbers(network in network(fraction())) {
        check(&file(network, Numbers::Exact), Format::Json);
    }

    #[test]
    fn exact_numbers_that_are_floats(network in network(any::<i16>().prop_map(|n| Rational::ratio(n.into(), 64)))) {
        for format in [Format::Onnx, Format::Safetensors, Format::Npz] {
            let bytes = write(&network.clone().into(), format, WriteOptions::default()).unwrap();
            let back = read(&bytes, "back").unwrap();
            prop_assert_eq!(&back.network, &network);
            prop_assert_eq!(back.numbers, Numbers::Float32);
        }
    }

    /// The exact number is rounded once, as the standard library rounds the decimal.
    #[test]
    fn decimals_are_rounded_to_the_nearest_float(digits in "-?[0-9]{1,25}\\.[0-9]{0,25}(e-?[1-4]?[0-9])?") {
        for numbers in [Numbers::Float32, Numbers::Float64] {
            let text = format!(r#"{{"pellucid": 1, "numbers": "{numbers}", "layers": [{{"weights": [["{digits}"]]}}]}}"#);
            let expected = match numbers {
                Numbers::Float32 => Rational::from_f32(digits.parse().unwrap()),
                _ => Rational::from_f64(digits.parse().unwrap()),
            };
            let read = read(text.as_bytes(), "net.json").ok().map(|file| file.network.layers()[0].weights[0][0].clone());
            prop_assert_eq!(read, expected);
        }
    }
}

#[test]
fn the_own_format_is_laid_out_for_people() {
    let text = br#"{"pellucid": 1, "layers": [{"weights": [[1, "-0.5"], ["1e-3", 0.1]]}, {"weights": [["6/4", 0]], "biases": [2]}]}"#;
    let mut file = read(text, "net.json").unwrap();
    let written =
        |file: &NetworkFile| String::from_utf8(write(file, Format::Json, WriteOptions::default()).unwrap()).unwrap();
    assert_eq!(
        written(&file),
        r#"{
  "pellucid": 1,
  "inputs": ["x1", "x2"],
  "layers": [
    {
      "weights": [
        ["1", "-1/2"],
        ["1/1000", "1/10"]
      ],
      "biases": ["0", "0"]
    },
    {
      "weights": [
        ["3/2", "0"]
      ],
      "biases": ["2"]
    }
  ]
}
"#
    );
    file.numbers = Numbers::Float32;
    let bytes = write(&file, Format::Json, WriteOptions { rounding: true }).unwrap();
    let rounded = read(&bytes, "net.json").unwrap();
    assert!(written(&rounded).contains("[1, -0.5],\n        [0.001, 0.1]"));
    assert_eq!(rounded.network.layers()[0].weights[1][1], Rational::from_f32(0.1).unwrap());
}

#[test]
fn files_are_replaced_whole_and_gzip_is_read() {
    let folder = std::env::temp_dir().join(format!("pellucid-formats-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let first = read(br#"{"pellucid": 1, "layers": [{"weights": [["1", "2"]]}]}"#, "net.json").unwrap();
    for extension in ["json", "onnx", "safetensors", "npz", "nnet"] {
        let path = folder.join(format!("net.{extension}"));
        std::fs::write(&path, "something else").unwrap();
        write_path(&first, &path, WriteOptions::default()).unwrap();
        assert_eq!(read_path(&path).unwrap().network, first.network);
    }
    for extension in ["onnx.gz", "json.GZ"] {
        let path = folder.join(format!("net.{extension}"));
        write_path(&first, &path, WriteOptions::default()).unwrap();
        assert!(std::fs::read(&path).unwrap().starts_with(&[0x1f, 0x8b]));
        assert_eq!(read_path(&path).unwrap().network, first.network);
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 7, "no temporary file stays behind");
    assert!(write_path(&first, &folder.join("missing/net.json"), WriteOptions::default()).is_err());
    assert!(write_path(&first, &folder.join("net.gz"), WriteOptions::default()).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}
