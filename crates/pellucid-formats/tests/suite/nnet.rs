//! `.nnet`: what the file's own evaluation gives, and everything that can be wrong with it.

use pellucid_core::{Domain, Rational};
use pellucid_formats::{Format, Normalisation, ReadOptions, WriteOptions, read, read_with, write};
use proptest::prelude::*;

use crate::fixtures;

const LEFT_AWAY: ReadOptions = ReadOptions { normalisation: Normalisation::LeftAway };

fn turn() -> String {
    std::fs::read_to_string(fixtures::path("turn.nnet")).unwrap()
}

/// As readers of the format evaluate it, step by step: clip, normalise, layers, denormalise.
fn evaluate_by_hand(text: &str, input: &[Rational]) -> Vec<Rational> {
    let lines: Vec<Vec<Rational>> = text
        .lines()
        .filter(|line| !line.starts_with("//"))
        .map(|line| line.split(',').filter(|part| !part.is_empty()).map(|part| part.parse().unwrap()).collect())
        .collect();
    let width = |i: usize| lines[1][i].to_string().parse::<usize>().unwrap();
    let (low, high, mean, range) = (&lines[3], &lines[4], &lines[5], &lines[6]);
    let mut values: Vec<Rational> = input
        .iter()
        .enumerate()
        .map(|(i, x)| (x.clone().max(low[i].clone()).min(high[i].clone()) - &mean[i]) / &range[i])
        .collect();
    let n_layers = lines[1].len() - 1;
    let mut at = 7;
    for layer in 0..n_layers {
        let out = width(layer + 1);
        let sums = (0..out).map(|i| {
            let products = lines[at + i].iter().zip(&values).map(|(w, x)| w * x);
            let sum = products.fold(lines[at + out + i][0].clone(), |sum, product| sum + product);
            if layer + 1 < n_layers { sum.max(Rational::zero()) } else { sum }
        });
        values = sums.collect();
        at += 2 * out;
    }
    values.iter().map(|y| y * range.last().unwrap() + mean.last().unwrap()).collect()
}

#[test]
fn the_normalisation_is_folded_exactly() {
    let text = turn();
    let file = read(text.as_bytes(), "turn.nnet").unwrap();
    assert_eq!(file.network.shape(), [3, 4, 4, 3]);
    let domain = Domain::parse(file.domain.as_deref().unwrap(), file.network.input_names()).unwrap();
    let inside = read_with(text.as_bytes(), "turn.nnet", LEFT_AWAY).unwrap();
    let inside_domain = Domain::parse(inside.domain.as_deref().unwrap(), inside.network.input_names()).unwrap();
    let number = |text: &str| text.parse::<Rational>().unwrap();
    assert_eq!(inside.network.layers()[0].weights[0][0], number("-5/4"));
    let (mean, range) = (["19791.091", "0", "650"], ["60261", "6.28318530718", "1100"]);
    for input in [["0", "-3.141593", "100"], ["1000.1", "0.3", "777"], ["60760", "3.141593", "1200"]] {
        let input = input.map(number);
        assert!(domain.contains(&input));
        let expected = evaluate_by_hand(&text, &input);
        assert_eq!(file.network.evaluate(&input), expected);
        let normalised: Vec<Rational> = (0..3).map(|i| (&input[i] - number(mean[i])) / number(range[i])).collect();
        assert!(inside_domain.contains(&normalised));
        let raw = inside.network.evaluate(&normalised);
        let outputs: Vec<Rational> =
            raw.iter().map(|y| y * number("373.94992") + number("7.5188840201005975")).collect();
        assert_eq!(outputs, expected);
    }
}

#[test]
fn it_is_recognised_with_and_without_comments_and_commas() {
    let text = turn();
    let whole = read(text.as_bytes(), "x").unwrap();
    let bare: String = text.lines().filter(|line| !line.starts_with("//")).map(|line| format!("{line}\n")).collect();
    assert_eq!(read(bare.as_bytes(), "x").unwrap(), whole);
    assert_eq!(read(bare.replace(",\n", "\r\n").as_bytes(), "x").unwrap(), whole);
    assert!(read(b"hello", "x.nnet").unwrap_err().to_string().contains("line 1: `hello` is not a count"));
    assert!(read(b"hello", "x.txt").unwrap_err().to_string().contains("not recognised"));
}

#[test]
fn everything_wrong_is_listed() {
    let text = "// a\n2,2,1,2,\n2,2,1,\n0,\n0,0,\n1,1,1,\n0,0,0,\n1,0,1,\n1,x,\n1,\n0,\n0,0,\n1,1,\n";
    assert_eq!(
        read(text.as_bytes(), "a.nnet").unwrap_err().to_string(),
        "cannot read a.nnet:
  line 6: 3 numbers where there should be 2: maximums
  line 8: a range is 0, which is divided by
  line 9: `x` is not a number (-0.25 and 1e-3 are; exponents up to 4096), in layer 1, weights of neuron 1
  line 10: 1 number where there should be 2: layer 1, weights of neuron 2
  line 12: 2 numbers where there should be 1: layer 1, bias 2
  it ends before layer 2, bias 1; it is cut short"
    );
    let refused = |text: &str| read(text.as_bytes(), "a.nnet").unwrap_err().to_string();
    assert_eq!(
        refused("3,2,1,2,\n2,3,3,\n"),
        "cannot read a.nnet:\n  line 2: the number of widths should be 4 as said in line 1, not 3\n  line 2: the last width should be 1 as said in line 1, not 3"
    );
    assert!(refused("0,1,1,1\n1\n").contains("the number of layers should be 1"));
    assert!(refused("1,99999999999,1,1,\n99999999999,1,\n").contains("weights, more than"));
    assert!(refused(&format!("{}1,\n", turn())).contains("goes on after its last bias"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(weights in prop::collection::vec((any::<i32>(), 0u32..20), 6), low in -9i64..0, boxed: bool) {
        let weights: Vec<Rational> = weights.iter().map(|(n, twos)| Rational::ratio((*n).into(), 1 << twos)).collect();
        let json = format!(
            r#"{{"pellucid": 1, "layers": [{{"weights": [["{}", "{}"]], "biases": ["{}"]}}, {{"weights": [["{}"], ["{}"]], "biases": ["{}", "0"]}}]}}"#,
            weights[0], weights[1], weights[2], weights[3], weights[4], weights[5]
        );
        let mut file = read(json.as_bytes(), "a.json").unwrap();
        file.domain = boxed.then(|| format!("[{low}, 1/8]^2"));
        let bytes = write(&file, Format::Nnet, WriteOptions::default()).unwrap();
        prop_assert_eq!(read(&bytes, "a").unwrap(), file.clone());
        prop_assert_eq!(read_with(&bytes, "a", LEFT_AWAY).unwrap(), file);
    }
}

#[test]
fn thirds_are_no_decimals() {
    let third = read(br#"{"pellucid": 1, "layers": [{"weights": [["1/3"]]}]}"#, "third.json").unwrap();
    let refused = write(&third, Format::Nnet, WriteOptions::default()).unwrap_err().to_string();
    assert!(refused.starts_with("cannot write nnet: 1 of 2 numbers would be rounded to a decimal"), "{refused}");
    let bytes = write(&third, Format::Nnet, WriteOptions { rounding: true }).unwrap();
    let rounded = read(&bytes, "a").unwrap().network.layers()[0].weights[0][0].clone();
    assert_eq!(rounded, Rational::from_f64(1.0 / 3.0).unwrap());
}
