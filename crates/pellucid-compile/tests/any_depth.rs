//! Lower bounds at any depth: what is known of some functions.

use pellucid_check::check;
use pellucid_compile::{Compiled, compile};
use pellucid_core::{Biases, Domain, Function};

fn compiled(text: &str, on: &str) -> Compiled {
    let function = Function::parse(text).unwrap();
    let domain = Domain::parse(on, function.input_names()).unwrap();
    let compiled = compile(&function, &domain, Biases::ALLOWED, Default::default()).unwrap();
    let bound = compiled.minimality.any_depth.as_ref().unwrap();
    let checked = check(&bound.certificate);
    assert!(checked.is_accepted(), "{text} {on}: {checked:?}\n{}", bound.certificate.to_json());
    compiled
}

#[test]
fn print() {
    for text in [
        "max(x1, x2, 0)",
        "relu(min(x1, x2))",
        "max(x1, x2, x3)",
        "max(x1, x2, x3, x4)",
        "min(min(x1, x2), min(x3, x4))",
        "max(x1, x2, x3, x4, x5)",
        "max(x1, x2, x3, x4, x5, x6)",
        "max(x1, x2, x3, x4, x5, x6, x7, x8)",
        "median(x1, x2, x3)",
        "sort(x1, x2, x3)",
        "relu(1 - abs(x1) - abs(x2))",
        "clamp(x1, x2, x3)",
        "min(x1, x2)",
        "abs(x1)",
        "relu(x1)",
        "abs(x1) + abs(x2)",
        "abs(x1) + abs(x2) + abs(x3)",
        "max(abs(x1), abs(x2))",
        "(max(x1, x2), min(x1, x2))",
        "max(x1, x2, x3) - min(x1, x2, x3)",
        "relu(1 - abs(x1))",
        "abs(abs(abs(abs(x1) - 8) - 4) - 2)",
        "relu(3 - abs(x1) - abs(x2) - abs(x3))",
    ] {
        let n = Function::parse(text).unwrap().n_inputs();
        for on in ["everywhere".to_string(), format!("[-9,9]^{n}")] {
            let start = std::time::Instant::now();
            let compiled = compiled(text, &on);
            let bound = compiled.minimality.any_depth.as_ref().unwrap();
            println!(
                "{text} {on}: {:?}, at least {}; {} [{:?}, {} bytes]",
                compiled.network.widths(),
                bound.at_least,
                bound.reason,
                start.elapsed(),
                bound.certificate.to_json().len()
            );
        }
    }
}
