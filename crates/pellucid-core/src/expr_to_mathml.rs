//! Trees as MathML, which browsers set and read aloud without help.

use crate::expr_to_notation::{Fence, Name, Notation, Sign, expr_to_notation, function_to_notation};
use crate::{Expr, Function, expr_to_text};

/// The MathML of one tree, within a line; its plain text is the alternative.
///
/// ```
/// use pellucid_core::{Function, expr_to_mathml};
/// let f = Function::parse("x1/2").unwrap();
/// assert_eq!(
///     expr_to_mathml(&f.outputs()[0], f.input_names()),
///     "<math alttext=\"x1/2\"><mrow><mfrac><mn>1</mn><mn>2</mn></mfrac><mo>&#x2062;</mo>\
///      <msub><mi>x</mi><mn>1</mn></msub></mrow></math>"
/// );
/// ```
pub fn expr_to_mathml(expr: &Expr, inputs: &[String]) -> String {
    let text = escaped(&expr_to_text(expr, inputs));
    format!("<math alttext=\"{text}\">{}</math>", write(&expr_to_notation(expr, inputs)))
}

/// The MathML of all outputs of a function on a line of its own, several as a tuple.
pub fn function_to_mathml(function: &Function) -> String {
    let text = escaped(&function.to_string());
    format!("<math display=\"block\" alttext=\"{text}\">{}</math>", write(&function_to_notation(function)))
}

fn write(notation: &Notation) -> String {
    match notation {
        Notation::Number(digits) => format!("<mn>{digits}</mn>"),
        Notation::Name(name) => named(name),
        Notation::Call { name, below, arguments, after } => {
            let name = match below {
                Some(below) => format!("<msub><mi>{name}</mi><mn>{below}</mn></msub>"),
                None => format!("<mi>{name}</mi>"),
            };
            let mut inside = write(&Notation::list(arguments));
            if !after.is_empty() {
                inside += &format!("<mo separator=\"true\">;</mo>{}", write(&Notation::list(after)));
            }
            format!("<mrow>{name}<mo>&#x2061;</mo>{}</mrow>", fenced("(", &inside, ")"))
        }
        Notation::Sign(sign) => operator(*sign, false),
        Notation::Fraction(above, below) => format!("<mfrac><mn>{above}</mn><mn>{below}</mn></mfrac>"),
        Notation::Fenced(fence, inside) => {
            let (open, close) = match fence {
                Fence::Parentheses => ("(", ")"),
                Fence::Bars => ("|", "|"),
                Fence::Brackets => ("[", "]"),
            };
            fenced(open, &write(inside), close)
        }
        Notation::Overlined(inside) => format!("<mover><mrow>{}</mrow><mo>&#xaf;</mo></mover>", write(inside)),
        Notation::Row(parts) => row(parts),
        Notation::Cases(cases) => {
            let cell = |part: &Notation| format!("<mtd>{}</mtd>", write(part));
            let rows = cases.iter().map(|(value, condition)| format!("<mtr>{}{}</mtr>", cell(value), cell(condition)));
            format!("<mrow><mo>{{</mo><mtable>{}</mtable></mrow>", rows.collect::<String>())
        }
        Notation::At { inside, letter, value } => format!(
            "<mrow>{}<msub><mo fence=\"true\" stretchy=\"true\">|</mo><mrow>{}<mo>=</mo>{}</mrow></msub></mrow>",
            write(inside),
            named(letter),
            write(value)
        ),
    }
}

fn fenced(open: &str, inside: &str, close: &str) -> String {
    let fence = |sign: &str| format!("<mo fence=\"true\">{sign}</mo>");
    format!("<mrow>{}{inside}{}</mrow>", fence(open), fence(close))
}

/// Parts side by side; a product's sign is there for those who hear it.
fn row(parts: &[Notation]) -> String {
    let mut inside = String::new();
    for (i, part) in parts.iter().enumerate() {
        let is_sign = |at: usize| matches!(parts.get(at), Some(Notation::Sign(_)));
        if i > 0 && !is_sign(i) && !is_sign(i - 1) {
            inside += "<mo>&#x2062;</mo>";
        }
        inside += &match part {
            Notation::Sign(sign) => operator(*sign, i == 0),
            other => write(other),
        };
    }
    format!("<mrow>{inside}</mrow>")
}

fn operator(sign: Sign, is_first: bool) -> String {
    let text = match sign {
        Sign::Plus => "+",
        Sign::Minus => "&#x2212;",
        Sign::Times => "&#x22c5;",
        Sign::And => "&#x2227;",
        Sign::Or => "&#x2228;",
        Sign::Xor => "&#x2295;",
        Sign::Not => "&#xac;",
        Sign::Equal => "=",
        Sign::Less => "&lt;",
        Sign::AtMost => "&#x2264;",
        Sign::Greater => "&gt;",
        Sign::AtLeast => "&#x2265;",
        Sign::Mod => "mod",
        Sign::Comma => ",",
    };
    match (sign, is_first) {
        (Sign::Comma, _) => format!("<mo separator=\"true\">{text}</mo>"),
        (Sign::Mod, _) => format!("<mo lspace=\"0.28em\" rspace=\"0.28em\">{text}</mo>"),
        (_, true) => format!("<mo form=\"prefix\">{text}</mo>"),
        _ => format!("<mo>{text}</mo>"),
    }
}

fn named(name: &Name) -> String {
    let word = escaped(&name.word);
    match &name.below {
        Some(below) => format!("<msub><mi>{word}</mi><mn>{below}</mn></msub>"),
        None => format!("<mi>{word}</mi>"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
