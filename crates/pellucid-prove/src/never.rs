//! Does an input satisfy one of some cases of constraints on inputs and outputs? Decided exactly.

use pellucid_core::{
    Affine, CellStep, Certificate, Claim, Computation, Constraint, Domain, Error, Integer, IntegerGraph, IntegerRow,
    Merge, NeverInRegion, Proof, Rational, Region, ReluGraph, counted,
};

use crate::feasible::{Feasible, Row, feasible};
use crate::suggest::suggestions;
use crate::walk::{Cell, Limits, Step, walk_integers};

/// What became of the claim that no input satisfies one of some cases.
#[derive(Clone, Debug)]
pub enum Never {
    /// It holds; the certificate proves it.
    Proved {
        /// The claim and its proof.
        certificate: Box<Certificate>,
        /// The number of linear cells looked at, over all regions.
        n_cells: usize,
    },
    /// It does not: this input satisfies one.
    Refuted(Satisfying),
}

/// An input that satisfies all constraints of a case, exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct Satisfying {
    /// The input.
    pub input: Vec<Rational>,
    /// The outputs there.
    pub outputs: Vec<Rational>,
    /// The case, by index.
    pub case: usize,
}

impl Satisfying {
    /// The input as one that satisfies a case, if it does.
    ///
    /// # Panics
    /// When the input has the wrong length, or a constraint is about one that is not there.
    pub fn at(computation: &Computation, cases: &[Vec<Constraint>], input: Vec<Rational>) -> Option<Self> {
        let outputs = computation.evaluate(&input);
        let case = cases.iter().position(|case| case.iter().all(|c| c.holds(&input, &outputs)))?;
        Some(Satisfying { input, outputs, case })
    }
}

/// Does no input satisfy, with its outputs, all constraints of one of the cases?
///
/// ```
/// use pellucid_core::{Computation, Constraint, Function, Rational};
/// use pellucid_prove::{Limits, Never, prove_never};
/// let abs = Computation::Function(Function::parse("abs(x1)").unwrap());
/// let below = |bound: i64| Constraint {
///     inputs: [].into(),
///     outputs: [(0, Rational::from(-1))].into(),
///     constant: Rational::from(bound),
///     strict: true,
/// };
/// // |x| < 0 never, |x| < 1 somewhere.
/// let verdict = |bound| prove_never(&abs, &[vec![below(bound)]], Limits::default()).unwrap();
/// assert!(matches!(verdict(0), Never::Proved { .. }));
/// assert!(matches!(verdict(1), Never::Refuted(_)));
/// ```
///
/// # Errors
/// When a constraint is about an input or output that is not there, or a limit is reached: cells
/// are counted over all regions.
pub fn prove_never(computation: &Computation, cases: &[Vec<Constraint>], limits: Limits<'_>) -> Result<Never, Error> {
    let graph = computation.to_graph(Merge::Copies);
    let (n_inputs, n_outputs) = (graph.n_inputs, graph.outputs.len());
    if !cases.iter().flatten().all(|constraint| constraint.fits(n_inputs, n_outputs)) {
        let counts = format!("{} and {}", counted(n_inputs, "input"), counted(n_outputs, "output"));
        return Err(Error::input(format!("a constraint does not fit {counts}")));
    }
    let questions = questions(&graph, cases);
    let at = |question: &Question, point: &[Rational]| {
        Satisfying::at(computation, cases, question.region.whole_point(point))
    };
    for question in &questions {
        let mut points = suggestions(&question.graph, &question.region.domain, &question.cases, limits.stop);
        if let Some(found) = points.find_map(|point| at(question, &point)) {
            return Ok(Never::Refuted(found));
        }
    }
    let (mut proofs, mut n_cells) = (Vec::new(), 0);
    for question in questions {
        let left = Limits { max_cells: limits.max_cells.saturating_sub(n_cells), ..limits };
        match decide(&question, left).map_err(|error| counted_from_the_start(error, n_cells, limits))? {
            Decided::Never { steps, n_cells: more } => {
                n_cells += more;
                proofs.push(NeverInRegion { cases: question.indices, steps });
            }
            Decided::At(point) => {
                let found = at(&question, &point);
                return found
                    .map(Never::Refuted)
                    .ok_or_else(|| Error::input("defect: a point does not satisfy its case"));
            }
        }
    }
    let claim = Claim::Never { computation: computation.clone(), cases: cases.to_vec() };
    Ok(Never::Proved { certificate: Box::new(Certificate::new(claim, Proof::Never(proofs))), n_cells })
}

