//! Why two sides are equal, or within a bound, in words.

use pellucid_check::one_layer::{Form as OneLayer, form_of};
use pellucid_core::{Affine, Computation, Difference, Domain, Error, Expr, Rational};

use super::paper::{Paper, and};
use super::{cells, points};
use crate::text::brief;

/// What is compared.
pub(super) struct Sides<'a> {
    pub left: &'a Computation,
    pub right: &'a Computation,
    pub domain: &'a Domain,
    pub bound: &'a Rational,
}

/// Longer functions lose their middle where they only name a side.
const NAME_CHARS: usize = 60;

impl Sides<'_> {
    /// The sides' names; two networks may look alike.
    pub(super) fn names(&self) -> [String; 2] {
        let [left, right] = [self.left, self.right].map(|side| brief(&side.to_string(), NAME_CHARS));
        if left == right { ["the left side".into(), "the right side".into()] } else { [left, right] }
    }
}

pub(super) fn tell(paper: &mut Paper<'_>, sides: &Sides<'_>, difference: &Difference) -> Result<(), Error> {
    match difference {
        Difference::CanonicalForms => canonical_forms(paper, sides),
        Difference::Cells { merge, steps } => cells::tell(paper, sides, *merge, steps),
        Difference::Wider { domain, difference } => {
            paper.section("It is enough to look at a larger domain");
            let names = sides.left.input_names();
            let (here, there) = (sides.domain.phrase_in(names), domain.phrase_in(names));
            paper.say(&format!("What is claimed {here} is shown {there}, where all of these inputs are."));
            tell(paper, &Sides { domain, ..*sides }, difference)?;
            paper.say(&format!("So the same holds {here}."));
            Ok(())
        }
        Difference::Points => points::tell(paper, sides),
        Difference::Intervals => {
            paper.section("ReLUs that change nothing are left out");
            paper.say(&format!(
                "Bounds on the inputs {} give bounds on the argument of each ReLU in turn. A ReLU whose argument cannot be \
                 negative is its argument, and one whose argument cannot be positive is 0. Where p cannot be negative, \
                 relu(c relu(a) - p) with c > 0 is relu(c a - p), for both are 0 where a is negative. With these left out, \
                 the ReLUs of both sides are the same, up to factors and sides of a hyperplane, and {}: {} cancel.",
                sides.domain.phrase_in(sides.left.input_names()),
                wanted(sides.bound, sides.left.n_outputs()),
                sides.names().join(" and "),
            ));
            Ok(())
        }
    }
}

fn canonical_forms(paper: &mut Paper<'_>, sides: &Sides<'_>) -> Result<(), Error> {
    paper.section("Both sides, written in one way");
    paper.say(
        "Both sides have one layer of ReLUs, so each is an affine map plus hinges: multiples of relu(z), which are bent \
         where z = 0 and nowhere else. Three rules bring all hinges into one form, in which z has integer coefficients \
         without a common factor, the first of them positive: relu(s*z) = s*relu(z) for s > 0; relu(-z) = relu(z) - z; \
         and hinges on one hyperplane are added up.",
    );
    if *sides.domain != Domain::Everywhere {
        paper.say(&format!(
            "A ReLU whose z has one sign {} is not bent there: it is z itself, or 0.",
            sides.domain.phrase()
        ));
    }
    let names = sides.names();
    let mut forms = Vec::new();
    for (name, side) in names.iter().zip([sides.left, sides.right]) {
        let form = form_of(&side.to_relu_graph(), sides.domain)
            .ok_or_else(|| Error::input("canonical forms need one hidden layer on both sides"))?;
        paper.say(&format!("So {name} is"));
        for (i, text) in form_texts(paper, &form).into_iter().enumerate() {
            let output = if form.affine.len() == 1 { String::new() } else { format!("output {}: ", i + 1) };
            paper.item(&format!("{output}{text}"));
        }
        forms.push(form);
    }
    if forms[0] != forms[1] {
        return Err(Error::input("the canonical forms differ"));
    }
    paper.section("They are the same");
    let hinges = forms[0].jumps.len();
    let made_of = match hinges {
        0 => "the same affine map, without a hinge".to_string(),
        1 => "the same affine map and the same hinge".to_string(),
        n => format!("the same affine map and the same {n} hinges"),
    };
    paper.say(&format!(
        "Term by term both are {made_of}. So {} equals {} {}.",
        names[0],
        names[1],
        sides.domain.phrase()
    ));
    Ok(())
}

/// Every output of a canonical form, `x1 - relu(x1 - x2)`.
pub(super) fn form_texts(paper: &Paper<'_>, form: &OneLayer) -> Vec<String> {
    let relu = |map: &Affine| Expr::Relu(Box::new(map.to_expr()));
    let output = |i: usize| {
        let hinges = form.jumps.iter().filter(|(_, jump)| !jump[i].is_zero());
        let hinges = hinges.map(|(plane, jump)| Expr::scale(jump[i].clone(), relu(&plane.to_affine())));
        paper.expr(&Expr::sum([form.affine[i].to_expr()].into_iter().chain(hinges)))
    };
    (0..form.affine.len()).map(output).collect()
}

/// What the difference is said to be, for one output or several.
pub(super) fn wanted(bound: &Rational, n_outputs: usize) -> String {
    let what = if n_outputs == 1 { "the difference".to_string() } else { "each difference".to_string() };
    match bound.is_zero() {
        true => format!("{what} is 0"),
        false => format!("{what} is between -{bound} and {bound}"),
    }
}

/// `x1` of one output, `x1 and x2` of two.
pub(super) fn outputs(texts: &[String]) -> String {
    if let [text] = texts { text.clone() } else { format!("({})", and(texts)) }
}
