//! Modules of PyTorch, saved whole, to a network: what a nested `nn.Sequential` does, one module after
//! the other. They are descriptions here; nothing of them is run.
//!
//! Modules are read as they are after training: dropout does nothing, batch normalisation uses what it
//! has gathered. Factors that Python keeps as float64 are rounded to what the weights are, as PyTorch
//! does when it calculates.

use pellucid_core::Rational;

use crate::Numbers;
use crate::array::Array;
use crate::batch_norm::batch_norm_factors;
use crate::dataflow::{Dataflow, Scalar};
use crate::dataflow_to_network::dataflow_to_reading;
use crate::network_file::Reading;
use crate::notes::Notes;
use crate::pickle::{Id, ModuleKind, Pickle, Value};
use crate::pt_to_network::Storages;
use crate::tensor::{Dtype, Tensor};
use crate::tensors_to_network::common_numbers;
use crate::wrong::{Wrong, quoted};

/// The deepest nesting of modules, and the most modules: a Sequential may hold another one twice.
const MAX_DEPTH: usize = 64;
const MAX_MODULES: usize = 1 << 14;

/// One module that is not made of others.
struct Module {
    /// Where it is, such as `2.0`.
    name: String,
    kind: ModuleKind,
    tensors: Vec<Tensor>,
    /// What its behaviour depends on besides, by name.
    numbers: Vec<(&'static str, f64)>,
    is_training: bool,
}

/// The network of a module, perhaps nested.
pub(crate) fn modules_to_network<'a>(
    pickle: &Pickle<'a>,
    root: Id,
    storages: &mut Storages<'a, '_>,
) -> Result<Reading, Wrong> {
    let n_bytes = storages.n_bytes;
    let mut reader = ModuleReader { pickle, storages, modules: Vec::new(), n_left: MAX_MODULES, wrong: Vec::new() };
    reader.module(root, "", 0);
    Wrong::unless_empty(reader.wrong)?;
    let modules = reader.modules;
    let width = modules.iter().find_map(Module::n_inputs);
    let width = width.ok_or_else(|| Wrong::one("it has no Linear module, so the number of its inputs is not known"))?;
    let dtypes: Vec<Dtype> = modules.iter().flat_map(|module| &module.tensors).map(|tensor| tensor.dtype).collect();
    let numbers = common_numbers(dtypes.iter().copied());

    let mut flow = Dataflow::new(n_bytes);
    flow.dtypes = dtypes;
    let at = |module: &Module, why: String| Wrong::one(format!("module {}: {why}", quoted(&module.name)));
    let mut values = flow.input(vec![width]).map_err(Wrong::one)?.items;
    for module in &modules {
        values = module.apply(values, numbers, &mut flow).map_err(|why| at(module, why))?;
    }
    Wrong::unless_empty(std::mem::take(&mut flow.not_finite))?;
    dataflow_to_reading(flow, Array { shape: vec![values.len()], items: values }, Notes::default())
}

struct ModuleReader<'p, 'a, 's, 't> {
    pickle: &'p Pickle<'a>,
    storages: &'t mut Storages<'a, 's>,
    modules: Vec<Module>,
    n_left: usize,
    wrong: Vec<String>,
}

