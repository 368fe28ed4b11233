//! A survey's rows from the table that was exported of them.

use std::collections::HashMap;
use std::io::Read;
use std::str::FromStr;

use pellucid_core::Error;

use crate::row::{About, Row};
use crate::verdict::{Judged, Verdict};

/// Reads what `export_csv` writes; columns may stand in any order, and `weights` may be left out.
///
/// ```
/// let table = "function,formula,domain,widths,regimen,regimen_hash,settings,tolerance,seed,start_loss,final_loss,tries,\
///     steps,good_after,verdict,cause,detail,circuit,features,live_neurons,deviation,deviation_is_largest\n\
///     identity,x1,\"[-1, 1]\",2,seed,0,{},1/10000,7,0.3,0,1,500,,found,,,x1 > 0: +,x1 > 0,1,0,true\n";
/// let rows = pellucid_survey::read_csv(table.as_bytes()).unwrap();
/// assert_eq!((rows[0].0.function.as_str(), rows[0].1.seed, rows[0].1.judged.features.len()), ("identity", 7, 1));
/// assert!(pellucid_survey::read_csv(&b"function\nidentity\n"[..]).is_err());
/// ```
///
/// # Errors
/// When it is no such table: says the line, the column, and what stands there.
pub fn read_csv(table: impl Read) -> Result<Vec<(About, Row)>, Error> {
    let failed = |e: csv::Error| Error::input(format!("this is no table of a survey: {e}"));
    let mut reader = csv::Reader::from_reader(table);
    let names = reader.headers().map_err(failed)?.clone();
    let places: HashMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (name, at)).collect();
    let mut rows = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(failed)?;
        rows.push(Line { record: &record, places: &places, number: index + 2 }.row()?);
    }
    Ok(rows)
}

struct Line<'a> {
    record: &'a csv::StringRecord,
    places: &'a HashMap<&'a str, usize>,
    number: usize,
}

impl Line<'_> {
    fn text(&self, column: &str) -> Result<&str, Error> {
        self.places.get(column).and_then(|at| self.record.get(*at)).ok_or_else(|| {
            Error::input(format!(
                "this is no table of a survey: it has no column `{column}` (pellucid survey export writes one)"
            ))
        })
    }

    fn number<T: FromStr>(&self, column: &str) -> Result<T, Error> {
        let text = self.text(column)?;
        text.parse().map_err(|_| self.wrong(column, text, "is no number that fits there"))
    }

    fn wrong(&self, column: &str, text: &str, why: &str) -> Error {
        Error::input(format!("line {} of the table, column `{column}`: `{text}` {why}", self.number))
    }

    fn row(&self) -> Result<(About, Row), Error> {
        let text = |column: &str| self.text(column).map(str::to_string);
        let about = About {
            function: text("function")?,
            formula: text("formula")?,
            domain: text("domain")?,
            widths: text("widths")?,
            hash: text("regimen_hash")?,
            tolerance: text("tolerance")?,
            regimen: text("regimen")?,
            settings: text("settings")?,
        };
        let verdict = text("verdict")?;
        let judged = Judged {
            verdict: Verdict::ALL.into_iter().find(|known| known.name() == verdict).ok_or_else(|| {
                self.wrong("verdict", &verdict, &format!("is none of {}", Verdict::ALL.map(Verdict::name).join(", ")))
            })?,
            cause: text("cause")?,
            detail: text("detail")?,
            class: text("circuit")?,
            features: self.text("features")?.split("; ").filter(|name| !name.is_empty()).map(str::to_string).collect(),
            n_live: self.number("live_neurons")?,
            deviation: match self.text("deviation")? {
                "" => None,
                _ => Some(self.number("deviation")?),
            },
            is_largest: self.number("deviation_is_largest")?,
        };
        let weights = self.text("weights").unwrap_or_default().split_whitespace();
        let row = Row {
            seed: self.number("seed")?,
            start_loss: self.number("start_loss")?,
            final_loss: self.number("final_loss")?,
            tries: self.number("tries")?,
            steps: self.number("steps")?,
            good_after: match self.text("good_after")? {
                "" => None,
                _ => Some(self.number("good_after")?),
            },
            judged,
            weights: weights
                .map(|text| text.parse().map_err(|_| self.wrong("weights", text, "is no number")))
                .collect::<Result<_, _>>()?,
        };
        Ok((about, row))
    }
}
