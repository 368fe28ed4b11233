from __future__ import annotations

import os
import subprocess
import sys
from xml.dom import minidom

import pytest

import pellucid


def test_everything_has_a_text_and_what_a_notebook_shows() -> None:
    found = pellucid.compile("min(x1, x2)")
    shown = {
        "text/latex": [pellucid.Function("min(x1, x2)")],
        "image/svg+xml": [found.network, found.network.draw(at=[3, -5])],
        "text/html": [
            found,
            pellucid.prove("x1", "x1"),
            pellucid.prove("abs(x1)", "x1"),
            pellucid.decompile(found.network),
            pellucid.train("abs(x1)", layers=(1, 2, 1), seeds=2),
            pellucid.library.like("norm"),
            pellucid.disguise("abs(x1)", seed=1),
        ],
    }
    for kind, things in shown.items():
        for thing in things:
            bundle = thing._repr_mimebundle_()
            assert bundle[kind] and bundle["text/plain"], thing
            assert all(isinstance(value, str) for value in bundle.values())
            # Self-contained: nothing is loaded from elsewhere.
            for bad in ("<script", "src=", 'href="http', "@import", "url(http"):
                assert bad not in bundle[kind], (thing, bad)


def test_drawings_are_whole_documents_for_light_and_dark() -> None:
    network = pellucid.compile("min(x1, x2)").network
    svg = network.draw(at=[3, "-1/2"]).svg
    minidom.parseString(svg)
    assert "prefers-color-scheme" in svg
    assert "prefers-color-scheme" not in network.draw(theme="dark").svg or "pl-dark" in network.draw(theme="dark").svg
    with pytest.raises(pellucid.InvalidInput, match="theme"):
        network.draw(theme="pink")
    with pytest.raises(pellucid.InvalidInput, match="2 inputs"):
        network.draw(at=[1])


def test_html_is_escaped() -> None:
    from pellucid._notebook import rows_to_html, rows_to_text

    page = rows_to_html([("<b>", "a & b")] * 60, ("x<y", "z"), title="<i>")
    assert "<b>" not in page and "<i>" not in page and "&lt;b&gt;" in page and "and 10 more" in page
    assert "and 10 more" in rows_to_text([("a", "b")] * 60)


def test_importing_is_quick_and_brings_no_large_package() -> None:
    program = (
        "import sys, pellucid; pellucid.compile('min(x1, x2)');"
        "large = {'torch', 'ray', 'sklearn', 'pandas', 'sympy', 'tqdm', 'matplotlib'} & set(sys.modules);"
        "assert not large, large"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