impl ModuleReader<'_, '_, '_, '_> {
    /// Collects a module, or those that it is made of.
    fn module(&mut self, id: Id, name: &str, depth: usize) {
        let shown = quoted(name);
        let Value::Module { kind, state } = self.pickle.get(id) else {
            return self.wrong.push(format!("module {shown} is not one of PyTorch's"));
        };
        self.n_left = self.n_left.saturating_sub(1);
        if self.n_left == 0 || depth > MAX_DEPTH {
            // Said once, however many there are.
            if !self.wrong.iter().any(|finding| finding.starts_with("its modules")) {
                self.wrong
                    .push(format!("its modules are more than {MAX_MODULES}, or nested more than {MAX_DEPTH} deep"));
            }
            return;
        }
        let Some(Value::Dict(state)) = state.map(|id| self.pickle.get(id)) else {
            return self.wrong.push(format!("module {shown} has no attributes"));
        };
        if *kind == ModuleKind::Sequential {
            for (part, id) in self.entries(state, "_modules") {
                let inner = if name.is_empty() { part } else { format!("{name}.{part}") };
                self.module(id, &inner, depth + 1);
            }
            return;
        }
        let mut tensors = Vec::new();
        for (leaf, id) in [self.entries(state, "_parameters"), self.entries(state, "_buffers")].concat() {
            if !matches!(self.pickle.get(id), Value::Tensor { .. }) || leaf == "num_batches_tracked" {
                continue;
            }
            match self.storages.tensor(self.pickle, &format!("{name}.{leaf}"), id) {
                Ok(tensor) => tensors.push(Tensor { name: leaf, ..tensor }),
                Err(Wrong(findings)) => self.wrong.extend(findings),
            }
        }
        let wanted = ["negative_slope", "eps", "min_val", "max_val", "lambd"];
        let number = |name: &'static str| match self.attribute(state, name)? {
            Value::Float(value) => Some((name, *value)),
            Value::Int(value) => Some((name, *value as f64)),
            _ => None,
        };
        let numbers = wanted.into_iter().filter_map(number).collect();
        let is_training = matches!(self.attribute(state, "training"), Some(Value::Bool(true)));
        self.modules.push(Module { name: name.to_string(), kind: *kind, tensors, numbers, is_training });
    }

    fn attribute(&self, state: &[(Id, Id)], name: &str) -> Option<&Value<'_>> {
        let named = |(key, _): &&(Id, Id)| matches!(self.pickle.get(*key), Value::Text(key) if *key == name);
        state.iter().find(named).map(|(_, value)| self.pickle.get(*value))
    }

    /// What a dict among the attributes holds.
    fn entries(&self, state: &[(Id, Id)], name: &str) -> Vec<(String, Id)> {
        let Some(Value::Dict(items)) = self.attribute(state, name) else {
            return Vec::new();
        };
        let named = |(key, value): &(Id, Id)| match self.pickle.get(*key) {
            Value::Text(key) => Some((key.to_string(), *value)),
            _ => None,
        };
        items.iter().filter_map(named).collect()
    }
}

