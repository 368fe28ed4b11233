//! What each ink looks like, light and dark: one table, from which the style sheet is written.
//!
//! The colours are chosen after Okabe and Ito's palette for colour-blind readers, darkened or
//! lightened until words in them have a contrast of 4.5 to 1 against the paper. Colour never stands
//! alone: links into a greaterness detector are also thicker, links with negative weights dashed.

use crate::scene::Ink;
use crate::scene_to_svg::Theme;

/// So many colours tell linear cells with different maps apart, as in Tol's light scheme, made softer.
pub(crate) const N_CELL_COLOURS: usize = 8;

/// Class, light rule, dark rule.
type Look = (&'static str, &'static str, &'static str);

#[rustfmt::skip]
const LOOKS: &[Look] = &[
    ("paper",    "fill:#fff",                                   "fill:#15181d"),
    ("input",    "fill:#8fd6cd;stroke:#0f766e",                 "fill:#115e59;stroke:#5eead4"),
    ("hidden",   "fill:#e2e5e9;stroke:#5b6470",                 "fill:#3a414b;stroke:#a8b1bd"),
    ("faded",    "fill:#f6f7f8;stroke:#a3abb5;stroke-dasharray:4 3", "fill:#1d2127;stroke:#6b7480;stroke-dasharray:4 3"),
    ("output",   "fill:#fcc27c;stroke:#b45309",                 "fill:#8a4208;stroke:#fdba74"),
    ("bias",     "fill:#fff;stroke:#9aa2ac",                    "fill:#15181d;stroke:#8a939e"),
    ("link",     "stroke:#6b7480;stroke-width:1.4",             "stroke:#98a2ae;stroke-width:1.4"),
    ("greater",  "stroke:#00815f;stroke-width:2.6",             "stroke:#2fc79c;stroke-width:2.6"),
    ("reversed", "stroke:#c2410c;stroke-width:1.8;stroke-dasharray:7 4", "stroke:#fb923c;stroke-width:1.8;stroke-dasharray:7 4"),
    ("zero",     "stroke:#c9ced5;stroke-width:.8",              "stroke:#49515c;stroke-width:.8"),
    ("pale",     "stroke:#c4cad1;stroke-width:1.2;stroke-dasharray:2 3", "stroke:#505964;stroke-width:1.2;stroke-dasharray:2 3"),
    ("thin",     "stroke:#b3bac3;stroke-width:.8",              "stroke:#5d6671;stroke-width:.8"),
    ("thin-reversed", "stroke:#e9a78b;stroke-width:.8;stroke-dasharray:5 3", "stroke:#94562f;stroke-width:.8;stroke-dasharray:5 3"),
    ("mark",     "stroke:#39414c;stroke-width:1.4",             "stroke:#e5e9ee;stroke-width:1.4"),
    ("circuit",  "fill:#3b82f6;fill-opacity:.09;stroke:#3b6fb5;stroke-opacity:.7", "fill:#60a5fa;fill-opacity:.13;stroke:#7ab0f5;stroke-opacity:.7"),
    ("trapezium", "fill:#dbe7f7;stroke:#33619f",                "fill:#22375a;stroke:#8ab4ec"),
    ("table",    "fill:#fff;stroke:#c4cad1",                    "fill:#15181d;stroke:#505964"),
    ("stripe",   "fill:#f0f2f5",                                "fill:#20252c"),
    ("text",     "fill:#111827",                                "fill:#f3f4f6"),
    ("quiet",    "fill:#515a66",                    "fill:#b4bdc8"),
    ("weight",   "fill:#333b46",                    "fill:#d5dae1"),
    ("greater-weight", "fill:#006b4f",              "fill:#4fd8b0"),
    ("reversed-weight", "fill:#a8370a",             "fill:#fda868"),
    ("halo",     "fill:#fff",                                   "fill:#15181d"),
    ("heading",  "fill:#111827;font-weight:600",                "fill:#f3f4f6;font-weight:600"),
    ("axis",     "stroke:#5b6470",                              "stroke:#a8b1bd"),
    ("grid",     "stroke:#e2e5e9",                              "stroke:#2f353e"),
    ("series-0", "stroke:#0067a5",                              "stroke:#5ab4f0"),
    ("series-1", "stroke:#c2410c;stroke-dasharray:7 4",         "stroke:#fb923c;stroke-dasharray:7 4"),
    ("series-2", "stroke:#00815f;stroke-dasharray:2 3",         "stroke:#2fc79c;stroke-dasharray:2 3"),
    ("series-3", "stroke:#a8437f;stroke-dasharray:10 3 2 3",    "stroke:#e69ac7;stroke-dasharray:10 3 2 3"),
    ("series-4", "stroke:#6b5b00",                              "stroke:#e8d95a"),
    ("series-5", "stroke:#39414c;stroke-dasharray:4 2",         "stroke:#d5dae1;stroke-dasharray:4 2"),
    ("cell",     "stroke:#39414c;stroke-opacity:.4",           "stroke:#e5e9ee;stroke-opacity:.35"),
    ("cell-0",   "fill:#adcceb",                                "fill:#3c526a"),
    ("cell-1",   "fill:#f5ebb8",                                "fill:#6c6748"),
    ("cell-2",   "fill:#ffccd6",                                "fill:#73525c"),
    ("cell-3",   "fill:#8fd6c2",                                "fill:#28594f"),
    ("cell-4",   "fill:#f5b8a3",                                "fill:#6c453a"),
    ("cell-5",   "fill:#c2ebff",                                "fill:#4a6777"),
    ("cell-6",   "fill:#d6e085",                                "fill:#576026"),
    ("cell-7",   "fill:#e4e4e4",                                "fill:#3b4046"),
    ("kink",     "stroke:#39414c",                              "stroke:#e5e9ee"),
];

/// Rules that do not depend on the colours.
const SHAPES: &str = "\
.pl-picture text{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}\n\
.pl-picture rect{stroke-width:1.5}\n\
.pl-picture .pl-circuit,.pl-picture .pl-table{stroke-width:1}\n\
.pl-picture .pl-series,.pl-picture .pl-kink{stroke-width:2}\n\
.pl-picture .pl-cell{stroke-width:1;stroke-linejoin:round}\n\
.pl-picture .pl-kink{stroke-linecap:round}\n\
.pl-picture .pl-fine{stroke-width:1}\n";

/// The classes of an ink.
pub(crate) fn ink_class(ink: Ink) -> &'static str {
    match ink {
        Ink::Input => "pl-input",
        Ink::Hidden => "pl-hidden",
        Ink::Faded => "pl-faded",
        Ink::Output => "pl-output",
        Ink::Bias => "pl-bias",
        Ink::Link => "pl-link",
        Ink::GreaterLink => "pl-greater",
        Ink::ReversedLink => "pl-reversed",
        Ink::ZeroLink => "pl-zero",
        Ink::FadedLink => "pl-pale",
        Ink::ThinLink => "pl-thin",
        Ink::ThinReversedLink => "pl-thin-reversed",
        Ink::Mark => "pl-mark",
        Ink::Circuit => "pl-circuit",
        Ink::Trapezium => "pl-trapezium",
        Ink::Table => "pl-table",
        Ink::Stripe => "pl-stripe",
        Ink::Text => "pl-text",
        Ink::QuietText => "pl-quiet",
        Ink::Weight => "pl-weight",
        Ink::GreaterWeight => "pl-greater-weight",
        Ink::ReversedWeight => "pl-reversed-weight",
        Ink::Heading => "pl-heading",
        Ink::Axis => "pl-axis",
        Ink::Grid => "pl-grid",
        Ink::Series(n) => {
            const SERIES: [&str; 6] = [
                "pl-series pl-series-0",
                "pl-series pl-series-1",
                "pl-series pl-series-2",
                "pl-series pl-series-3",
                "pl-series pl-series-4",
                "pl-series pl-series-5",
            ];
            SERIES[n % SERIES.len()]
        }
        Ink::Cell(n) => {
            const CELLS: [&str; N_CELL_COLOURS] = [
                "pl-cell pl-cell-0",
                "pl-cell pl-cell-1",
                "pl-cell pl-cell-2",
                "pl-cell pl-cell-3",
                "pl-cell pl-cell-4",
                "pl-cell pl-cell-5",
                "pl-cell pl-cell-6",
                "pl-cell pl-cell-7",
            ];
            CELLS[n % CELLS.len()]
        }
        Ink::Kink => "pl-kink",
        Ink::FineKink => "pl-kink pl-fine",
    }
}

/// The style sheet of a theme.
pub(crate) fn style(theme: Theme) -> String {
    let light = |scope| rules(scope, |look: &Look| look.1);
    let dark = |scope| rules(scope, |look: &Look| look.2);
    let colours = match theme {
        Theme::Auto => format!("{}@media (prefers-color-scheme:dark){{\n{}}}\n", light(".pl-auto"), dark(".pl-auto")),
        Theme::Light => light(".pl-light"),
        Theme::Dark => dark(".pl-dark"),
    };
    format!("\n{SHAPES}{colours}")
}

fn rules(scope: &str, pick: impl Fn(&Look) -> &'static str) -> String {
    LOOKS.iter().map(|look| format!("{scope} .pl-{}{{{}}}\n", look.0, pick(look))).collect()
}
