//! What is surveyed: functions, widths, regimens and seeds, read from a TOML text.

use std::collections::BTreeSet;
use std::ops::Range;

use pellucid_core::{Domain, Error, Function, Rational};
use pellucid_train::Regimen;
use toml::{Table, Value};

use crate::PlannedRegimen;

/// A function that networks are trained for.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its name in the plan.
    pub name: String,
    /// What is to be computed.
    pub function: Function,
    /// Where: the box that inputs are drawn from and that deviations are about.
    pub domain: Domain,
    /// The hidden layers' widths that are tried.
    pub widths: Vec<Vec<usize>>,
    /// Steps of a training, where the regimen does not say.
    pub steps: u64,
}

impl Target {
    /// The range of each input.
    pub fn ranges(&self) -> Vec<(f32, f32)> {
        let Domain::Box(sides) = &self.domain else { return vec![(-1.0, 1.0)] };
        sides.iter().map(|(low, high)| (low.to_f32(), high.to_f32())).collect()
    }
}

/// Functions x widths x regimens x seeds.
///
/// ```
/// use pellucid_survey::Plan;
/// let plan = Plan::parse("
///     seeds = '0..100'
///     [[function]]
///     name = 'minimum'
///     formula = 'min(x1, x2)'
///     widths = [3, 4]
///     steps = 10000
///     [[regimen]]
///     name = 'seed'
/// ").unwrap();
/// assert_eq!(plan.n_runs(), 200);
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    /// The functions.
    pub targets: Vec<Target>,
    /// The ways to train.
    pub regimens: Vec<PlannedRegimen>,
    /// One network is trained from each.
    pub seeds: Range<u64>,
    /// A network may be this far from its function and still count as found.
    pub tolerance: Rational,
}

/// One function, one shape, one regimen: what seeds are varied for.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// The function.
    pub target: &'a Target,
    /// The hidden layers' widths.
    pub widths: &'a [usize],
    /// The regimen.
    pub regimen: &'a PlannedRegimen,
}

impl Cell<'_> {
    /// Steps of a try.
    pub fn steps(&self) -> u64 {
        self.regimen.steps.unwrap_or(self.target.steps)
    }
}

impl Plan {
    /// Reads a plan.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn parse(text: &str) -> Result<Plan, Error> {
        let table: Table = text.parse().map_err(|e| Error::input(format!("the plan is no TOML: {e}")))?;
        let mut wrong = Vec::new();
        let mut top = Fields { place: "the plan".into(), table, wrong: &mut wrong };
        let seeds = top.seeds();
        let tolerance = top.rational("tolerance").unwrap_or_else(|| Rational::ratio(1, 10_000));
        let (functions, regimens) = (top.tables("function"), top.tables("regimen"));
        top.no_more(&["seeds", "tolerance", "function", "regimen"]);
        let targets: Vec<Target> =
            functions.into_iter().enumerate().filter_map(|(i, table)| target(i, table, &mut wrong)).collect();
        let regimens: Vec<PlannedRegimen> =
            regimens.into_iter().enumerate().filter_map(|(i, table)| regimen(i, table, &mut wrong)).collect();
        if tolerance.is_negative() {
            wrong.push(format!("the plan: `tolerance` must be a number from 0, not {tolerance}"));
        }
        twice("functions", targets.iter().map(|target| &target.name), &mut wrong);
        twice("regimens", regimens.iter().map(|regimen| &regimen.name), &mut wrong);
        let plan = Plan { targets, regimens, seeds, tolerance };
        for cell in plan.cells() {
            if let Err(error) = cell.regimen.validate(cell.target, cell.widths) {
                let name = format!("`{}` with `{}`", cell.target.name, cell.regimen.name);
                wrong.extend(error.to_string().lines().map(|line| format!("{name}: {line}")));
            }
        }
        // What is wrong with a regimen is wrong for each function.
        let mut known = BTreeSet::new();
        wrong.retain(|line| known.insert(line.clone()));
        if wrong.is_empty() { Ok(plan) } else { Err(Error::inputs(wrong)) }
    }

    /// All combinations but the seeds, function by function.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        self.targets.iter().flat_map(move |target| {
            target
                .widths
                .iter()
                .flat_map(move |widths| self.regimens.iter().map(move |regimen| Cell { target, widths, regimen }))
        })
    }

    /// How many networks are trained.
    pub fn n_runs(&self) -> u64 {
        self.cells().count() as u64 * (self.seeds.end - self.seeds.start)
    }
}

