//! What Pellucid writes into the metadata of other formats: names, function and domain.

use crate::NetworkFile;

const INPUTS: &str = "pellucid.inputs";
const FUNCTION: &str = "pellucid.function";
const DOMAIN: &str = "pellucid.domain";

/// What a file says about its network besides the numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Notes {
    pub inputs: Option<Vec<String>>,
    pub function: Option<String>,
    pub domain: Option<String>,
}

impl Notes {
    pub fn of(file: &NetworkFile) -> Notes {
        Notes {
            inputs: Some(file.network.input_names().to_vec()),
            function: file.function.clone(),
            domain: file.domain.clone(),
        }
    }

    /// From metadata, where other programs may have put anything else.
    pub fn from_pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Notes {
        let mut notes = Notes::default();
        for (key, value) in pairs {
            match key {
                INPUTS => notes.inputs = serde_json::from_str(value).ok(),
                FUNCTION => notes.function = Some(value.to_string()),
                DOMAIN => notes.domain = Some(value.to_string()),
                _ => {}
            }
        }
        notes
    }

    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let inputs = self.inputs.as_ref().map(|inputs| serde_json::Value::from(inputs.clone()).to_string());
        let pairs = [(INPUTS, inputs), (FUNCTION, self.function.clone()), (DOMAIN, self.domain.clone())];
        pairs.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }
}
