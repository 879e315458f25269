import ast
import json
import random
import re

import pytest
import typer
from typer.testing import CliRunner

from dlcourse.content import folder
from grader.classes.similar import pairs
from grader.commands.similar import similar as command
from grader.errors import UnusableInput
from grader.exercises import all_exercises
from grader.submissions.cutting import Cutter
from grader.submissions.submission import Cell, Submission, read

# Right answers that people wrote independently, several to each exercise.
VARIANTS = {
    "weighted_sum": [
        "def weighted_sum(x, w, b):\n    return float(np.dot(x, w) + b)",
        "def weighted_sum(x, w, b):\n    return np.sum(x * w) + b",
        "def weighted_sum(x, w, b):\n    for xi, wi in zip(x, w):\n        b += xi * wi\n    return b",
    ],
    "relu": [
        "def relu(x):\n    return np.maximum(0, x)",
        "def relu(x):\n    return np.where(x > 0, x, 0.0)",
        "def relu(x):\n    out = np.array(x, dtype=float)\n    out[out < 0] = 0\n    return out",
    ],
    "sigmoid": [
        "def sigmoid(x):\n    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), "
        "np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))",
        "def sigmoid(x):\n    x = np.asarray(x, dtype=float)\n    out = np.empty_like(x)\n    up = x >= 0\n"
        "    out[up] = 1 / (1 + np.exp(-x[up]))\n    e = np.exp(x[~up])\n    out[~up] = e / (1 + e)\n"
        "    return out",
        "def sigmoid(x):\n    x = np.clip(x, -700, 700)\n    return 1.0 / (1.0 + np.exp(-x))",
        "def sigmoid(x):\n    t = np.exp(-np.abs(x))\n    high = 1 / (1 + t)\n"
        "    return np.where(x < 0, t * high, high)",
    ],
    "tanh": [
        "def tanh(x):\n    x = np.clip(x, -300, 300)\n"
        "    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))",
        "def tanh(x):\n    e = np.exp(-2 * np.abs(x))\n    return np.sign(x) * (1 - e) / (1 + e)",
        "def tanh(x):\n    x = np.asarray(x, dtype=float)\n    small = np.exp(-2 * np.abs(x))\n"
        "    value = (1 - small) / (1 + small)\n    return np.where(x < 0, -value, value)",
    ],
    "softmax": [
        "def softmax(z):\n    shifted = z - z.max(axis=-1, keepdims=True)\n    exps = np.exp(shifted)\n"
        "    return exps / exps.sum(axis=-1, keepdims=True)",
        "def softmax(z):\n    z = np.asarray(z, dtype=float)\n    biggest = np.max(z, axis=-1)[..., None]\n"
        "    top = np.exp(z - biggest)\n    bottom = top.sum(axis=-1)[..., None]\n    return top / bottom",
        "def softmax(z):\n    z = z - np.amax(z, -1, keepdims=True)\n"
        "    logs = np.log(np.sum(np.exp(z), -1, keepdims=True))\n    return np.exp(z - logs)",
    ],
    "dense": [
        "def dense(X, W, b, activation=None):\n    Z = X @ W + b\n    if activation is None:\n"
        "        return Z\n    if activation == 'relu':\n        return relu(Z)\n"
        "    if activation == 'sigmoid':\n        return sigmoid(Z)\n    if activation == 'tanh':\n"
        "        return tanh(Z)\n    if activation == 'softmax':\n        return softmax(Z)\n"
        "    raise ValueError('unknown activation')",
        "def dense(X, W, b, activation=None):\n"
        "    functions = {'relu': relu, 'sigmoid': sigmoid, 'tanh': tanh, 'softmax': softmax}\n"
        "    Z = np.dot(X, W) + b\n    if activation is None:\n        return Z\n"
        "    if activation not in functions:\n        raise ValueError(activation)\n"
        "    return functions[activation](Z)",
        "def dense(X, W, b, activation=None):\n    z = np.matmul(X, W) + b\n    match activation:\n"
        "        case None: return z\n        case 'relu': return relu(z)\n"
        "        case 'sigmoid': return sigmoid(z)\n        case 'tanh': return tanh(z)\n"
        "        case 'softmax': return softmax(z)\n        case _: raise ValueError('what is that?')",
    ],
    "dead_fraction": [
        "def dead_fraction(Z):\n    dead = (Z <= 0).all(axis=0)\n    return dead.sum() / Z.shape[1]",
        "def dead_fraction(Z):\n    return float((Z.max(axis=0) <= 0).mean())",
        "def dead_fraction(Z):\n    count = 0\n    for j in range(Z.shape[1]):\n"
        "        if not np.any(Z[:, j] > 0):\n            count += 1\n    return count / Z.shape[1]",
    ],
}


