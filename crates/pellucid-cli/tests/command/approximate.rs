//! `compile --within`: what it prints, writes and refuses.

use insta::assert_snapshot;

use crate::{Folder, pellucid};

#[test]
fn a_square_in_words() {
    assert_snapshot!(pellucid(&["compile", "x^2", "--within", "1e-2", "--on", "[0,1]"]).gives(0), @r"
    x^2 on [0, 1], within 1/100
      1-4-1, 4 hidden neurons in 1 hidden layer: best known

      h1.1  x > 1/4 = relu(4*x - 1)
      h1.2  x > 1/2 = relu(2*x - 1)
      h1.3  x > 3/4 = relu(4*x - 3)
      h1.4  x       = relu(x)  (always on)
      y             = 1/8*h1.1 + 1/4*h1.2 + 1/8*h1.3 + 1/4*h1.4 - 1/128

      made of     x^2 on [0, 1]: a path of 4 pieces (4 linear pieces)
      error       proved: x^2 less the network is at least -0.007813 and at most
                  0.007813
      lower bound at least 4 linear pieces, so 3 neurons in one hidden layer and 2
                  in any number of them: with p pieces a path on an interval of
                  width w is at best w^2 / (8 p^2) from the square
    ");
}

#[test]
fn the_answer_as_json_and_the_proof_for_check() {
    let folder = Folder::new();
    let (proof, network) = (folder.path("proof.json"), folder.path("net.json"));
    let (proof, network) = (proof.to_str().unwrap(), network.to_str().unwrap());
    let outcome = pellucid(&[
        "compile",
        "x*y",
        "--within",
        "1e-3",
        "--on",
        "[-1,1]^2",
        "--json",
        "--certificate",
        proof,
        "-o",
        network,
    ]);
    outcome.gives(0);
    let answer = outcome.json();
    assert_eq!((&answer["within"], &answer["hidden_neurons"]), (&"1/1000".into(), &19.into()));
    assert_eq!(answer["error"], serde_json::json!({"low": "-1/1024", "high": "1/1024"}));
    assert_eq!(answer["lower_bound"]["pieces"], 23);
    assert_eq!(answer["layers"].as_array().unwrap().len(), 4);
    assert!(pellucid(&["check", proof]).gives(0).starts_with("accepted: the 2-4-8-7-1 network differs from x*y"));
    let shallow = pellucid(&["compile", "sin(x)", "--within", "1e-3", "--on", "[-4,4]", "--layers", "1", "--json"]);
    shallow.gives(0);
    let shallow = shallow.json();
    assert_eq!((&shallow["pieces"], &shallow["lower_bound"]["pieces"]), (&47.into(), &47.into()));
}

#[test]
fn a_network_that_is_rounded_for_a_file_is_said_to_be() {
    let folder = Folder::new();
    let sine = ["compile", "sin(x)/3", "--within", "1e-2", "--on", "[0,3]", "--layers", "1", "-o"];
    let write = |file: &str, more: &[&str]| folder.run(&[&sine, &[file][..], more].concat());
    assert!(write("sine.npz", &[]).is_refused().contains("allow rounding (--round)"));
    let rounded = write("sine.npz", &["--round", "--json"]);
    assert_eq!(rounded.json()["within"], "1/100");
    assert!(rounded.stderr.contains("sine.npz, rounded: what is proved holds for the exact network"), "{rounded:?}");
    let exact = write("sine.json", &["--round"]);
    assert!(exact.stderr.contains("sine.json") && !exact.stderr.contains("rounded"), "{exact:?}");
}

#[test]
fn kinks_around_an_elementary_function_need_no_further_layer() {
    let text = ["compile", "abs(x^2 - 1/2)", "--within", "1e-3", "--on", "[-1,1]", "--json"];
    let shallow = pellucid(&[&text[..], &["--layers", "1"]].concat());
    let shallow = shallow.json();
    assert_eq!(shallow["widths"].as_array().unwrap().len(), 1);
    assert!(shallow["pieces"].as_u64() >= shallow["lower_bound"]["pieces"].as_u64(), "{shallow}");
}

#[test]
fn what_cannot_be_had_is_refused() {
    for (arguments, says) in [
        (&["x*y", "--within", "1e-3"][..], "--on '[-1, 1]^2'"),
        (&["1/x", "--within", "1e-3", "--on", "[-1,1]"], "is not 0"),
        (&["x^2", "--within", "0", "--on", "[0,1]"], "above 0"),
        (&["x^2", "--within", "1e-3", "--on", "[0,1]", "--no-bias"], "leave --no-bias out"),
        (&["x*y*z", "--within", "1e-2", "--on", "[-1,1]^3", "--layers", "1"], "nearest: --layers 2"),
    ] {
        let outcome = pellucid(&[&["compile"], arguments].concat());
        assert!(outcome.is_refused().contains(says), "{outcome:?}");
    }
    // A limit, and what is exact.
    pellucid(&["compile", "exp(x)", "--within", "1e-3", "--on", "[0,50]"]).gives(3);
    let exact = pellucid(&["compile", "max(x, y)", "--within", "1e-3", "--on", "[0,1]^2"]);
    assert!(exact.gives(0).contains("2-2-1, 2 hidden neurons: proved smallest"), "{exact:?}");
}
