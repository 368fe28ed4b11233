//! A target in steps: functions of one number, one after the other.

use std::rc::Rc;

use pellucid_core::{Elementary, Error, Expr, Target};

use super::floats::FloatTarget;

/// A function of one number, and what the number is.
#[derive(Clone)]
pub struct Step {
    /// A tree of inputs and earlier steps, counted on.
    pub of: Expr,
    /// One input, one output.
    pub computes: Target,
    /// The same in floats.
    pub floats: Rc<FloatTarget>,
}

/// Steps with the outputs made of them.
#[derive(Clone)]
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
            Ok(Step::new(of.clone(), computes))
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
            let computes = Target::new(target.input_names().to_vec(), target.nodes().to_vec(), vec![output.clone()])?;
            Ok(Step::new(Expr::Input(0), computes))
        };
        let steps = target.outputs().iter().map(step).collect::<Result<_, Error>>()?;
        Ok(Steps { steps, outputs: (1..=target.n_outputs()).map(Expr::Input).collect() })
    }
}

impl Step {
    fn new(of: Expr, computes: Target) -> Self {
        let floats = Rc::new(FloatTarget::of(&computes));
        Step { of, computes, floats }
    }

    /// The value, in floats.
    pub fn at(&self, x: f64) -> f64 {
        self.floats.output(0, &[x])
    }

    /// Is it the square of its number?
    pub fn is_square(&self) -> bool {
        let [(function, Expr::Input(0))] = self.computes.nodes() else { return false };
        *function == Elementary::square() && *self.computes.outputs() == [Expr::Input(1)]
    }
}
