"""Makes the embedded data files: `python datasets/make.py wine rents`, or all of them without a name.

Each file comes out the same byte for byte, from the version of its source that its card names; `bytes` and
`sha256`, printed here, belong on the card. `sunspots` and `co2` need `pip install statsmodels`, whose copies
of the series they take; the course itself does not use it. `backbone`, `language_model` and `bert` train
a network, for about one, four and four minutes; how exactly one comes out again, its card says.
"""

import ast
import csv
import hashlib
import importlib.util
import inspect
import io
import random
import re
import sys
import zipfile
from pathlib import Path

import numpy as np


def digits() -> bytes:
    from sklearn.datasets import load_digits

    source = load_digits()
    return npz(features=source.images.astype(np.uint8), target=source.target.astype(np.uint8))


def breast_cancer() -> bytes:
    from sklearn.datasets import load_breast_cancer

    return measurements(load_breast_cancer())


def wine() -> bytes:
    from sklearn.datasets import load_wine

    return measurements(load_wine())


def iris() -> bytes:
    from sklearn.datasets import load_iris

    return measurements(load_iris())


def diabetes() -> bytes:
    from sklearn.datasets import load_diabetes

    # Raw: scikit-learn's usual copy is scaled with the mean and spread of all rows, the test's included.
    source = load_diabetes(scaled=False)
    return npz(features=source.data.astype(np.float32), target=source.target.astype(np.float32))


def sunspots() -> bytes:
    rows = list(csv.DictReader(io.StringIO(statsmodels("sunspots"))))
    return npz(
        features=np.array([[row["YEAR"]] for row in rows], dtype=np.float32),  # (309, 1)
        target=np.array([row["SUNACTIVITY"] for row in rows], dtype=np.float32),  # (309,)
    )


def co2() -> bytes:
    """Monthly means of the weeks that were measured; a month without one is interpolated."""
    months: dict[float, list[float]] = {}
    for row in csv.DictReader(io.StringIO(statsmodels("co2"))):
        year, month = int(row["date"][:4]), int(row["date"][4:6])
        months.setdefault(year + (month - 0.5) / 12, [])
        if row["co2"]:
            months[year + (month - 0.5) / 12].append(float(row["co2"]))
    start, end = min(months), max(months)
    time = start + np.arange(round((end - start) * 12) + 1) / 12
    measured = sorted(month for month, values in months.items() if values)
    means = [np.mean(months[month]) for month in measured]
    return npz(
        features=time.astype(np.float32)[:, None],  # (months, 1)
        target=np.interp(time, measured, means).round(2).astype(np.float32),  # (months,)
    )


DISTRICTS = {
    "Old Town": (180, 1.0),
    "Harbour": (60, 2.5),
    "Station": (-70, 3.0),
    "North": (0, 5.0),
    "Meadows": (40, 7.0),
}
CONDITIONS = {"worn": (-90, 0.25), "good": (0, 0.5), "renovated": (120, 0.25)}
HEATING = ("district", "gas", "heat pump", "oil")


def rents(flats: int = 1000) -> bytes:
    """Flats to let that never were, by the formula on the card; then with what real tables suffer from."""
    draw = np.random.default_rng(1)
    rows = []
    for _ in range(flats):
        district = list(DISTRICTS)[draw.integers(len(DISTRICTS))]
        condition = draw.choice(list(CONDITIONS), p=[share for _, share in CONDITIONS.values()])
        area = round(max(18, draw.normal(68, 22)))
        distance = round(max(0.1, draw.normal(DISTRICTS[district][1], 0.8)), 1)
        built = int(draw.integers(1900, 2021))
        row = {
            "area": area,
            "rooms": max(1, round(area / 25 + draw.normal(0, 0.5))),
            "floor": int(draw.integers(0, 7)),
            "built": built,
            "distance": distance,
            "district": district,
            "condition": condition,
            "heating": HEATING[draw.integers(len(HEATING))],
        }
        rent = 240 + 8.5 * area - 32 * distance + 1.2 * (built - 1970)
        rent += DISTRICTS[district][0] + CONDITIONS[condition][0] + draw.normal(0, 60)
        row["rent"] = round(rent)
        for name, share in {"built": 0.1, "distance": 0.04, "heating": 0.06}.items():
            if draw.random() < share:
                row[name] = ""
        if draw.random() < (0.3 if condition == "worn" else 0.05):
            row["condition"] = ""
        rows.append(row)
    for i in draw.choice(flats, 6, replace=False):
        rows[i]["area"] = round(rows[i]["area"] * 10.764)  # in square feet
    for i in sorted(draw.choice(flats, 12, replace=False)):
        rows.insert(int(draw.integers(len(rows))), rows[i])
    return comma_separated(list(rows[0]), [list(row.values()) for row in rows])


