"""Who may import whom: the rules that keep the proof independent of the removal."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "scrubber"

ALLOWED: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "files": frozenset({"errors"}),
    "formats": frozenset({"errors", "files"}),
    "sites": frozenset({"formats", "errors", "files"}),
    "model": frozenset({"sites", "errors"}),
    "stores": frozenset({"sites", "model", "formats", "errors", "files"}),
    "browsers": frozenset({"model", "stores", "errors"}),
    "discovery": frozenset({"model", "browsers", "errors", "files", "formats", "rights"}),
    "guard": frozenset({"model", "browsers", "errors", "files", "formats"}),
    "residue": frozenset({"sites", "model", "formats", "errors", "files"}),
    "rights": frozenset({"model"}),
    "transaction": frozenset({"model", "formats", "errors", "files"}),
    "witness": frozenset({"sites", "formats", "errors", "files"}),
}
"""What a part may import besides itself. Whatever isn't named here is near the command line."""

OUTERMOST = frozenset({"cli", "__main__"})


def part(module: str) -> str:
    """`scrubber.residue.sweep` → `residue`; the package itself has no part."""
    return module.partition(".")[2].partition(".")[0]


def imports(source: str) -> set[str]:
    """The parts of scrubber that a module imports, for types alone or within functions too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports name the whole path"
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {part(module) for module in modules if module.partition(".")[0] == "scrubber"}
    return found


def modules() -> dict[str, str]:
    """Every module with its source, by `residue/sweep.py`."""
    return {path.relative_to(PACKAGE).as_posix(): path.read_text() for path in sorted(PACKAGE.rglob("*.py"))}


@pytest.mark.parametrize("path", modules())
def test_imports_follow_the_layers(path: str) -> None:
    own = path.partition("/")[0].removesuffix(".py")
    found = imports((PACKAGE / path).read_text()) - {own, "__version__"}
    if own in ALLOWED:
        assert found <= ALLOWED[own]
    elif own not in OUTERMOST:
        assert not found & OUTERMOST


def test_the_sweep_shares_nothing_with_the_removers() -> None:
    sweep = [source for path, source in modules().items() if path.startswith("residue/")]
    assert sweep
    for source in sweep:
        assert not imports(source) & {"stores", "browsers", "engine", "transaction", "discovery", "guard"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("import scrubber.stores.sqlite", {"stores"}, id="import"),
        pytest.param("from scrubber.stores import sqlite", {"stores"}, id="from a package"),
        pytest.param("from scrubber import stores", {"stores"}, id="from the root"),
        pytest.param("def f():\n  from scrubber.stores.x import y", {"stores"}, id="within a function"),
        pytest.param("import scrubbers.stores, os", set(), id="another package"),
    ],
)
def test_an_import_is_seen_wherever_it_stands(source: str, expected: set[str]) -> None:
    assert imports(source) == expected