impl Module {
    fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.tensors.iter().find(|tensor| tensor.name == name)
    }

    /// The numbers of a tensor, or one number so many times.
    fn list(&self, name: &str, n: usize, otherwise: i32, flow: &mut Dataflow) -> Result<Vec<Rational>, String> {
        let Some(tensor) = self.tensor(name) else {
            return Ok(vec![Rational::from(otherwise); n]);
        };
        if tensor.n_numbers() != n {
            return Err(format!("its {name} has shape {} where {n} values are", tensor.shape_text()));
        }
        Ok(self.values(tensor, flow))
    }

    fn values(&self, tensor: &Tensor, flow: &mut Dataflow) -> Vec<Rational> {
        let full = format!("{}.{}", self.name, tensor.name);
        Tensor { name: full, ..tensor.clone() }.values(&mut flow.not_finite)
    }

    fn number(&self, name: &str, otherwise: f64, numbers: Numbers) -> Result<Rational, String> {
        let float = self.numbers.iter().find(|(known, _)| *known == name).map_or(otherwise, |(_, value)| *value);
        let exact = Rational::from_f64(float);
        exact.and_then(|exact| numbers.round(&exact)).ok_or_else(|| format!("its {name} is {float}"))
    }

    /// How many values it takes, when it says so.
    fn n_inputs(&self) -> Option<usize> {
        match self.kind {
            ModuleKind::Linear => self.tensor("weight")?.shape.get(1).copied(),
            ModuleKind::BatchNorm1d => self.tensor("running_mean")?.shape.first().copied(),
            _ => None,
        }
    }

    /// What it makes of values.
    fn apply(&self, values: Vec<Scalar>, numbers: Numbers, flow: &mut Dataflow) -> Result<Vec<Scalar>, String> {
        let mut each = |of: &dyn Fn(&mut Dataflow, Scalar) -> Result<Scalar, String>| {
            values.iter().map(|value| of(flow, value.clone())).collect::<Result<Vec<_>, _>>()
        };
        match self.kind {
            ModuleKind::Sequential | ModuleKind::Nothing => Ok(values),
            ModuleKind::Relu => each(&|flow, value| flow.relu(value)),
            ModuleKind::LeakyRelu => {
                let slope = self.number("negative_slope", 0.01, numbers)?;
                each(&|flow, value| flow.leaky_relu(value, &slope))
            }
            ModuleKind::Relu6 | ModuleKind::Hardtanh => {
                let (low, high) = if self.kind == ModuleKind::Relu6 { (0.0, 6.0) } else { (-1.0, 1.0) };
                let low = self.number("min_val", low, numbers)?;
                let high = self.number("max_val", high, numbers)?;
                each(&|flow, value| flow.clip(value, Some(&low), Some(&high)))
            }
            ModuleKind::Softshrink => {
                let threshold = self.number("lambd", 0.5, numbers)?;
                each(&|flow, value| flow.soft_threshold(&value, &threshold))
            }
            ModuleKind::PRelu => {
                let tensor = self.tensor("weight").ok_or("it has no weight")?;
                let slopes = self.values(tensor, flow);
                if slopes.len() != 1 && slopes.len() != values.len() {
                    return Err(format!("its weight has {} numbers for {} values", slopes.len(), values.len()));
                }
                let slopes = slopes.iter().cycle();
                values.into_iter().zip(slopes).map(|(value, slope)| flow.leaky_relu(value, slope)).collect()
            }
            ModuleKind::Linear => {
                let weight = self.tensor("weight").ok_or("it has no weight")?;
                let [n_out, n_in] = weight.shape[..] else {
                    return Err(format!("its weight has shape {}", weight.shape_text()));
                };
                if n_in != values.len() {
                    return Err(format!("it takes {n_in} values, but {} come in", values.len()));
                }
                flow.charge(weight.n_numbers())?;
                let weights = self.values(weight, flow);
                let biases = self.list("bias", n_out, 0, flow)?;
                let rows = weights.chunks(n_in).zip(biases);
                rows.map(|(row, bias)| flow.combination(values.iter().zip(row), bias)).collect()
            }
            ModuleKind::BatchNorm1d => self.batch_norm(values, numbers, flow),
        }
    }

    fn batch_norm(&self, values: Vec<Scalar>, numbers: Numbers, flow: &mut Dataflow) -> Result<Vec<Scalar>, String> {
        let n = values.len();
        if self.tensor("running_mean").is_none() || self.tensor("running_var").is_none() {
            return Err("it keeps no running mean and variance, so it depends on the batch".into());
        }
        if self.is_training {
            let name = quoted(&self.name);
            flow.remarks.push(format!("{name} was saved in training mode; it is read as in evaluation"));
        }
        let mut list = |name: &str, otherwise: i32| self.list(name, n, otherwise, flow);
        let (scales, biases) = (list("weight", 1)?, list("bias", 0)?);
        let (means, variances) = (list("running_mean", 0)?, list("running_var", 1)?);
        let epsilon = self.number("eps", 1e-5, numbers)?;
        let (factors, n_rounded) = batch_norm_factors(&scales, &variances, &epsilon)?;
        if n_rounded > 0 {
            let name = quoted(&self.name);
            flow.remarks.push(format!(
                "the square roots in the batch normalisation {name} are not rational: {n_rounded} factors are rounded to float64"
            ));
        }
        let scaled = values.iter().zip(&factors).zip(biases.iter().zip(&means));
        scaled
            .map(|((value, factor), (bias, mean))| flow.combination([(value, factor)], bias - mean * factor))
            .collect()
    }
}
