"""What a notebook shows: self-contained, legible in light and dark, text always beside it."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from typing import Any

# Colours are those of the page; lines are faint in both themes.
# Notebooks make all columns equally wide, and captions no wider than the table.
_TABLE = "border-collapse:collapse;table-layout:auto;margin:0 0 .6em;color:inherit;background:transparent"
_TITLE = "font-weight:bold;color:inherit;padding:.2em 0"
_CELL = "padding:.2em .7em;border-bottom:1px solid rgba(128,128,128,.35);text-align:left;vertical-align:top"
# Texts so short are not broken into lines.
_SHORT = 24
# Longer formulas and longer tables are told in part.
_MOST_ROWS = 50
_MOST_CHARS = 300


def brief(text: str) -> str:
    """A long text without its middle."""
    half = _MOST_CHARS // 2
    return text if len(text) <= _MOST_CHARS else f"{text[:half]} ... {text[-half:]}"


def svg_bundle(svg: str, text: str) -> dict[str, str]:
    """A drawing with its text."""
    return {"image/svg+xml": svg, "text/plain": text}


def latex_bundle(latex: str | None, text: str) -> dict[str, str]:
    """A formula with its text."""
    return {"text/plain": text} if latex is None else {"text/latex": f"$\\displaystyle {latex}$", "text/plain": text}


def _cell(tag: str, text: str) -> str:
    style = f"{_CELL};white-space:nowrap" if len(text) <= _SHORT else _CELL
    return f'<{tag} style="{style}">{html.escape(text)}</{tag}>'


def rows_to_html(rows: Iterable[Sequence[Any]], header: Sequence[str] | None = None, title: str = "") -> str:
    """A table of texts as HTML; everything in it is escaped."""
    all_rows = list(rows)
    parts = [f'<div style="{_TITLE}">{html.escape(brief(title))}</div>'] if title else []
    parts.append(f'<table style="{_TABLE}">')
    if header is not None:
        cells = "".join(_cell("th", name) for name in header)
        parts.append(f"<thead><tr>{cells}</tr></thead>")
    parts.append("<tbody>")
    for row in all_rows[:_MOST_ROWS]:
        cells = "".join(_cell("td", brief(str(value))) for value in row)
        parts.append(f"<tr>{cells}</tr>")
    parts.append("</tbody></table>")
    if len(all_rows) > _MOST_ROWS:
        parts.append(f"<p>and {len(all_rows) - _MOST_ROWS} more</p>")
    return "".join(parts)


def rows_to_text(rows: Iterable[Sequence[Any]], header: Sequence[str] | None = None, title: str = "") -> str:
    """A table of texts in columns."""
    all_rows = [[brief(str(value)) for value in row] for row in rows]
    told = ([list(header)] if header is not None else []) + all_rows[:_MOST_ROWS]
    n = max((len(row) for row in told), default=0)
    widths = [max(len(row[i]) if i < len(row) else 0 for row in told) for i in range(n)]
    lines = [brief(title)] if title else []
    lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in told]
    if len(all_rows) > _MOST_ROWS:
        lines.append(f"and {len(all_rows) - _MOST_ROWS} more")
    return "\n".join(lines)


def progress_bar(
    total: int | None, what: str, wanted: bool | None, initial: int = 0
) -> tuple[Callable[[int], None] | None, Callable[[], None]]:
    """What is told how much is done, and what ends it: a bar of tqdm where it is installed and there is much to do.

    ``initial`` was done before and says nothing about how fast it goes; ``total`` may be unknown.
    """
    if wanted is False or (wanted is None and total is not None and total - initial < 2):
        return None, lambda: None
    import warnings

    try:
        with warnings.catch_warnings():
            # A notebook without widgets gets a bar of text; that needs no warning.
            warnings.simplefilter("ignore")
            from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        return None, lambda: None
    bar = tqdm(total=total, initial=initial, desc=what, leave=False, delay=0.5)
    return (lambda done: bar.update(done - bar.n) and None), bar.close
