"""The order of the stations (docs/architecture.md), light imports and the size of modules."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "weldfusion"
MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for file in sorted(PACKAGE.rglob("*.py"))
}
HEAVY = {"torch", "torchvision", "torchaudio", "torchmetrics", "lightning", "shap"}
LIGHT = ("signals", "data", "simulate", "evaluation", "report")
TORCH_ALLOWED = {"weldfusion.data.batch", "weldfusion.data.dataset"}
ANYWHERE = {"errors", ""}


def stations() -> list[str]:
    """The stations in order, as the first block of docs/architecture.md lists them."""
    block = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("```")[1]
    return [line.split()[0] for line in block.strip().splitlines() if line[:1].strip()]


def station(module: str) -> str:
    return [*module.split("."), ""][1]


def _type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _names(node: ast.AST, module: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    assert node.level == 0, f"{module}: relative import in line {node.lineno}; write the whole name"
    base = node.module or ""
    return [f"{base}.{a.name}" if f"{base}.{a.name}" in MODULES else base for a in node.names]


@cache
def imports(module: str, top_level: bool) -> frozenset[str]:
    """What a module imports; at its top level only, or in functions too (never for type checking)."""
    found: set[str] = set()
    todo: list[ast.AST] = [ast.parse(MODULES[module].read_text(encoding="utf-8"))]
    while todo:
        node = todo.pop()
        found.update(_names(node, module))
        if _type_checking(node) or (top_level and isinstance(node, ast.FunctionDef | ast.Lambda)):
            continue
        todo.extend(ast.iter_child_nodes(node))
    return frozenset(found)


def loaded(module: str) -> set[str]:
    """Everything that importing a module loads, through our own modules and packages."""
    seen: set[str] = set()
    todo = [module]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        parent = name.rpartition(".")[0]
        if name in MODULES:
            todo.extend(imports(name, top_level=True))
            if parent:
                todo.append(parent)
    return seen


def test_the_page_lists_every_station():
    listed = set(stations())
    present = {station(module) for module in MODULES} - ANYWHERE - {"__main__"}
    assert listed == present


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_from_stations_above(module):
    order = stations()
    here = station(module)
    if here in ANYWHERE or here == "__main__":
        return
    ours = {station(name) for name in imports(module, top_level=False) if name.split(".")[0] == "weldfusion"}
    allowed = set(order) - {"cli"} if here == "testing" else set(order[: order.index(here) + 1])
    assert ours - ANYWHERE <= allowed, f"{module} imports from below itself"


@pytest.mark.parametrize("module", [m for m in MODULES if station(m) in LIGHT and m not in TORCH_ALLOWED])
def test_light_stations_do_not_load_torch(module):
    heavy = {name.split(".")[0] for name in loaded(module)} & HEAVY
    assert not heavy, f"importing {module} loads {sorted(heavy)}"


def test_the_package_itself_loads_no_torch():
    assert not {name.split(".")[0] for name in loaded("weldfusion")} & HEAVY


@pytest.mark.parametrize("module", MODULES)
def test_modules_are_small(module):
    file = MODULES[module]
    lines = len(file.read_text(encoding="utf-8").splitlines())
    assert lines <= (100 if file.name == "__init__.py" else 450)
    assert file.stem not in {"utils", "util", "helpers", "misc", "common"}


@pytest.mark.parametrize("name", stations())
def test_every_station_says_what_it_is(name):
    file = MODULES[f"weldfusion.{name}"]
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))


def test_functions_and_constructors_are_small():
    long, wide = [], []
    for module, file in MODULES.items():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            lines = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
            if ast.get_docstring(node):
                lines -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
            if lines > 60:
                long.append(f"{module}.{node.name} ({lines} lines)")
            if node.name == "__init__" and len(node.args.args) + len(node.args.kwonlyargs) > 10:
                wide.append(f"{module}.{node.name} line {node.lineno}")
    assert not long
    assert not wide


def test_no_path_or_address_of_one_machine():
    pattern = re.compile(r"(?<![\w.])/(work|farm|home/\w+|root)/")
    texts = [f for f in ROOT.rglob("*") if f.suffix in {".py", ".md", ".yaml", ".toml", ".txt", ".jinja"}]
    own = Path(__file__)
    found = [
        str(f.relative_to(ROOT))
        for f in texts
        if not any(part.startswith(".") for part in f.relative_to(ROOT).parts)
        and f != own
        and pattern.search(f.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found
