//! Surveys that are interrupted, cut into shards and merged have the rows of one that was not.

use std::cell::Cell;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use pellucid_survey::{
    About, Plan, Row, Shard, Store, Verdict, export_csv, read_csv, summary, summary_of_rows, survey,
};

const PLAN: &str = "
    seeds = '0..12'
    [[function]]
    name = 'identity'
    formula = 'x1'
    widths = [2, 3]
    steps = 300
    [[function]]
    name = 'smaller'
    formula = 'relu(min(a, b))'
    widths = [[2, 1]]
    steps = 20
    [[regimen]]
    name = 'seed'
    [[regimen]]
    name = 'again'
    restarts = 5
    restart_above = 1e-9
";

fn in_memory() -> Store {
    Store::open(Path::new(":memory:")).unwrap()
}

fn rows(store: &Store) -> Vec<(About, String)> {
    let mut rows = Vec::new();
    store
        .each_row(|about, row| {
            rows.push((about.clone(), format!("{row:?}")));
            Ok(())
        })
        .unwrap();
    rows
}

fn whole(plan: &Plan) -> Store {
    let mut store = in_memory();
    let done = survey(plan, Shard::WHOLE, &mut store, |_| {}, &AtomicBool::new(false)).unwrap();
    assert!(done.is_complete() && done.n_new == plan.n_runs());
    store
}

#[test]
fn interrupted_surveys_and_shards_end_with_the_same_rows() {
    let plan = Plan::parse(PLAN).unwrap();
    let whole = whole(&plan);
    assert_eq!(rows(&whole).len() as u64, plan.n_runs());

    // Cancelled after the first rows were written, then gone on with, twice.
    let mut broken = in_memory();
    let mut n_rounds = 0;
    loop {
        let cancel = AtomicBool::new(false);
        let n_seen = Cell::new(0);
        let on_progress = |progress: &pellucid_survey::Progress<'_>| {
            n_seen.set(n_seen.get() + progress.new.len());
            if n_seen.get() > 0 {
                cancel.store(true, Ordering::Relaxed);
            }
        };
        let done = survey(&plan, Shard::WHOLE, &mut broken, on_progress, &cancel).unwrap();
        n_rounds += 1;
        if done.is_complete() {
            break;
        }
    }
    assert!(n_rounds >= 1);
    assert!(rows(&broken) == rows(&whole));
    // Once more: nothing is left to do.
    let again = survey(&plan, Shard::WHOLE, &mut broken, |_| {}, &AtomicBool::new(false)).unwrap();
    assert_eq!((again.n_before, again.n_new), (plan.n_runs(), 0));

    let mut merged = in_memory();
    for shard in ["3/3", "1/3", "2/3"] {
        let mut part = in_memory();
        survey(&plan, shard.parse().unwrap(), &mut part, |_| {}, &AtomicBool::new(false)).unwrap();
        merged.merge(&part).unwrap();
        assert_eq!(merged.merge(&part).unwrap(), 0);
    }
    assert!(rows(&merged) == rows(&whole));
}

#[test]
fn different_outcomes_of_one_run_are_not_merged() {
    let plan = Plan::parse(&PLAN.replace("0..12", "0..2")).unwrap();
    let (mut one, mut other) = (whole(&plan), in_memory());
    let mut changed: Vec<(About, Row)> = Vec::new();
    one.each_row(|about, row| {
        let tries = row.tries + usize::from(row.seed == 1);
        changed.push((about.clone(), Row { tries, ..row }));
        Ok(())
    })
    .unwrap();
    other.insert(changed.iter().map(|(about, row)| (about, row))).unwrap();
    let before = rows(&one);
    let message = one.merge(&other).unwrap_err().to_string();
    assert!(message.contains("different outcomes") && message.contains("seed 1"), "{message}");
    assert!(rows(&one) == before);
}

#[test]
fn summaries_and_tables_count_every_row() {
    let plan = Plan::parse(PLAN).unwrap();
    let store = whole(&plan);
    let summary = summary(&store).unwrap();
    assert_eq!(summary.cells.len(), plan.cells().count());
    for cell in &summary.cells {
        assert_eq!(cell.by_verdict.iter().sum::<u64>(), 12);
        let n_failed: u64 = cell.causes.values().sum();
        assert_eq!(n_failed, cell.by_verdict[2] + cell.by_verdict[3]);
        assert!(cell.found_at_once.count <= cell.found.count);
        if cell.about.function == "identity" && cell.about.widths == "2" && cell.found.count > 1 {
            // Two neurons leave no choice.
            assert_eq!((cell.n_classes, cell.strong, cell.agreement), (1, Some(1.0), Some(1.0)));
            assert_eq!(cell.weak.count, cell.weak.of);
        }
    }
    let found = |regimen: &str| {
        let cells = summary.cells.iter().filter(|cell| cell.about.regimen == regimen && cell.about.widths == "2");
        cells.map(|cell| cell.found.count).sum::<u64>()
    };
    assert!(found("again") > found("seed"), "restarts help: {} against {}", found("again"), found("seed"));
    let mut table = Vec::new();
    assert_eq!(export_csv(&store, &mut table).unwrap(), plan.n_runs());
    // The table says as much as the database.
    let read = read_csv(table.as_slice()).unwrap();
    let again = summary_of_rows(read.iter().map(|(about, row)| (about, row.clone()))).unwrap();
    assert_eq!(format!("{again:?}"), format!("{summary:?}"));
    let text = String::from_utf8(table).unwrap();
    for (from, to, message) in [("300", "3oo", "`3oo` is no number"), ("found,", "lost,", "`lost` is none of found, ")]
    {
        let error = read_csv(text.replace(from, to).as_bytes()).unwrap_err().to_string();
        assert!(error.contains(message) && error.contains("line "), "{error}");
    }
    assert_eq!(text.lines().count() as u64, plan.n_runs() + 1);
    assert!(text.contains(Verdict::Found.name()) && text.starts_with("function,formula,"));
}

#[test]
fn files_that_are_no_surveys_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.sqlite");
    assert!(Store::open_existing(&path).unwrap_err().to_string().contains("there is no"));
    std::fs::write(&path, "no database, but a text that is long enough to be looked at, over and over and over")
        .unwrap();
    assert!(Store::open(&path).unwrap_err().to_string().contains("x.sqlite"));
    for shard in ["0/2", "3/2", "1", "a/b", "1/0"] {
        assert!(shard.parse::<Shard>().unwrap_err().contains("i/n"), "{shard}");
    }
}
