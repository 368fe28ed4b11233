//! Regimen -> TOML text, every setting written out.

use super::{Data, Init, Loss, Optimizer, Penalty, Random, Regimen, Schedule};

pub(super) fn regimen(regimen: &Regimen) -> String {
    let Regimen {
        steps,
        batch,
        test_points,
        rate,
        optimizer,
        schedule,
        init,
        init_scale,
        loss,
        penalty: Penalty { l1, l2, path, biases },
        data,
        widen,
        finish,
        restarts,
        restart_above,
        random,
    } = regimen;
    let optimizer = match optimizer {
        Optimizer::Sgd => "\"sgd\"".into(),
        Optimizer::Momentum { momentum } => format!("{{ kind = \"momentum\", momentum = {momentum:?} }}"),
        Optimizer::Adam { betas: (beta1, beta2), epsilon } => {
            format!("{{ kind = \"adam\", beta1 = {beta1:?}, beta2 = {beta2:?}, epsilon = {epsilon:?} }}")
        }
        Optimizer::AdamW { betas: (beta1, beta2), epsilon, decay } => format!(
            "{{ kind = \"adamw\", beta1 = {beta1:?}, beta2 = {beta2:?}, epsilon = {epsilon:?}, decay = {decay:?} }}"
        ),
        Optimizer::Lbfgs { history } => format!("{{ kind = \"l-bfgs\", history = {history} }}"),
        Optimizer::LevenbergMarquardt { damping } => {
            format!("{{ kind = \"levenberg-marquardt\", damping = {damping:?} }}")
        }
    };
    let schedule = match schedule {
        Schedule::Constant => "\"constant\"".into(),
        Schedule::Linear => "\"linear\"".into(),
        Schedule::Cosine => "\"cosine\"".into(),
        Schedule::Thirds { factor } => format!("{{ kind = \"thirds\", factor = {factor:?} }}"),
    };
    let init = match init {
        Init::PyTorch => "pytorch",
        Init::He => "he",
        Init::Glorot => "glorot",
        Init::Orthogonal => "orthogonal",
        Init::Paired => "paired",
        Init::Small => "small",
    };
    let loss = match loss {
        Loss::Squared => "\"squared\"".into(),
        Loss::Huber { delta } => format!("{{ kind = \"huber\", delta = {delta:?} }}"),
        Loss::CrossEntropy => "\"cross-entropy\"".into(),
    };
    let data = match data {
        Data::Uniform => "\"uniform\"".into(),
        Data::Gaussian => "\"gaussian\"".into(),
        Data::Grid { values } => format!("{{ kind = \"grid\", values = {values} }}"),
        Data::Kinks { share } => format!("{{ kind = \"kinks\", share = {share:?} }}"),
        Data::Expected => "\"expected\"".into(),
    };
    let random = match random {
        Random::PyTorch => "pytorch",
        Random::Fast => "fast",
    };
    format!(
        "steps = {steps}\nbatch = {batch}\ntest_points = {test_points}\nrate = {rate:?}\noptimizer = {optimizer}\n\
         schedule = {schedule}\ninit = \"{init}\"\ninit_scale = {init_scale:?}\nloss = {loss}\n\
         penalty = {{ l1 = {l1:?}, l2 = {l2:?}, path = {path:?}, biases = {biases} }}\ndata = {data}\nwiden = {widen}\n\
         finish = {finish}\nrestarts = {restarts}\nrestart_above = {restart_above:?}\nrandom = \"{random}\"\n"
    )
}
