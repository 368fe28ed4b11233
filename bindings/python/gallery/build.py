"""Builds the gallery: each script becomes a notebook, is executed, and is written as a page.

A script is cells that begin with ``# %%``, or with ``# %% [markdown]`` and lines of comments. An error in a cell is an
error of the build, so the gallery says nothing that does not run.
"""

from __future__ import annotations

import argparse
import html
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

HERE = Path(__file__).resolve().parent


def notebook_of(script: Path) -> nbformat.NotebookNode:
    """The cells of a script."""
    cells = []
    for part in ("\n" + script.read_text(encoding="utf-8")).split("\n# %%")[1:]:
        head, _, body = part.partition("\n")
        if "[markdown]" in head:
            text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in body.strip().splitlines())
            cells.append(nbformat.v4.new_markdown_cell(text))
        else:
            cells.append(nbformat.v4.new_code_cell(body.strip()))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return nbformat.v4.new_notebook(cells=cells)


def main() -> None:
    """Executes all scripts, or those named."""
    parser = argparse.ArgumentParser(description="Builds the gallery of executed examples.")
    parser.add_argument("--out", type=Path, default=HERE / "out", help="the folder that pages are written to")
    parser.add_argument("names", nargs="*", help="only these scripts")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    links = []
    for script in sorted(HERE.glob("[0-9]*.py")):
        if arguments.names and script.stem not in arguments.names:
            continue
        notebook = notebook_of(script)
        NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(HERE)}}).execute()
        title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
        page, _ = HTMLExporter(theme="light").from_notebook_node(notebook, {"metadata": {"name": title}})
        nbformat.write(notebook, arguments.out / f"{script.stem}.ipynb")
        (arguments.out / f"{script.stem}.html").write_text(page, encoding="utf-8")
        links.append(f'<li><a href="{script.stem}.html">{html.escape(title)}</a></li>')
        print(f"{script.stem}: {title}")
    index = "<!doctype html><meta charset=utf-8><title>Pellucid gallery</title>"
    style = "<style>:root{color-scheme:light dark}body{font:1.1em/1.5 sans-serif;max-width:40em;margin:3em auto;padding:0 1em}</style>"
    (arguments.out / "index.html").write_text(f"{index}{style}<h1>Gallery</h1><ul>{''.join(links)}</ul>", encoding="utf-8")


if __name__ == "__main__":
    main()
