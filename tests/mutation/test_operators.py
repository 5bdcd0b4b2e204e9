"""The faults that are made are those meant, and each is one that the compiler takes."""

import textwrap

import pytest

from mutation.operators import mutants


def changes(source: str) -> set[tuple[str, str]]:
    return {(mutant.before, mutant.after) for mutant in mutants(textwrap.dedent(source))}


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [
        ("LEAST = 8", "8", "1"),
        ("x = all(row)", "all(row)", "any(row)"),
        ("x = min(a, b)", "min(a, b)", "a"),
        ("x = a < b", "a < b", "a <= b"),
        ("x = a or b", "a or b", "a and b"),
        ("x = not a", "not a", "a"),
        ("x = [y for y in z if y]", " for y in z if y", " for y in z"),
        ("x = a[1:]", "1:", ":"),
        ("f(x, key=1)", "f(x, key=1)", "f(x)"),
        ("f(x)", "f(x)", "pass"),
        ("self.x = 1", "self.x = 1", "pass"),
        ("x = b'CFG'", "b'CFG'", "b'CFG?'"),
    ],
)
def test_a_fault_is_made(source: str, before: str, after: str) -> None:
    assert (before, after) in changes(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""A text: 1 < 2."""',
        "x: Literal[1]",
        "@cache(1)\ndef f(): return x",
        "if TYPE_CHECKING:\n    x = 1",
        "x = f'{y:02}'",
        "from x import y",
    ],
)
def test_what_says_nothing_is_left_alone(source: str) -> None:
    assert changes(source) == set()


def test_every_fault_compiles_and_is_no_other() -> None:
    source = textwrap.dedent("""
        def f(a, b=3):
            while a < b and a:
                a += 1
                if a == 2:
                    continue
            return [max(a, c) for c in b[1:a] if not c] or -1
        """)
    made = mutants(source)
    assert len(made) > 20
    codes = {mutant.code(source, "f.py") for mutant in made}
    assert len(codes) == len(made)
