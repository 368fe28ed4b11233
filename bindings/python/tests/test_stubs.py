"""The stub of the native half says what is there, no more and no less."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

from pellucid import _native

STUB = Path(_native.__file__).with_name("_native.pyi")


def described() -> dict[str, list[str]]:
    """Names of functions, methods (after a point) and their parameters, by the stub."""
    found: dict[str, list[str]] = {}
    for node in ast.parse(STUB.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = [argument.arg for argument in node.args.args]
        elif isinstance(node, ast.ClassDef):
            found[node.name] = []
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    found[f"{node.name}.{method.name}"] = [a.arg for a in method.args.args if a.arg not in ("self", "cls")]
    return found


def there() -> dict[str, list[str]]:
    """The same, by the code."""

    def parameters(thing: object) -> list[str]:
        return [name for name in inspect.signature(thing).parameters if name != "self"]  # type: ignore[arg-type]

    found: dict[str, list[str]] = {}
    for name, thing in vars(_native).items():
        if name.startswith("__") or name == "_native":
            continue
        if inspect.isclass(thing):
            found[name] = []
            for method, value in vars(thing).items():
                if not method.startswith("__"):
                    found[f"{name}.{method}"] = parameters(getattr(thing, method))
            if "__new__" in vars(thing) and thing.__text_signature__:
                found[f"{name}.__new__"] = parameters(thing)
        else:
            found[name] = parameters(thing)
    return found


def test_the_stub_is_true() -> None:
    assert described() == there()
