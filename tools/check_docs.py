"""Checks that the words about Kaijo are in step with Kaijo. Exit code 1 with what to mend."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

from kaijo.facts.book import book
from tools.check_tree import files

ROOT = Path(__file__).resolve().parent.parent
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MAKE = re.compile(r"\bmake ([a-z]+)")
KAIJO = re.compile(r"\bkaijo((?: [a-z-]+)+)")
PROMISE = re.compile(r"^\| *\**([A-Z]+[0-9]+)\b")
NODE = re.compile(r"tests/[\w/]+\.py(?:::\w+)+")
FACTS = re.compile(r"\[fac[t]: ([^\]]+)\]")


def pages(root: Path) -> list[Path]:
    """Return every Markdown page but the changelog, which may speak of what was."""
    return [path for path in files(root) if path.suffix == ".md" and path.name != "CHANGELOG.md"]


def dead_links(root: Path) -> Iterator[str]:
    """Yield a complaint for every relative link to a file, or to a heading in one, that does not exist."""
    for page in pages(root):
        for link in LINK.findall(CODE.sub("", page.read_text("utf-8"))):
            if re.match(r"[a-z]+:", link):
                continue
            name, _, heading = link.partition("#")
            target = page.parent / name if name else page
            if not target.exists():
                yield f"{page.relative_to(root)}: links to {link}, which does not exist"
            elif heading and heading not in headings(target.read_text("utf-8")):
                yield f"{page.relative_to(root)}: links to {link}, but that page has no such heading"


def headings(text: str) -> set[str]:
    """Return the anchors of a page's headings, made as the usual Markdown viewers make them."""
    titles = re.findall(r"^#+ (.+)$", CODE.sub(lambda code: code.group().strip("`"), text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


def unknown_targets(root: Path) -> Iterator[str]:
    """Yield a complaint for every `make` target that a page names and the Makefile does not have."""
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page, code in code_of(root):
        for target in MAKE.findall(code):
            if target not in targets:
                yield f"{page}: names `make {target}`, which the Makefile does not have"


def unknown_commands(root: Path) -> Iterator[str]:
    """Yield a complaint for every `kaijo` command that a page names and the program does not have."""
    for page, code in code_of(root):
        for words in KAIJO.findall(code):
            main = import_module("kaijo.cli").main
            if missing := unknown_word(main, words.split()):
                yield f"{page}: names `kaijo{words}`, but there is no command '{missing}'"


def unknown_word(command: click.Command, words: list[str]) -> str | None:
    """Return the first word that should be a subcommand and is not, or None."""
    for word in words:
        if not isinstance(command, click.Group):
            return None
        found = command.get_command(click.Context(command), word)
        if found is None:
            return word
        command = found
    return None


def unproven_promises(root: Path) -> Iterator[str]:
    """Yield a complaint for every row of docs/promises.md without a number of its own or a test that exists."""
    page = root / "docs" / "promises.md"
    seen: set[str] = set()
    for line in page.read_text("utf-8").splitlines() if page.exists() else ():
        if row := PROMISE.match(line):
            if row[1] in seen:
                yield f"docs/promises.md: {row[1]} stands twice"
            seen.add(row[1])
            nodes = NODE.findall(line)
            if not nodes:
                yield f"docs/promises.md: {row[1]} names no test (tests/…/test_….py::test_…)"
            for node in nodes:
                if not exists(root, *node.split("::")):
                    yield f"docs/promises.md: {row[1]} names {node}, which does not exist"


def unknown_tests(root: Path) -> Iterator[str]:
    """Yield a complaint for every test that a page other than the promises names and that does not exist."""
    for page in pages(root):
        if page.name != "promises.md":
            for node in NODE.findall(page.read_text("utf-8")):
                if not exists(root, *node.split("::")):
                    yield f"{page.relative_to(root)}: names {node}, which does not exist"


def exists(root: Path, file: str, *names: str) -> bool:
    """Return whether the file has this test function or state machine, or this one in a class."""
    if not (root / file).is_file():
        return False
    body: list[ast.stmt] = ast.parse((root / file).read_text("utf-8")).body
    for name in names:
        for statement in body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and statement.name == name:
                body = statement.body
                break
            if isinstance(statement, ast.Assign) and name in [ast.unparse(target) for target in statement.targets]:
                body = []
                break
        else:
            return False
    return True


def unknown_facts(root: Path) -> Iterator[str]:
    """Yield a complaint for every fact that a text rests on and the book lacks. Reading the book checks its rows."""
    known = book()
    for path in files(root):
        if path.suffix in {".py", ".md", ".toml"}:
            for fact in re.split(r",\s*", ", ".join(FACTS.findall(path.read_text("utf-8")))):
                if fact and fact not in known:
                    yield f"{path.relative_to(root)}: rests on the fact '{fact}', which src/kaijo/facts does not have"


def code_of(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the page (relative to the root) and the text of every code span and code block."""
    for page in pages(root):
        for code in CODE.findall(page.read_text("utf-8")):
            yield page.relative_to(root), code


def main() -> int:
    """Print every complaint and return the exit code."""
    checks = (dead_links, unknown_targets, unknown_commands, unproven_promises, unknown_tests, unknown_facts)
    complaints = [complaint for check in checks for complaint in check(ROOT)]
    print("\n".join(dict.fromkeys(complaints)) or "docs: in step")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