/// A limit on cells is named as the caller gave it, not as what earlier regions left of it.
fn counted_from_the_start(error: Error, n_before: usize, limits: Limits<'_>) -> Error {
    let is_over = limits.stopped();
    if n_before == 0 || !error.is_limit() || is_over {
        return error;
    }
    Error::limit(format!("gave up after {} (raise --max-cells)", counted(limits.max_cells, "linear cell")))
}

/// The cases with one region, written in its free inputs.
struct Question {
    indices: Vec<usize>,
    region: Region,
    graph: ReluGraph,
    cases: Vec<Vec<Constraint>>,
}

fn questions(graph: &ReluGraph, cases: &[Vec<Constraint>]) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for (index, case) in cases.iter().enumerate() {
        let region = Region::of(case, graph.n_inputs);
        let restricted = case.iter().map(|constraint| region.restrict_constraint(constraint)).collect();
        let at = *known.entry(region.clone()).or_insert_with(|| {
            let graph = region.restrict_graph(graph);
            questions.push(Question { indices: Vec::new(), region, graph, cases: Vec::new() });
            questions.len() - 1
        });
        questions[at].indices.push(index);
        questions[at].cases.push(restricted);
    }
    questions
}

enum Decided {
    Never { steps: Vec<CellStep>, n_cells: usize },
    At(Vec<Rational>),
}

/// Decides the cases of one region. Points with an equation among their constraints may lie on
/// borders of cells only; closed cells hold them too.
fn decide(question: &Question, limits: Limits<'_>) -> Result<Decided, Error> {
    let Question { region, graph, cases, .. } = question;
    let domain_rows: Vec<Row> = region.domain.rows(graph.n_inputs).iter().map(bounding_row).collect();
    // Constraints on inputs alone may contradict each other already.
    let on_inputs = cases.iter().map(|case| {
        let alone: Vec<usize> = (0..case.len()).filter(|i| case[*i].outputs.is_empty()).collect();
        let kept = alone.iter().map(|i| case[*i].clone()).collect::<Vec<_>>();
        match case_in_cell(&domain_rows, &kept, graph.n_inputs, &[]) {
            Feasible::Point(_) => None,
            Feasible::Never(multipliers) => Some(whole(
                renumbered(multipliers, domain_rows.len(), &alone),
                domain_rows.len(),
                case,
                &[],
                graph.n_inputs,
            )),
        }
    });
    if let Some(proofs) = on_inputs.collect() {
        return Ok(Decided::Never { steps: vec![CellStep::Never(proofs)], n_cells: 0 });
    }
    let (mut steps, mut found) = (Vec::new(), None);
    let n_cells = walk_integers(
        &IntegerGraph::of(graph),
        &region.domain,
        limits,
        || true,
        |step| {
            match step {
                Step::Cut { .. } => steps.push(CellStep::Split),
                Step::Stays { on, proof } => steps.extend(proof.map(|proof| CellStep::stays(on, proof))),
                Step::Cell(cell) => match cases_in_cell(cell, cases, &region.domain) {
                    Ok(proofs) => steps.push(CellStep::Never(proofs)),
                    Err(point) => found = Some(point),
                },
            }
            found.is_none()
        },
    )?;
    Ok(match found {
        Some(point) => Decided::At(point),
        None => Decided::Never { steps, n_cells },
    })
}

/// A row of a cell in a linear program, scaled as proofs have it.
fn bounding_row(map: &Affine) -> Row {
    Row { map: IntegerRow::of(map).to_affine(), strict: false, roomy: false }
}