LIBRARIES = ("matplotlib", "numpy", "scipy", "sklearn")
GIVEAWAY = re.compile(r"matplotlib|mpl|pyplot|plt|numpy|\bnp\b|scipy|scikit|sklearn", re.IGNORECASE)


def docstrings(each: int = 500) -> bytes:
    """First sentences of docstrings, as many of each library, none in two of them, none naming one."""
    sentences = {library: first_sentences(library) for library in LIBRARIES}
    rows = []
    for library, found in sentences.items():
        others = set().union(*(sentences[other] for other in LIBRARIES if other != library))
        rows += [(text, library) for text in random.Random(0).sample(sorted(found - others), each)]
    return comma_separated(["sentence", "library"], sorted(rows))


def first_sentences(library: str) -> set[str]:
    """Those of the public functions, classes and methods in the Python files of an installed library."""
    root = Path(importlib.util.find_spec(library).origin).parent
    found = set()
    for file in sorted(root.rglob("*.py")):
        if {"tests", "testing", "externals", "_lib", "_external"} & set(file.relative_to(root).parts):
            continue  # what others wrote, under licences of their own, lies there
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                paragraph = inspect.cleandoc(ast.get_docstring(node) or "").split("\n\n")[0]
                sentence = re.split(r"(?<=[.!?])\s", " ".join(paragraph.split()))[0]
                usable = 20 <= len(sentence) <= 160 and sentence.isascii() and sentence.endswith(".")
                if usable and not GIVEAWAY.search(sentence):
                    found.add(sentence)
    return found


def backbone() -> bytes:
    from digits_backbone import trained

    return trained()


def language_model() -> bytes:
    from backbones.language_model import trained

    return trained()


def bert() -> bytes:
    from backbones.bert import trained

    return trained()


MAKERS = {
    "digits.npz": digits,
    "breast_cancer.npz": breast_cancer,
    "wine.npz": wine,
    "iris.npz": iris,
    "diabetes.npz": diabetes,
    "sunspots.npz": sunspots,
    "co2.npz": co2,
    "rents.csv": rents,
    "docstrings.csv": docstrings,
    "backbones/digits.keras": backbone,
    "backbones/language_model.keras": language_model,
    "backbones/bert.keras": bert,
}


def measurements(source) -> bytes:
    return npz(features=source.data.astype(np.float32), target=source.target.astype(np.uint8))


def statsmodels(name: str) -> str:
    (package,) = importlib.util.find_spec("statsmodels").submodule_search_locations
    return Path(package, "datasets", name, f"{name}.csv").read_text(encoding="utf-8")


def npz(**arrays: np.ndarray) -> bytes:
    """The bytes of an archive: the same on every machine, hence no compression, time or platform in them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy")  # dated 1980-01-01
            entry.create_system = 3
            content = io.BytesIO()
            np.lib.format.write_array(
                content, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False
            )
            archive.writestr(entry, content.getvalue())
    return file.getvalue()


def comma_separated(header: list[str], rows: list) -> bytes:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return file.getvalue().encode("utf-8")


if __name__ == "__main__":
    for file, maker in MAKERS.items():
        if sys.argv[1:] and maker.__name__ not in sys.argv[1:]:
            continue
        content = maker()
        Path(__file__).parent.joinpath(file).write_bytes(content)
        print(f"{file}: bytes = {len(content)}, sha256 = {hashlib.sha256(content).hexdigest()}")
