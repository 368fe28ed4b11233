//! `pellucid explore [NET|FUNCTION]`

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use crate::arguments::{FunctionArguments, Operand, domain};
use crate::{Answer, files, screen};

/// The page, as `web/build` made it.
const PAGE: &str = include_str!("../explorer/page.html");
/// Where the page says what it is about: data, not a script, so that the page's policy holds for every page.
const NOTHING_GIVEN: &str = "<script type=\"application/json\" id=\"given\">null</script>";
/// The page's name where none is given.
const USUAL_NAME: &str = "pellucid-explorer.html";

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid explore
  pellucid explore 'max(x1, x2, 0)'
  pellucid explore trained.safetensors
  pellucid explore min.onnx -o min.html --no-open")]
pub struct Arguments {
    /// A network file or a function that the page begins with
    #[arg(allow_hyphen_values = true)]
    subject: Option<String>,
    /// Where: the domain that the page begins with
    #[arg(long, value_name = "DOMAIN", allow_hyphen_values = true, requires = "subject")]
    on: Option<String>,
    /// The file to write (otherwise pellucid-explorer.html in the system's folder for temporary files)
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the page, and do not open it in the browser
    #[arg(long)]
    no_open: bool,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    files::check_output(arguments.output.as_deref())?;
    let given = match &arguments.subject {
        Some(subject) => given(subject, arguments.on.as_deref())?,
        None => Value::Null,
    };
    let path = arguments.output.clone().unwrap_or_else(|| std::env::temp_dir().join(USUAL_NAME));
    files::write_text(&path, &page(&given)?)?;
    screen::remark(&format!("page written to {}", path.display()));
    if !arguments.no_open {
        open(&path);
    }
    Ok(Answer::Yes)
}

/// What the page is told to begin with. What cannot be read is refused here, where the message is.
fn given(subject: &str, on: Option<&str>) -> anyhow::Result<Value> {
    let operand = Operand::read(subject, &FunctionArguments::default())?;
    domain(on, operand.input_names(), pellucid::Domain::Everywhere)?;
    Ok(match operand {
        Operand::Function(_) => json!({"function": subject, "on": on}),
        Operand::Network(_) => {
            let path = Path::new(subject);
            let bytes = std::fs::read(path).with_context(|| format!("cannot read {subject}"))?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            json!({"name": name, "bytes": base64(&bytes), "on": on})
        }
    })
}

/// The page with what it begins with.
fn page(given: &Value) -> anyhow::Result<String> {
    let (before, after) = PAGE.split_once(NOTHING_GIVEN).context("defect: the page has no place for what is given")?;
    // Nothing in a name or a function may end the element that it stands in.
    let given = given.to_string().replace('<', "\\u003c");
    Ok(format!("{before}{}{after}", NOTHING_GIVEN.replace("null", &given)))
}

/// Bytes as text of letters, digits, `+` and `/` (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let four = |three: &[u8]| {
        let byte = |i: usize| u32::from(three.get(i).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let digit = move |i: usize| char::from(DIGITS[(bits >> (18 - 6 * i) & 63) as usize]);
        let n_digits = three.len() + 1;
        [0, 1, 2, 3].map(|i| if i < n_digits { digit(i) } else { '=' })
    };
    bytes.chunks(3).flat_map(four).collect()
}

/// Opens the page with the system's own command; where there is none, the reader knows the file's name.
fn open(path: &Path) {
    let (program, first): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", ""])
    } else {
        ("xdg-open", &[])
    };
    let started = Command::new(program).args(first).arg(path).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if started.is_err() {
        screen::remark("it could not be opened: open it in a browser yourself");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[255, 239, 190]), "/+++");
    }

    #[test]
    fn what_is_given_cannot_end_its_element() {
        let page = page(&json!({"function": "</script><script>alert(1)</script>"})).unwrap();
        assert!(!page.contains("alert(1)</script>") && page.contains("\\u003c/script>"));
    }
}
