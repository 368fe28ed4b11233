//! Reports of networks taken apart: whole, standing alone, and saying what is the case.

use pellucid::{
    Biases, Decompiled, Dissection, Domain, Function, Layer, Network, Question, Rational, SvgOptions, compile,
    decompile,
};

fn taken_apart(network: &Network, domain: &Domain, tolerance: &Rational, target: Option<&str>) -> Decompiled {
    let target = target.map(|text| Function::parse(text).unwrap());
    let question =
        Question { domain: domain.clone(), tolerance: tolerance.clone(), target, limits: Default::default() };
    decompile(network, &question).unwrap()
}

fn compiled(text: &str, domain: &str) -> (Network, Domain) {
    let function = Function::parse(text).unwrap();
    let domain = Domain::parse(domain, function.input_names()).unwrap();
    (compile(&function, &domain, Biases::ALLOWED, Default::default()).unwrap().network, domain)
}

/// Every element that is opened is closed, in order; nothing is fetched from elsewhere.
fn check_page(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    let body = &page[page.find("<body>").unwrap()..page.find("</html>").unwrap()];
    for part in body.split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("an element that does not end: {part}"));
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "in {part}"),
            None if tag.ends_with('/') || tag == "br" => {}
            None => open.push(tag.split([' ', '\n']).next().unwrap()),
        }
    }
    assert!(open.is_empty(), "{open:?} are not closed");
    let outside = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!outside.contains("http://") && !outside.contains("https://"), "nothing is fetched");
    assert!(!outside.contains("<script"));
}

fn page(network: &Network, domain: &Domain, tolerance: &str, target: Option<&str>) -> String {
    let tolerance: Rational = tolerance.parse().unwrap();
    let found = taken_apart(network, domain, &tolerance, target);
    let about =
        Dissection { name: "a <net>.onnx", network, found: &found, domain, tolerance: &tolerance, ablations: None };
    let page = about.page(false).unwrap();
    check_page(&page);
    assert!(page.contains("a &lt;net&gt;.onnx") && !page.contains("a <net>"));
    page
}

#[test]
fn a_network_of_one_layer() {
    let (network, domain) = compiled("min(x1, x2)", "everywhere");
    let page = page(&network, &domain, "0", None);
    for text in ["id=\"formula\"", "id=\"drawing\"", "id=\"neurons\"", "id=\"circuits\"", "id=\"certificate\"", "<math"]
    {
        assert!(page.contains(text), "{text}");
    }
    assert!(page.contains("\\min(x_{1}, x_{2})") && page.contains("explained") && !page.contains("not explained"));
}

#[test]
fn at_points_all_values_are_listed() {
    let (network, domain) = compiled("xor(x1, x2)", "{0,1}^2");
    let page = page(&network, &domain, "0", Some("x1 + x2"));
    assert!(page.contains("id=\"values\"") && page.contains("&#x2295;"));
    assert!(page.contains("id=\"target\"") && page.contains("at most 2"));
    assert!(page.contains("--on '{0, 1}^2'"));
}

#[test]
fn of_one_input_there_is_a_chart() {
    let (network, domain) = compiled("clamp(x1, -1/2, 1/3)", "[-1,1]");
    let page = page(&network, &domain, "0", None);
    assert!(page.contains("id=\"values\"") && page.contains("the network and the formula"));
}

#[test]
fn what_is_not_explained_is_said_not_to_be() {
    let (network, domain) = compiled("xor(x1, x2, x3)", "{0,1}^3");
    let mut layers = network.layers().to_vec();
    for (k, weight) in layers.iter_mut().flat_map(|layer| layer.weights.iter_mut().flatten()).enumerate() {
        *weight += &Rational::ratio((k * k * 31 % 17) as i64 - 8, 400);
    }
    let page = page(&Network::new(None, layers).unwrap(), &domain, "1/10000", None);
    assert!(page.contains("not explained") && page.contains("What it computes, about"));
}

/// Two hidden layers of 64, most of it noise.
fn wide() -> Network {
    let weight = |i: usize, j: usize, by: i64| Rational::ratio(((i * 37 + j * 101) % 19) as i64 - 9, by);
    let layer = |rows: usize, columns: usize| Layer {
        weights: (0..rows)
            .map(|i| (0..columns).map(|j| weight(i, j, if i < 4 { 10 } else { 500 })).collect())
            .collect(),
        biases: (0..rows).map(|i| weight(i, 5, 100)).collect(),
    };
    Network::new(None, vec![layer(64, 3), layer(64, 64), layer(1, 64)]).unwrap()
}

#[test]
fn pictures_of_wide_and_deep_networks_stay_legible() {
    let network = wide();
    let (small, domain) = compiled("max(x1, x2, x3)", "everywhere");
    let mut found = taken_apart(&small, &domain, &Rational::zero(), None);
    found.neurons.clear();
    found.circuits.clear();
    let zero = Rational::zero();
    let about = Dissection {
        name: "wide.pt",
        network: &network,
        found: &found,
        domain: &domain,
        tolerance: &zero,
        ablations: None,
    };
    let svg = about.picture(&SvgOptions::default());
    assert_eq!(svg.matches(">48 more<").count(), 2, "both layers say so");
    assert!(svg.len() < 200_000, "{}", svg.len());
}

#[test]
fn the_files_of_a_report() {
    let (network, domain) = compiled("(min(x1, x2), max(x1, x2))", "[-1,1]^2");
    let zero = Rational::zero();
    let found = taken_apart(&network, &domain, &zero, None);
    let about = Dissection {
        name: "net.json",
        network: &network,
        found: &found,
        domain: &domain,
        tolerance: &zero,
        ablations: None,
    };
    let files = about.files().unwrap();
    let text = |name: &str| files.iter().find(|file| file.name == name).map(|file| file.text.as_str()).unwrap();
    check_page(text("index.html"));
    assert!(text("index.html").contains("href=\"certificate.json\""));
    assert!(text("picture.svg").starts_with("<svg"));
    assert_eq!(text("formula.txt"), "y1 = min(x1, x2)\ny2 = max(x1, x2)\n");
    assert_eq!(
        text("formula.tex"),
        "% Needs the package amsmath.\n\\[ (\\min(x_{1}, x_{2}), \\max(x_{1}, x_{2})) \\]\n"
    );
    let answer: serde_json::Value = serde_json::from_str(text("answer.json")).unwrap();
    assert_eq!(answer["formula"], "(min(x1, x2), max(x1, x2))");
    assert!(pellucid::check_json(text("certificate.json")).unwrap().is_accepted());
}