def module(*answers):
    return "import numpy as np\n\n" + "\n\n\n".join(answers) + "\n"


def nth(i):
    return module(*(variants[i % len(variants)] for variants in VARIANTS.values()))


def drawn(rng):
    return module(*(rng.choice(variants) for variants in VARIANTS.values()))


def submission(source):
    return Submission("m.py", (Cell("m.py", source, ast.parse(source)),))


def found(*sources, threshold=0.8):
    named = [(f"s{i:03}", submission(source)) for i, source in enumerate(sources)]
    return {(pair.first, pair.second) for pair in pairs(named, threshold)}


class Renamed(ast.NodeTransformer):
    """Give every local name another, and drop hints and docstrings."""

    def __init__(self, tree):
        bound = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
        bound |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.names = {name: f"q_{i}" for i, name in enumerate(sorted(bound))}

    def visit_arg(self, node):
        return ast.arg(self.names[node.arg])

    def visit_Name(self, node):
        return ast.Name(self.names.get(node.id, node.id), node.ctx)


def renamed(source):
    tree = ast.parse(source)
    return ast.unparse(ast.fix_missing_locations(Renamed(tree).visit(tree)))


def with_hints(source):
    return re.sub(
        r"^(def \w+\((\w+))(.*)\):", r"\1: 'np.ndarray'\3) -> object:\n    '''New.'''", source, flags=re.M
    )


def reformatted(source):
    lines = []
    for line in source.splitlines():
        lines += [line.replace(" = ", "   =   ").replace(", ", ",").replace("'", '"') + "  # done", ""]
    return "\n".join(lines)


def with_another_alias(source):
    return source.replace("import numpy as np", "import numpy as N").replace("np.", "N.")


def with_junk(source):
    helpers = "".join(
        f"def extra_{i}(a, b):\n    c = a ** {i} + b\n    return [c * k for k in range({i})]\n"
        for i in range(40)
    )
    return helpers + source.replace("def relu(x):\n", "def relu(x):\n    [extra_1, extra_2]\n")


def in_another_order(source):
    head, *functions = source.split("\n\ndef ")
    return "\n\ndef ".join([head, *reversed(functions)])


DISGUISES = [renamed, with_hints, reformatted, with_another_alias, with_junk, in_another_order]


@pytest.mark.parametrize("disguise", DISGUISES, ids=lambda disguise: disguise.__name__)
def test_a_disguised_copy_is_found(disguise):
    original, other = nth(1), nth(2)
    assert disguise(original) != original
    assert found(original, other, disguise(original)) == {("s000", "s002")}


def test_a_copy_in_every_disguise_at_once_is_found_in_any_class():
    rng = random.Random(0)
    for size in (2, 3, 10, 40):
        sources = [nth(1), *(nth(0) for _ in range(size > 2)), *(drawn(rng) for _ in range(size - 3))]
        copy = sources[0]
        for disguise in DISGUISES:
            copy = disguise(copy)
        assert ("s000", f"s{len(sources):03}") in found(*sources, copy)


