"""What a notebook shows: self-contained, legible in light and dark, text always beside it."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from typing import Any

# Colours are those of the page; lines are faint in both themes.
_TABLE = "border-collapse:collapse;color:inherit;background:transparent"
_CELL = "padding:.2em .7em;border-bottom:1px solid rgba(128,128,128,.35);text-align:left;vertical-align:top"
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


def rows_to_html(rows: Iterable[Sequence[Any]], header: Sequence[str] | None = None, title: str = "") -> str:
    """A table of texts as HTML; everything in it is escaped."""
    all_rows = list(rows)
    parts = [f'<table style="{_TABLE}">']
    if title:
        parts.append(f'<caption style="text-align:left;font-weight:bold;color:inherit">{html.escape(brief(title))}</caption>')
    if header is not None:
        cells = "".join(f'<th style="{_CELL}">{html.escape(name)}</th>' for name in header)
        parts.append(f"<thead><tr>{cells}</tr></thead>")
    parts.append("<tbody>")
    for row in all_rows[:_MOST_ROWS]:
        cells = "".join(f'<td style="{_CELL}">{html.escape(brief(str(value)))}</td>' for value in row)
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


def progress_bar(total: int, what: str, wanted: bool | None) -> tuple[Callable[[int], None] | None, Callable[[], None]]:
    """What is told how much is done, and what ends it: a bar of tqdm where it is installed and there is much to do."""
    if wanted is False or (wanted is None and total < 2):
        return None, lambda: None
    try:
        from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        return None, lambda: None
    bar = tqdm(total=total, desc=what, leave=False, delay=0.5)
    return (lambda done: bar.update(done - bar.n) and None), bar.close