fn twice<'a>(what: &str, names: impl Iterator<Item = &'a String>, wrong: &mut Vec<String>) {
    let mut known = BTreeSet::new();
    wrong.extend(names.filter(|name| !known.insert(*name)).map(|name| format!("two {what} are called `{name}`")));
}

fn target(index: usize, table: Table, wrong: &mut Vec<String>) -> Option<Target> {
    let mut fields = Fields { place: format!("function {}", index + 1), table, wrong };
    let name = fields.text("name");
    if let Some(name) = &name {
        fields.place = format!("function `{name}`");
    }
    let formula = fields.text("formula");
    let on = fields.maybe("domain", "a text such as \"[-1,1]^2\"", |v| v.as_str().map(String::from));
    let steps = fields.count("steps").unwrap_or(500) as u64;
    let widths = fields.widths();
    fields.no_more(&["name", "formula", "domain", "steps", "widths"]);
    let function = match Function::parse(&formula?) {
        Ok(function) => function,
        Err(error) => {
            fields.bad(&error.to_string());
            return None;
        }
    };
    let domain = match on {
        None => Domain::unit_box(function.n_inputs()),
        Some(text) => match Domain::parse(&text, function.input_names()) {
            Ok(domain @ Domain::Box(_)) => domain,
            Ok(domain) => {
                fields.bad(&format!("networks are trained on a box such as [-1,1]^2, not on {domain}"));
                return None;
            }
            Err(error) => {
                fields.bad(&error.to_string());
                return None;
            }
        },
    };
    if function.n_inputs() == 0 {
        fields.bad("the formula has no input, so there is nothing to train");
        return None;
    }
    Some(Target { name: name?, function, domain, widths: widths?, steps })
}

fn regimen(index: usize, table: Table, wrong: &mut Vec<String>) -> Option<PlannedRegimen> {
    let mut fields = Fields { place: format!("regimen {}", index + 1), table, wrong };
    let name = fields.text("name")?;
    fields.place = format!("regimen `{name}`");
    let steps = fields.count("steps").map(|steps| steps as u64);
    let bias = fields.flag("bias").unwrap_or(false);
    // The other settings are a regimen's, as in a file of its own.
    match Regimen::parse(&std::mem::take(&mut fields.table).to_string()) {
        Ok(regimen) => Some(PlannedRegimen { name, steps, bias, regimen }),
        Err(error) => {
            error.to_string().lines().for_each(|line| fields.bad(line));
            None
        }
    }
}

/// A table whose fields are taken one by one; what is wrong is noted with its place.
struct Fields<'a> {
    place: String,
    table: Table,
    wrong: &'a mut Vec<String>,
}