def test_statements_that_swapped_places_hide_nothing():
    one = module(
        "def softmax(z):\n    biggest = np.max(z, axis=-1)[..., None]\n"
        "    scale = np.log(np.abs(z).sum() + 2)\n    shape = list(z.shape[:-1])\n"
        "    top = np.exp(z - biggest)\n    return (top / top.sum(-1, keepdims=True)).reshape(*shape, -1)"
    )
    lines = one.splitlines()
    lines[3], lines[5] = lines[5], lines[3]
    assert found(one, "\n".join(lines)) == {("s000", "s001")}


def test_independent_answers_are_not_alike():
    assert found(*(nth(i) for i in range(3))) == set()


@pytest.mark.parametrize("name", VARIANTS)
def test_no_two_ways_to_solve_an_exercise_are_alike(name):
    assert found(*(module(answer) for answer in VARIANTS[name]), threshold=0.6) == set()


def test_what_a_whole_class_has_is_not_alike():
    assert found(*[nth(1)] * 30) == set()
    assert found(*[nth(1)] * 30, nth(2), renamed(nth(2))) == {("s030", "s031")}


def test_a_pair_stands_out_of_a_class_that_has_the_rest_in_common():
    special = nth(1).replace(VARIANTS["dense"][1], VARIANTS["dense"][2])
    assert special != nth(1)
    assert found(*[nth(1)] * 30, special, renamed(special)) == {("s030", "s031")}


def test_a_short_answer_alone_is_not_alike():
    for source in VARIANTS["relu"]:
        assert found(module(source), renamed(module(source)), nth(0)) == set()


def test_the_lessons_own_code_and_its_stubs_do_not_count():
    lesson = read(folder("lessons") / "02_neural_networks.ipynb")
    assert pairs([("a", lesson), ("b", lesson)], 0.05) == []
    answer = "def relu(x):\n    return np.maximum(x, 0 * share_of_dead_units(x, digit_network('relu')))\n"
    assert "def share_of_dead_units" in "".join(cell.source for cell in lesson.cells)
    code = Submission("m.ipynb", (*lesson.cells, Cell("cell 999", answer, ast.parse(answer))))
    assert "share_of_dead_units" in str([piece.source for piece in Cutter(code).cut("relu").pieces])
    assert pairs([("a", code), ("b", code)], 0.05) == []


def test_the_evidence_is_both_sources_and_the_lines_they_share():
    answer = VARIANTS["dense"][1]
    changed = renamed(module(answer)).replace("return q_0", "print('here')\n        return q_0", 1)
    (pair,) = pairs([("ada", submission(module(answer))), ("bob", submission(changed))], 0.5)
    (likeness,) = pair.exercises
    assert (pair.first, pair.second, likeness.exercise) == ("ada", "bob", "dense")
    assert likeness.first.lines[0] == answer.splitlines()[0]
    assert any("functions[activation](Z)" in likeness.first.lines[i] for i in likeness.first.marked)
    assert 0 not in likeness.first.marked  # the signature is given
    assert pair.score <= 1


def test_scores_do_not_depend_on_the_order():
    rng = random.Random(1)
    named = [(f"s{i:02}", submission(drawn(rng))) for i in range(12)]
    named += [("copy", submission(renamed(nth(1)))), ("original", submission(nth(1)))]
    scores = {frozenset((p.first, p.second)): p.score for p in pairs(named)}
    rng.shuffle(named)
    assert {frozenset((p.first, p.second)): p.score for p in pairs(named)} == scores
    assert scores[frozenset(("copy", "original"))] == 1


@pytest.mark.parametrize(
    "source",
    [
        "".join(f"def h{i}(x): return h{i + 1}(x) + {i}\n" for i in range(3000))
        + "def relu(x): return h0(x)",
        "def relu(x): return [" + "x + 1, " * 20_000 + "]",
        "def relu(x):\n    '" + "a" * 1_000_000 + "'\n    return x",
        "relu = 3",
        "exec('def relu(x): return x')",
        "",
    ],
    ids=["helpers", "long line", "long string", "no function", "exec", "empty"],
)
def test_hostile_submissions_are_compared_like_any(source):
    assert isinstance(found(source, source, nth(1), renamed(nth(1))), set)
    assert ("s002", "s003") in found(source, source, nth(1), renamed(nth(1)))


