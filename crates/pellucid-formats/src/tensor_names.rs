//! What the names of tensors say: which layer they belong to, and what they are in it.

/// What a tensor is in its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A weight, and which way it lies, where the name says so.
    Weight(Option<Way>),
    Bias,
    /// What batch normalisation has gathered.
    Normalisation,
    /// NumPy's `arr_0`, `arr_1`, ..., for arrays that were saved without names.
    Unnamed,
}

/// Which way a weight lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// One row an output, as in PyTorch.
    OutIn,
    /// One row an input, as in Keras, Flax and scikit-learn.
    InOut,
}

impl Way {
    pub fn other(self) -> Way {
        match self {
            Way::OutIn => Way::InOut,
            Way::InOut => Way::OutIn,
        }
    }
}

/// Words in names, in lower case.
#[rustfmt::skip]
const WORDS: [(&str, Role); 18] = [
    ("weight",              Role::Weight(Some(Way::OutIn))),
    ("weights",             Role::Weight(None)),
    ("w",                   Role::Weight(None)),
    ("kernel",              Role::Weight(Some(Way::InOut))),
    ("kernels",             Role::Weight(Some(Way::InOut))),
    ("coef",                Role::Weight(Some(Way::InOut))),
    ("coefs",               Role::Weight(Some(Way::InOut))),
    ("bias",                Role::Bias),
    ("biases",              Role::Bias),
    ("b",                   Role::Bias),
    ("intercept",           Role::Bias),
    ("intercepts",          Role::Bias),
    ("running_mean",        Role::Normalisation),
    ("running_var",         Role::Normalisation),
    ("num_batches_tracked", Role::Normalisation),
    ("moving_mean",         Role::Normalisation),
    ("moving_variance",     Role::Normalisation),
    ("arr",                 Role::Unnamed),
];

/// The layer that a tensor belongs to, by name, and what it is in it: `layers.0.weight` and
/// `layers.0.bias` belong to `layers.0`; `W1` and `b1` to `1`; `dense/kernel:0` is the kernel of `dense`.
pub(crate) fn role(name: &str) -> (String, Option<Role>) {
    // TensorFlow numbers the outputs of each of its operations.
    let name = name.strip_suffix(":0").unwrap_or(name);
    let (prefix, leaf) = name.rfind(['.', '/']).map_or(("", name), |at| (&name[..at], &name[at + 1..]));
    let word = |text: &str| {
        let text = text.to_lowercase();
        WORDS.iter().find(|(word, _)| *word == text).map(|(_, role)| *role)
    };
    if let Some(role) = word(leaf) {
        return (prefix.to_string(), Some(role));
    }
    // Letters and numbers apart: what is left of the name when the last such word is taken out.
    let mut tokens: Vec<String> = Vec::new();
    let mut last = None;
    for c in name.chars() {
        let kind = if c.is_ascii_digit() { Some(0) } else { c.is_alphabetic().then_some(1) };
        match tokens.last_mut() {
            Some(token) if kind.is_some() && kind == last => token.push(c),
            _ if kind.is_some() => tokens.push(c.to_string()),
            _ => {}
        }
        last = kind;
    }
    let found = tokens.iter().enumerate().rev().find_map(|(at, token)| Some((at, word(token)?)));
    match found {
        Some((at, role)) => {
            tokens.remove(at);
            (tokens.join("."), Some(role))
        }
        None => (name.to_string(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_and_roles() {
        let weight = |way| Some(Role::Weight(way));
        for (name, layer, expected) in [
            ("weight", "", weight(Some(Way::OutIn))),
            ("layers.10.weight", "layers.10", weight(Some(Way::OutIn))),
            ("net.fc1.bias", "net.fc1", Some(Role::Bias)),
            ("W1", "1", weight(None)),
            ("b_12", "12", Some(Role::Bias)),
            ("fc1_weight", "fc.1", weight(Some(Way::OutIn))),
            ("coefs_.0", "0", weight(Some(Way::InOut))),
            ("dense_1/kernel:0", "dense_1", weight(Some(Way::InOut))),
            ("1.running_mean", "1", Some(Role::Normalisation)),
            ("arr_3", "3", Some(Role::Unnamed)),
            ("epoch", "epoch", None),
        ] {
            assert_eq!(role(name), (layer.to_string(), expected), "{name}");
        }
    }
}
