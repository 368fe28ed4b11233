//! The shape of a network in the project's own JSON.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Layer, Network, Rational};

/// The own JSON form of an exact network: `inputs`, and `layers` with `weights` (out, in) and
/// `biases` as exact strings or numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenNetwork {
    /// The inputs' names; `x1..xn` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Vec<String>>,
    /// The layers.
    pub layers: Vec<WrittenLayer>,
}

/// One layer of [`WrittenNetwork`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenLayer {
    /// Shape (out, in).
    pub weights: Vec<Vec<Rational>>,
    /// Length out; zeros when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biases: Option<Vec<Rational>>,
}

impl From<&Network<Rational>> for WrittenNetwork {
    fn from(network: &Network<Rational>) -> Self {
        let layers = network
            .layers()
            .iter()
            .map(|layer| WrittenLayer { weights: layer.weights.clone(), biases: Some(layer.biases.clone()) })
            .collect();
        WrittenNetwork { inputs: Some(network.input_names().to_vec()), layers }
    }
}

impl TryFrom<WrittenNetwork> for Network<Rational> {
    type Error = crate::Error;

    fn try_from(written: WrittenNetwork) -> Result<Self, crate::Error> {
        let layers = written
            .layers
            .into_iter()
            .map(|layer| {
                let zeros = vec![Rational::zero(); layer.weights.len()];
                Layer { biases: layer.biases.unwrap_or(zeros), weights: layer.weights }
            })
            .collect();
        Network::new(written.inputs, layers)
    }
}

// For `#[serde(with = "WrittenNetwork")]`.
impl WrittenNetwork {
    /// Writes a network.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(network: &Network<Rational>, serializer: S) -> Result<S::Ok, S::Error> {
        Serialize::serialize(&WrittenNetwork::from(network), serializer)
    }

    /// Reads a network.
    ///
    /// # Errors
    /// When the shapes do not fit.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Network<Rational>, D::Error> {
        let written: WrittenNetwork = Deserialize::deserialize(deserializer)?;
        Network::try_from(written).map_err(de::Error::custom)
    }
}