def run(*arguments):
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)


@pytest.fixture
def classroom(tmp_path):
    sources = {"ada.py": nth(1), "b<i>b\x1b[2J.py": renamed(nth(1)), "cyd.py": nth(2)}
    for name, source in sources.items():
        (tmp_path / "class" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "class" / name).write_text(source)
    return tmp_path / "class"


def test_the_command_shows_the_pairs(classroom):
    done = run(classroom)
    assert done.exit_code == 1
    assert re.search(r"1\.00  ada\.py +b<i>b\[2J\.py +.*dense 1\.00", done.stdout)
    assert "not a proof" in done.stdout
    assert "\x1b" not in done.stdout
    assert "cheat" not in done.stdout.lower()


def test_the_command_prints_data(classroom):
    row = json.loads(run(classroom, "--json").stdout)
    assert list(row) == ["first", "second", "score", "exercises"]
    assert {e["exercise"] for e in row["exercises"]} <= set(all_exercises())
    assert set(row["exercises"][0]["first"]) == {"lines", "marked"}


def test_the_page_holds_both_sides_and_runs_nothing(classroom, tmp_path):
    (classroom / "ada.py").write_text(nth(1) + "X = '<script>alert(1)</script>\u202e'\n")
    (classroom / "ada.py").write_text(
        (classroom / "ada.py")
        .read_text()
        .replace("Z = np.dot", "Z = '<script>alert(1)</script>\u202e' and np.dot")
    )
    run(classroom, "--html", tmp_path / "page.html", "--threshold", "0.5")
    page = (tmp_path / "page.html").read_text()
    assert "default-src &#39;none&#39;" in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "b&lt;i&gt;b" in page
    assert "\u202e" not in page
    assert page.count("<pre") >= 2 * page.count("<h3>") > 0
    assert "▌ " in page
    assert "cheat" not in page.lower()


def test_nothing_alike_is_status_0(classroom, tmp_path):
    (classroom / "ada.py").unlink()
    done = run(classroom, "--html", tmp_path / "page.html")
    assert done.exit_code == 0
    assert "No two of 2 submissions are alike" in done.stdout
    assert "none" in (tmp_path / "page.html").read_text()


def test_an_unreadable_file_costs_only_itself(classroom):
    (classroom / "bad.ipynb").write_text("{")
    done = run(classroom)
    assert done.exit_code == 1
    assert done.stderr == "bad.ipynb is not a notebook: its content is no JSON.\n"


def test_a_file_that_is_given_twice_is_not_alike_with_itself(classroom):
    done = run(
        classroom / "ada.py", classroom / "cyd.py", classroom, classroom / ".." / "class" / "ada.py", "--json"
    )
    assert len(done.stdout.splitlines()) == 1


def test_names_that_occur_twice_are_told_apart(classroom, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "ada.py").write_text(nth(1))
    names = {
        json.loads(line)["second"]
        for line in run(classroom, tmp_path / "other", "--json").stdout.splitlines()
    }
    assert any(name.endswith("ada.py") and name != "ada.py" for name in names)


def test_what_can_not_be_compared_is_one_sentence(classroom, tmp_path):
    with pytest.raises(UnusableInput, match="does not exist"):
        run(tmp_path / "nowhere")
    with pytest.raises(UnusableInput, match="no two submissions"):
        run(classroom / "ada.py")
    with pytest.raises(UnusableInput, match="can't be written"):
        run(classroom, "--html", classroom / "ada.py" / "page.html")
    assert run(classroom, "--threshold", "0").exit_code == 2
