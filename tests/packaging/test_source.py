"""Laws of the source text that no linter checks for us."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import servicelead

SOURCE = Path(servicelead.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))
LONGEST = 400
#: Calls with an effect on the whole process, or that run what a file says.
FORBIDDEN = {
    "csv.field_size_limit",
    "joblib.load",
    "np.random.seed",
    "numpy.random.seed",
    "pickle.load",
    "pickle.loads",
    "warnings.catch_warnings",
    "warnings.filterwarnings",
    "warnings.simplefilter",
}
FORBIDDEN_MODULES = {"pickle", "cloudpickle", "dill", "marshal", "shelve"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/")


def name_of(path: Path) -> str:
    """Return a file's path within the package."""
    return path.relative_to(SOURCE).as_posix()


def tree_of(path: Path) -> ast.Module:
    """Return the parsed source of one file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def dotted(node: ast.expr) -> str:
    """Return ``a.b.c`` for a chain of names, else the empty text."""
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def forbidden_uses(tree: ast.Module) -> Iterator[str]:
    """Yield each forbidden call or import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and dotted(node) in FORBIDDEN:
            yield f"line {node.lineno}: {dotted(node)}"
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and ast.unparse(node.value) != "False":
            yield f"line {node.value.lineno}: allow_pickle"
        if isinstance(node, ast.Import):
            modules = {alias.name.partition(".")[0] for alias in node.names}
            yield from (f"line {node.lineno}: import {name}" for name in sorted(modules & FORBIDDEN_MODULES))
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            names = {f"{node.module}.{alias.name}" for alias in node.names} & FORBIDDEN
            names |= {node.module.partition(".")[0]} & FORBIDDEN_MODULES
            yield from (f"line {node.lineno}: {name}" for name in sorted(names))


def printing(tree: ast.Module) -> Iterator[str]:
    """Yield each call of `print`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func) == "print":
            yield f"line {node.lineno}: print"


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Yield the module, and each public class, function and method, that has no docstring."""
    if not ast.get_docstring(tree):
        yield "the module"
    scopes: list[ast.Module | ast.ClassDef] = [tree]
    while scopes:
        for node in scopes.pop().body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            overload = any("overload" in dotted(mark) or ".setter" in dotted(mark) for mark in node.decorator_list)
            if node.name.startswith("_") or overload:
                continue
            if not ast.get_docstring(node):
                yield f"line {node.lineno}: {node.name}"
            if isinstance(node, ast.ClassDef):
                scopes.append(node)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_process_wide_effects(path: Path) -> None:
    """The library changes no setting of the process, and never runs what a file says."""
    assert [] == list(forbidden_uses(tree_of(path)))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_the_command_line_prints(path: Path) -> None:
    """A library call prints nothing."""
    if path.stem not in {"cli", "__main__"}:
        assert [] == list(printing(tree_of(path)))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_everything_public_is_documented(path: Path) -> None:
    """Every module, and every public class, function and method, has a docstring."""
    assert [] == list(undocumented(tree_of(path)))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_files_are_short(path: Path) -> None:
    """No source file has more than 400 lines: one idea per file."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_machine_paths(path: Path) -> None:
    """No file knows the machine it was written on."""
    assert [] == MACHINE_PATH.findall(path.read_text(encoding="utf-8"))


def test_the_package_was_found() -> None:
    """The laws above looked at something."""
    assert {"__init__.py", "exceptions.py"} <= set(map(name_of, FILES))


@pytest.mark.parametrize(
    ("law", "source"),
    [
        (forbidden_uses, "import warnings\nwith warnings.catch_warnings():\n    pass\n"),
        (forbidden_uses, "from pickle import loads\n"),
        (forbidden_uses, "import pickle\n"),
        (forbidden_uses, "from joblib import load\n"),
        (forbidden_uses, "numpy.load('file', allow_pickle=True)\n"),
        (printing, "print('hello')\n"),
        (undocumented, "x = 1\n"),
        (undocumented, '"""A module."""\nclass Public:\n    """A class."""\n    def method(self): ...\n'),
    ],
)
def test_each_law_can_fail(law: Callable[[ast.Module], Iterator[str]], source: str) -> None:
    """Each law finds the fault it is there to find."""
    assert list(law(ast.parse(source)))
