//! What a survey says, as tables of text.

use pellucid_survey::{CellSummary, Share, Summary, Verdict, best_regimens};

/// Features that are told, those that most functions share first.
const TOLD_FEATURES: usize = 12;

/// A survey's tables: recovery, circuits, causes of failure, shared features, and which regimen to use.
///
/// ```
/// use pellucid::survey::{Store, summary};
/// let store = Store::open(std::path::Path::new(":memory:"))?;
/// assert_eq!(pellucid::survey_tables(&summary(&store)?), "no runs\n");
/// # Ok::<(), pellucid::Error>(())
/// ```
pub fn survey_tables(summary: &Summary) -> String {
    if summary.cells.is_empty() {
        return "no runs\n".into();
    }
    let mut text = String::from("circuit found (95 % intervals)\n");
    let rows = summary.cells.iter().map(|cell| {
        let percent = |share: &Share| format!("{:.2} %", 100.0 * share.rate());
        let (low, high) = cell.found.interval;
        [
            name(summary, cell),
            cell.about.widths.clone(),
            regimen(summary, cell),
            cell.found.of.to_string(),
            percent(&cell.found),
            format!("{:.2} to {:.2}", 100.0 * low, 100.0 * high),
            percent(&cell.found_at_once),
            format!("{:.0}", cell.mean_steps),
            if cell.steps_per_found.is_finite() { format!("{:.0}", cell.steps_per_found) } else { "-".into() },
            cell.median_good_after.map_or("-".into(), |step| step.to_string()),
        ]
    });
    let head = [
        "function",
        "widths",
        "regimen",
        "runs",
        "found",
        "interval",
        "at once",
        "steps",
        "steps/found",
        "there after",
    ];
    text += &table(&head, rows);
    text += "\ncircuits among the networks that compute their function\n";
    let number = |value: Option<f64>| value.map_or("-".to_string(), |value| format!("{value:.4}"));
    let rows = summary.cells.iter().map(|cell| {
        [
            name(summary, cell),
            cell.about.widths.clone(),
            regimen(summary, cell),
            cell.weak.of.to_string(),
            cell.n_classes.to_string(),
            number(cell.strong),
            if cell.weak.of > 0 { format!("{:.4}", cell.weak.rate()) } else { "-".into() },
            number(cell.agreement),
            number(cell.chance),
            number(cell.corrected_agreement()),
        ]
    });
    let head =
        ["function", "widths", "regimen", "networks", "circuits", "strong", "weak", "agreement", "chance", "corrected"];
    text += &table(&head, rows);
    text += "\nwhat became of the others\n";
    for cell in &summary.cells {
        let mut causes: Vec<(&String, &u64)> = cell.causes.iter().collect();
        causes.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
        let other =
            (cell.by_verdict[1] > 0).then(|| format!("{} {}", cell.by_verdict[1], Verdict::OtherCircuit.name()));
        let told: Vec<String> =
            other.into_iter().chain(causes.iter().map(|(cause, n)| format!("{n} {cause}"))).collect();
        if !told.is_empty() {
            let (name, regimen) = (name(summary, cell), regimen(summary, cell));
            text += &format!("  {name} {}, {regimen}: {}\n", cell.about.widths, told.join(", "));
        }
    }
    text += "\nfeatures and the functions they are in\n";
    for (feature, functions) in summary.reuse.iter().take(TOLD_FEATURES) {
        let told: Vec<String> = functions.iter().map(|(function, n)| format!("{function} ({n})")).collect();
        text += &format!("  {feature}: {}\n", told.join(", "));
    }
    let best = best_regimens(summary);
    if !best.is_empty() {
        text += "\nwhich regimen to use\n";
    }
    for (cell, is_sure) in best {
        let sure = if is_sure { "its interval is above those of all others" } else { "the intervals overlap" };
        let (low, high) = cell.found.interval;
        text += &format!(
            "  {} {}: {} ({:.2} to {:.2} %; {sure})\n",
            name(summary, cell),
            cell.about.widths,
            regimen(summary, cell),
            100.0 * low,
            100.0 * high
        );
    }
    text
}

/// The function's name, with formula and box where one name stands for several.
pub(crate) fn name(summary: &Summary, cell: &CellSummary) -> String {
    let about = &cell.about;
    let same = summary.cells.iter().filter(|other| other.about.function == about.function);
    let is_one =
        same.clone().all(|other| (&other.about.formula, &other.about.domain) == (&about.formula, &about.domain));
    if is_one { about.function.clone() } else { format!("{} = {} on {}", about.function, about.formula, about.domain) }
}

/// The regimen's name, with its hash where one name stands for several settings of the same function.
pub(crate) fn regimen(summary: &Summary, cell: &CellSummary) -> String {
    let about = &cell.about;
    let mut same = summary.cells.iter().map(|other| &other.about).filter(|other| {
        (&other.regimen, &other.function, &other.formula) == (&about.regimen, &about.function, &about.formula)
    });
    let is_one = same.all(|other| other.hash == about.hash && other.tolerance == about.tolerance);
    if is_one { about.regimen.clone() } else { format!("{} ({}, {})", about.regimen, about.hash, about.tolerance) }
}

/// Columns as wide as what stands in them; numbers to the right, names to the left.
fn table<const N: usize>(head: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let rows: Vec<[String; N]> = rows.collect();
    let length = |text: &str| text.chars().count();
    let width = |at: usize| rows.iter().map(|row| length(&row[at])).chain([length(head[at])]).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let line = |cells: &[String]| {
        let cell = |(at, text): (usize, &String)| {
            let width = widths[at];
            if at < 3 { format!("{text:width$}") } else { format!("{text:>width$}") }
        };
        format!("  {}\n", cells.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ").trim_end())
    };
    let head: Vec<String> = head.iter().map(ToString::to_string).collect();
    std::iter::once(line(&head)).chain(rows.iter().map(|row| line(row))).collect()
}
