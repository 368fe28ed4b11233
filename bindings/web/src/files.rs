//! Network files: taken apart, neurons switched off, results to keep.

use pellucid::{
    Biases, Computation, Domain, Error, Format, Layer, Network, NetworkFile, NeuronId, Numbers, Question as Asked,
    Rational, ReadOptions, SvgOptions, WriteOptions, answers,
};
use serde_json::{Value, json};

use crate::compile::told;
use crate::question::Question;
use crate::subject::{Subject, must_hold};

/// `{"ask": "file", "name", "on"}` and the file's bytes: what `decompile` says of it.
pub fn file(question: &Question, bytes: &[u8], kept: &mut Option<Subject>) -> Result<Value, Error> {
    let reading = pellucid::read_with_remarks(bytes, question.text("name"), ReadOptions::default())?;
    let mut told = take_apart(question, reading.file, kept)?;
    told["remarks"] = json!(reading.remarks);
    Ok(told)
}

/// Takes a network apart and makes it the subject.
pub fn take_apart(question: &Question, file: NetworkFile, kept: &mut Option<Subject>) -> Result<Value, Error> {
    let otherwise = pellucid::written_domain(&file).unwrap_or_else(|| Domain::unit_box(file.network.n_inputs()));
    let domain = question.domain(file.network.input_names(), otherwise)?;
    let tolerance = pellucid::usual_tolerance(&file);
    let target = pellucid::written_target(&file, matches!(domain, Domain::Finite { .. }));
    let found = question.limited(|limits| {
        let asked = Asked { domain: domain.clone(), tolerance: tolerance.clone(), target, limits };
        pellucid::decompile(&file.network, &asked)
    })?;
    let closer = found.closer.as_ref().and_then(|closer| closer.certificate.as_ref());
    must_hold(found.certificate.iter().chain(closer))?;
    let answer = answers::decompiled(&found, &file.network, &domain, &tolerance);
    let subject = Subject {
        numbers: file.numbers,
        function: Some(found.formula.clone()),
        domain,
        certificates: found.certificate.iter().cloned().collect(),
        found: Some(found),
        is_decompiled: true,
        network: file.network,
    };
    told(answer, subject, kept)
}

/// `{"ask": "switch", "off": ["h1.2"]}`: how far the network is from itself without these neurons, exactly.
pub fn switch(question: &Question, kept: &Option<Subject>) -> Result<Value, Error> {
    let subject = Subject::of(kept)?;
    let off = question.texts("off");
    let mut layers: Vec<Layer<Rational>> = subject.network.layers().to_vec();
    let hidden = subject.network.hidden_layers().len();
    for (number, layer) in layers.iter_mut().take(hidden).enumerate() {
        for (index, (row, bias)) in layer.weights.iter_mut().zip(&mut layer.biases).enumerate() {
            let name = NeuronId { layer: number, index }.to_string();
            if off.contains(&name.as_str()) {
                row.fill(Rational::zero());
                *bias = Rational::zero();
            }
        }
    }
    let without = Network::new(Some(subject.network.input_names().to_vec()), layers)?;
    let sides = [without, subject.network.clone()].map(Computation::Network);
    let largest =
        question.limited(|limits| pellucid::largest_difference(&sides[0], &sides[1], &subject.domain, limits))?;
    Ok(json!({
        "off": off,
        "max_deviation": answers::deviation(&largest),
        "max_deviation_at": answers::deviation_at(&largest),
    }))
}

/// `{"ask": "write", "what": "network"|"small"|"certificate"|"picture", "format"}`: a file's bytes.
pub fn write(question: &Question, kept: &Option<Subject>) -> Result<Value, Error> {
    let subject = Subject::of(kept)?;
    let bytes = match question.text("what") {
        "picture" => subject.picture(None)?.to_svg(&SvgOptions::default()).into_bytes(),
        "certificate" => match subject.certificates.first() {
            Some(certificate) => certificate.to_json().into_bytes(),
            None => {
                return Err(Error::input(
                    "there is no proof of this to write: the command writes long ones as they come",
                ));
            }
        },
        "network" => network_bytes(question, subject, &subject.network, subject.numbers)?,
        "small" => {
            let Some(function) = &subject.function else {
                return Err(Error::input("no formula is known for this network"));
            };
            let compiled =
                question.limited(|limits| pellucid::compile(function, &subject.domain, Biases::ALLOWED, limits))?;
            must_hold([&compiled.certificate])?;
            network_bytes(question, subject, &compiled.network, Numbers::Exact)?
        }
        other => return Err(Error::input(format!("`{other}` cannot be written"))),
    };
    Ok(json!({"bytes": bytes}))
}

fn network_bytes(
    question: &Question,
    subject: &Subject,
    network: &Network,
    numbers: Numbers,
) -> Result<Vec<u8>, Error> {
    let file = NetworkFile {
        network: network.clone(),
        numbers,
        function: subject.function.as_ref().map(ToString::to_string),
        domain: Some(subject.domain.to_string()),
    };
    let format = match question.text("format") {
        "onnx" => Format::Onnx,
        "safetensors" => Format::Safetensors,
        _ => Format::Json,
    };
    pellucid::write(&file, format, WriteOptions { rounding: format != Format::Json })
}
