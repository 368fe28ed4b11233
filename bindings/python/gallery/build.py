"""Builds the gallery: each script becomes a notebook, is executed, and is written as a page.

A script is cells that begin with ``# %%``, or with ``# %% [markdown]`` and lines of comments. An error in a cell is an
error of the build, so the gallery says nothing that does not run. Pages are light or dark as the reader's system is.
"""

from __future__ import annotations

import argparse
import html
import os
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


def page_of(notebook: nbformat.NotebookNode, title: str) -> str:
    """The notebook as a page: the light theme, and the dark one where the reader prefers it."""
    exporter = HTMLExporter(theme="light")
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
    dark = next(path for folder in exporter.template_paths if (path := Path(folder) / "static" / "theme-dark.css").is_file())
    style = dark.read_text(encoding="utf-8")
    return page.replace("</head>", f"<style>@media (prefers-color-scheme: dark) {{ {style} }}</style></head>", 1)


def main() -> None:
    """Executes all scripts, or those named."""
    parser = argparse.ArgumentParser(description="Builds the gallery of executed examples.")
    parser.add_argument("--out", type=Path, default=HERE / "out", help="the folder that pages are written to")
    parser.add_argument("names", nargs="*", help="only these scripts")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    # Bars of progress are for people who wait.
    os.environ.setdefault("TQDM_DISABLE", "1")
    links = []
    for script in sorted(HERE.glob("[0-9]*.py")):
        notebook = notebook_of(script)
        title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
        links.append(f'<li><a href="{script.stem}.html">{html.escape(title)}</a></li>')
        if arguments.names and script.stem not in arguments.names:
            continue
        NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(HERE)}}).execute()
        nbformat.write(notebook, arguments.out / f"{script.stem}.ipynb")
        (arguments.out / f"{script.stem}.html").write_text(page_of(notebook, title), encoding="utf-8")
        print(f"{script.stem}: {title}")
    index = "<!doctype html><meta charset=utf-8><title>Pellucid gallery</title>"
    style = "<style>:root{color-scheme:light dark}body{font:1.1em/1.5 sans-serif;max-width:40em;margin:3em auto;padding:0 1em}</style>"
    (arguments.out / "index.html").write_text(f"{index}{style}<h1>Gallery</h1><ul>{''.join(links)}</ul>", encoding="utf-8")


if __name__ == "__main__":
    main()
