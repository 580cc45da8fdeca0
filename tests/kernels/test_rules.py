import ast
from pathlib import Path

import pytest

import servicelead.kernels

KERNELS = sorted(Path(servicelead.kernels.__file__).parent.glob("*.py"))
ALLOWED = (
    "numpy",
    "scipy",
    "math",
    "typing",
    "collections.abc",
    "itertools",
    "servicelead._typing",
    "servicelead.kernels.",
)


def imported(tree: ast.AST) -> list[str]:
    """Every module a file imports, wherever in the file."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append("." * node.level + (node.module or ""))
    return names


def broken_rules(tree: ast.Module) -> list[str]:
    """Name what a kernel module does that kernels do not do."""
    broken = [
        f"imports {name}"
        for name in imported(tree)
        if not any(name == allowed or name.startswith(allowed.rstrip(".") + ".") for allowed in ALLOWED)
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            broken.append(f"class {node.name}")
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"open", "print", "input"}
        ):
            broken.append(f"calls {node.func.id}")
        if isinstance(node, ast.Attribute) and node.attr in {"load", "save", "savez", "fromfile", "tofile", "savetxt"}:
            broken.append(f"uses .{node.attr}")
    return broken


def public_functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """Functions a module offers, by name."""
    return {
        node.name: node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


@pytest.mark.parametrize("path", KERNELS, ids=lambda path: path.stem)
def test_kernels_keep_their_rules(path: Path) -> None:
    """A kernel imports numerics only, defines no classes and does no I/O."""
    assert [] == broken_rules(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", KERNELS, ids=lambda path: path.stem)
def test_public_kernels_are_listed_typed_and_explained(path: Path) -> None:
    """Every public kernel is in ``__all__``, annotated throughout, and shows an example."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = public_functions(tree)
    listed = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    offered = [name for names in listed for name in names if not name.isupper()]  # marks and bounds are constants
    assert sorted(functions) == sorted(offered)
    for function in functions.values():
        assert all(argument.annotation for argument in function.args.args)
        assert function.returns is not None
        assert ">>> " in (ast.get_docstring(function) or "")


@pytest.mark.parametrize(
    "source",
    ["import pandas", "from servicelead.tables import Journeys", "class A: ...", "print(1)", "import numpyx"],
)
def test_the_rules_bite(source: str) -> None:
    """Each forbidden thing is noticed."""
    assert 1 == len(broken_rules(ast.parse(source)))