/// Factors of a cell's rows and of a case's constraints, as factors of integer rows, in integers.
fn whole(
    multipliers: Vec<(usize, Rational)>,
    n_rows: usize,
    case: &[Constraint],
    outputs: &[Affine],
    n_inputs: usize,
) -> Vec<(usize, Integer)> {
    let scaled = multipliers.into_iter().map(|(i, factor)| {
        let map = (i >= n_rows).then(|| case[i - n_rows].to_affine(n_inputs, outputs)).flatten();
        let scale = map.map(|map| Rational::primitive_scale(map.coefficients.iter().chain([&map.constant])));
        (i, scale.map_or_else(|| factor.clone(), |scale| &factor / scale))
    });
    let scaled: Vec<(usize, Rational)> = scaled.collect();
    let scale = Rational::primitive_scale(scaled.iter().map(|(_, factor)| factor));
    scaled.into_iter().map(|(i, factor)| (i, (factor * &scale).to_integer())).collect()
}

/// Multipliers of rows and of some constraints as those of the rows and of all constraints.
fn renumbered(multipliers: Vec<(usize, Rational)>, n_rows: usize, kept: &[usize]) -> Vec<(usize, Rational)> {
    let renumber = |i: usize| if i < n_rows { i } else { n_rows + kept[i - n_rows] };
    multipliers.into_iter().map(|(i, factor)| (renumber(i), factor)).collect()
}

/// For each case what contradicts it on the cell, or a point of the cell that satisfies one.
fn cases_in_cell(
    cell: &Cell<'_>,
    cases: &[Vec<Constraint>],
    domain: &Domain,
) -> Result<Vec<Vec<(usize, Integer)>>, Vec<Rational>> {
    let (rows, outputs) = (cell.rows(), cell.outputs());
    let n_inputs = cell.n_inputs();
    let rows: Vec<Row> = rows.into_iter().map(|map| Row { map, strict: false, roomy: false }).collect();
    let decided = cases.iter().map(|case| {
        let whole = |multipliers| whole(multipliers, rows.len(), case, &outputs, n_inputs);
        if let Some(multipliers) = beside_the_box(domain, case, &outputs, rows.len()) {
            return Ok(whole(multipliers));
        }
        match case_in_cell(&rows, case, n_inputs, &outputs) {
            Feasible::Never(multipliers) => Ok(whole(multipliers)),
            Feasible::Point(point) => Err(point),
        }
    });
    decided.collect()
}

/// Refutes a case without a linear program where one of its constraints holds nowhere in the box.
fn beside_the_box(
    domain: &Domain,
    case: &[Constraint],
    outputs: &[Affine],
    n_rows: usize,
) -> Option<Vec<(usize, Rational)>> {
    let Domain::Box(sides) = domain else { return None };
    case.iter().enumerate().find_map(|(index, constraint)| {
        let map = constraint.to_affine(sides.len(), outputs)?;
        let most = domain.range(&map).1?;
        if most.is_positive() || (most.is_zero() && !constraint.strict) {
            return None;
        }
        // most = map + sum |c_i| * (the side that c_i pulls towards): rows come in pairs a input.
        let pulled = map.coefficients.iter().enumerate().filter(|(_, c)| !c.is_zero());
        let rows = domain.rows(sides.len());
        let scale = |row: usize| Rational::primitive_scale(rows[row].coefficients.iter().chain([&rows[row].constant]));
        let sides = pulled.map(|(i, c)| {
            let row = 2 * i + usize::from(c.is_positive());
            (row, c.abs() / scale(row))
        });
        Some(sides.chain([(n_rows + index, Rational::one())]).collect())
    })
}

fn case_in_cell(rows: &[Row], case: &[Constraint], n_inputs: usize, outputs: &[Affine]) -> Feasible {
    let constraints = case.iter().filter_map(|constraint| {
        let map = constraint.to_affine(n_inputs, outputs)?;
        Some(Row { map, strict: constraint.strict, roomy: true })
    });
    let rows: Vec<Row> = rows.iter().cloned().chain(constraints).collect();
    feasible(&rows, n_inputs)
}
