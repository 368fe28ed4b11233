//! A target in steps: functions of one number, one after the other.

use pellucid_core::{Elementary, Error, Expr, Target};

/// A function of one number, and what the number is.
#[derive(Clone, Debug)]
pub struct Step {
    /// A tree of inputs and earlier steps, counted on.
    pub of: Expr,
    /// One input, one output.
    pub computes: Target,
}

/// Steps with the outputs made of them.
#[derive(Clone, Debug)]
pub struct Steps {
    /// In order.
    pub steps: Vec<Step>,
    /// Trees of inputs and steps.
    pub outputs: Vec<Expr>,
}

impl Steps {
    /// One step for each elementary function.
    ///
    /// # Errors
    /// When a step cannot be written, which would be a defect.
    pub fn by_nodes(target: &Target) -> Result<Steps, Error> {
        let step = |(function, of): &(Elementary, Expr)| {
            let computes = Target::elementary(function.clone(), "x")?;
            Ok(Step { of: of.clone(), computes })
        };
        let steps = target.nodes().iter().map(step).collect::<Result<_, Error>>()?;
        Ok(Steps { steps, outputs: target.outputs().to_vec() })
    }

    /// One step for each output of a target of one input.
    ///
    /// # Errors
    /// When a step cannot be written, which would be a defect.
    pub fn by_outputs(target: &Target) -> Result<Steps, Error> {
        let step = |output: &Expr| {
            let computes =
                Target::new(target.input_names().to_vec(), target.nodes().to_vec(), vec![output.clone()])?;
            Ok(Step { of: Expr::Input(0), computes })
        };
        let steps = target.outputs().iter().map(step).collect::<Result<_, Error>>()?;
        Ok(Steps { steps, outputs: (1..=target.n_outputs()).map(Expr::Input).collect() })
    }
}

impl Step {
    /// Is it the square of its number?
    pub fn is_square(&self) -> bool {
        let [(function, Expr::Input(0))] = self.computes.nodes() else { return false };
        *function == Elementary::square() && *self.computes.outputs() == [Expr::Input(1)]
    }

    /// The value, in floats.
    pub fn at(&self, x: f64) -> f64 {
        match (self.computes.nodes(), self.computes.outputs()) {
            ([(function, Expr::Input(0))], [Expr::Input(1)]) => function.at_f64(x),
            _ => self.computes.evaluate_f64(&[x])[0],
        }
    }
}
