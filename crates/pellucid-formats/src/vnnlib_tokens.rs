//! VNN-LIB text as nested lists of words, each with its place.

/// Deeper nesting is refused: it is read by recursion.
pub(crate) const MAX_DEPTH: usize = 200;

/// A word or a list.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub kind: Kind<'a>,
    /// The byte where it begins.
    pub at: usize,
}

#[derive(Debug)]
pub(crate) enum Kind<'a> {
    Word(&'a str),
    List(Vec<Node<'a>>),
}

impl<'a> Node<'a> {
    /// The word, if it is one.
    pub fn word(&self) -> Option<&'a str> {
        match self.kind {
            Kind::Word(word) => Some(word),
            Kind::List(_) => None,
        }
    }
}

/// What is wrong, and the byte where.
pub(crate) type Finding = (usize, String);

/// The text's lists and words; everything wrong with their brackets is put into `wrong`.
pub(crate) fn text_to_nodes<'a>(text: &'a str, wrong: &mut Vec<Finding>) -> Vec<Node<'a>> {
    let mut done = Vec::new();
    let mut open: Vec<(usize, Vec<Node<'a>>)> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let node = match c {
            ';' => {
                while chars.next_if(|(_, c)| *c != '\n').is_some() {}
                continue;
            }
            c if c.is_whitespace() || c == '\u{feff}' => continue,
            '(' if open.len() == MAX_DEPTH => {
                wrong.push((at, format!("brackets are nested deeper than {MAX_DEPTH}")));
                return done;
            }
            '(' => {
                open.push((at, Vec::new()));
                continue;
            }
            ')' => match open.pop() {
                Some((at, nodes)) => Node { kind: Kind::List(nodes), at },
                None => {
                    wrong.push((at, "this bracket closes nothing".into()));
                    continue;
                }
            },
            _ => {
                let mut end = at + c.len_utf8();
                while let Some((at, c)) = chars.next_if(|(_, c)| !c.is_whitespace() && !matches!(c, '(' | ')' | ';')) {
                    end = at + c.len_utf8();
                }
                Node { kind: Kind::Word(&text[at..end]), at }
            }
        };
        open.last_mut().map_or(&mut done, |(_, nodes)| nodes).push(node);
    }
    wrong.extend(open.into_iter().map(|(at, _)| (at, "this bracket is not closed".into())));
    done
}

/// Line and column of bytes, both counted from 1; asked for in any order.
pub(crate) struct Places<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Places<'a> {
    pub fn of(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Places { text, starts }
    }

    /// `line 3, column 9`.
    pub fn place(&self, at: usize) -> String {
        let line = self.starts.partition_point(|start| *start <= at);
        let column = self.text[self.starts[line - 1]..at].chars().count() + 1;
        format!("line {line}, column {column}")
    }
}
