//! The inputs of a function, told from its text alone.

use std::collections::HashSet;

use super::MAX_INPUTS;
use super::calls::is_function;
use crate::Diagnostic;
use crate::network::numbered_inputs;
use crate::text_to_tokens::{Token, TokenKind};

/// `x1..xn` are positions; other names count in order of first appearance.
pub(super) fn input_names(tokens: &[Token<'_>], diagnostics: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut names: Vec<&Token<'_>> = Vec::new();
    let mut known = HashSet::new();
    for (i, token) in tokens.iter().enumerate() {
        let called = tokens.get(i + 1).is_some_and(|next| next.text == "(");
        if token.kind == TokenKind::Name && !called && is_function(token.text) {
            let message = format!("`{0}` is a function; write {0}(...)", token.text);
            diagnostics.push(Diagnostic { span: token.span.clone(), message, help: None });
            continue;
        }
        if token.kind == TokenKind::Name && !called && known.insert(token.text) {
            names.push(token);
        }
    }
    let (positions, others): (Vec<_>, Vec<_>) =
        names.iter().partition::<Vec<&Token<'_>>, _>(|token| position(token.text).is_some());
    let mut too_many = |token: &Token<'_>| {
        let message = format!("more than {MAX_INPUTS} inputs");
        diagnostics.push(Diagnostic { span: token.span.clone(), message, help: None });
        Vec::new()
    };
    if let Some(token) = others.get(MAX_INPUTS) {
        return too_many(token);
    }
    if positions.is_empty() {
        return others.iter().map(|token| token.text.to_string()).collect();
    }
    let largest = positions.iter().max_by_key(|token| position(token.text));
    let n = largest.and_then(|token| position(token.text)).unwrap_or(0);
    if let Some(token) = largest.filter(|_| n > MAX_INPUTS) {
        return too_many(token);
    }
    for token in others {
        diagnostics.push(Diagnostic {
            span: token.span.clone(),
            message: format!("`{}` stands beside `{}`, so its position is not known", token.text, positions[0].text),
            help: Some("name all inputs x1, x2, ..., or give their order with --inputs".into()),
        });
    }
    numbered_inputs(n)
}

/// 3 for `x3`; `x0` and `x03` are names like any other.
fn position(name: &str) -> Option<usize> {
    let digits = name.strip_prefix('x')?;
    let plain = !digits.starts_with('0') && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().unwrap_or(usize::MAX))
}