impl Fields<'_> {
    fn bad(&mut self, what: &str) {
        self.wrong.push(format!("{}: {what}", self.place));
    }

    fn maybe<T>(&mut self, key: &str, right: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let value = self.table.remove(key)?;
        let found = read(&value);
        if found.is_none() {
            self.bad(&format!("`{key}` is {value}; it must be {right}"));
        }
        found
    }

    fn text(&mut self, key: &str) -> Option<String> {
        if !self.table.contains_key(key) {
            self.bad(&format!("`{key}` is missing"));
        }
        self.maybe(key, "a text that is not empty", |v| v.as_str().filter(|t| !t.trim().is_empty()).map(String::from))
    }

    fn count(&mut self, key: &str) -> Option<usize> {
        self.maybe(key, "a whole number from 0", |v| usize::try_from(v.as_integer()?).ok())
    }

    fn flag(&mut self, key: &str) -> Option<bool> {
        self.maybe(key, "true or false", Value::as_bool)
    }

    fn rational(&mut self, key: &str) -> Option<Rational> {
        self.maybe(key, "a number such as 1e-4 or \"1/10000\"", |v| match v {
            Value::String(text) => text.parse().ok(),
            Value::Float(_) | Value::Integer(_) => v.to_string().parse().ok(),
            _ => None,
        })
    }

    fn tables(&mut self, key: &str) -> Vec<Table> {
        if !self.table.contains_key(key) {
            self.bad(&format!("there is no [[{key}]]"));
        }
        let read = |v: &Value| v.as_array()?.iter().map(|v| v.as_table().cloned()).collect::<Option<Vec<_>>>();
        self.maybe(key, &format!("tables [[{key}]]"), read).unwrap_or_default()
    }

    fn seeds(&mut self) -> Range<u64> {
        if !self.table.contains_key("seeds") {
            self.bad("`seeds` is missing, such as \"0..200\"");
        }
        let read = |v: &Value| {
            let (first, end) = v.as_str()?.split_once("..")?;
            let (first, end) = (first.trim().parse::<u64>().ok()?, end.trim().parse::<u64>().ok()?);
            // The database keeps seeds as signed numbers.
            (first < end && i64::try_from(end).is_ok()).then_some(first..end)
        };
        self.maybe("seeds", "a text such as \"0..200\", the end left out and above the first", read).unwrap_or(0..1)
    }

    fn widths(&mut self) -> Option<Vec<Vec<usize>>> {
        if !self.table.contains_key("widths") {
            self.bad("`widths` is missing, such as [3, 4] or [[2, 1]]");
            return None;
        }
        let width = |v: &Value| usize::try_from(v.as_integer()?).ok().filter(|n| *n > 0);
        let layers = |v: &Value| match v {
            Value::Array(layers) => layers.iter().map(width).collect::<Option<Vec<_>>>().filter(|l| !l.is_empty()),
            one => Some(vec![width(one)?]),
        };
        let read = |v: &Value| {
            let all = v.as_array()?.iter().map(layers).collect::<Option<Vec<_>>>()?;
            let distinct = all.iter().collect::<BTreeSet<_>>().len() == all.len();
            (!all.is_empty() && distinct).then_some(all)
        };
        self.maybe("widths", "a list of different widths from 1, such as [3, 4] or [[2, 1]] for two layers", read)
    }

    fn no_more(&mut self, known: &[&str]) {
        let unknown: Vec<String> = self.table.keys().filter(|key| !known.contains(&key.as_str())).cloned().collect();
        for key in unknown {
            self.bad(&format!("`{key}` is not known (known: {})", known.join(", ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_is_listed() {
        let error = Plan::parse(
            "seeds = '5..5'\ntolerance = -1\ncolour = 1\n\
             [[function]]\nname = 'a'\nformula = 'step(x1)'\nwidths = [2]\n\
             [[function]]\nname = 'b'\nformula = 'x1'\nwidths = [2, 2]\ndomain = 'everywhere'\n\
             [[function]]\nname = 'c'\nformula = 'x1'\nwidths = [2]\n\
             [[function]]\nname = 'c'\nformula = 'x1'\nwidths = [2]\n\
             [[regimen]]\nname = 'r'\nrate = 0\nbatch = 'many'\nlook_after = 2.0\n",
        )
        .unwrap_err()
        .to_string();
        for part in [
            "`seeds` is",
            "`tolerance`",
            "`colour` is not known",
            "step",
            "`widths` is",
            "everywhere",
            "two functions",
            "batch = \"many\"",
            "look_after is not known",
            "rate = 0",
        ] {
            assert!(error.contains(part), "{part} is not in\n{error}");
        }
        assert!(Plan::parse("a = [").unwrap_err().to_string().contains("no TOML"));
    }

    #[test]
    fn cells_are_all_combinations() {
        let plan = Plan::parse(
            "seeds = '3..5'\n[[function]]\nname = 'a'\nformula = 'max(x, y, 0)'\ndomain='x in [0,1], y in [-1,2]'\n\
             widths = [[2, 1], 4]\n[[regimen]]\nname = 'r'\n[[regimen]]\nname = 's'\nsteps = 7\n",
        )
        .unwrap();
        let cells: Vec<_> = plan.cells().map(|c| (c.widths.to_vec(), c.regimen.name.clone(), c.steps())).collect();
        assert_eq!(cells.len(), 4);
        assert_eq!(cells[1], (vec![2, 1], "s".to_string(), 7));
        assert_eq!(plan.n_runs(), 8);
        assert_eq!(plan.targets[0].ranges(), [(0.0, 1.0), (-1.0, 2.0)]);
    }
}
