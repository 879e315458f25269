import concurrent.futures
import json
import re
import runpy
import socket
import subprocess
import sys
import time
import urllib.request

import httpx
import keras
import numpy as np
import pandas as pd
import pytest

from dlcourse import models
from dlcourse.deployment import Bundle, application, load, save, service, serving
from dlcourse.errors import BundleError, ModelError
from dlcourse.preprocessing import Preprocessor

FRAME = pd.DataFrame(
    {
        "area (m²)": [50.0, None, 70.0, 90.0] * 5,
        "heating": ["gas", "oil", "gas", None] * 5,
        "rooms": range(20),
    }
)
ROWS = [
    {"area (m²)": 50.0, "heating": "gas", "rooms": 0},
    {"area (m²)": None, "heating": "oil", "rooms": 1},
    {"area (m²)": 70, "heating": None, "rooms": 2.0},
    {"area (m²)": 90, "heating": "wood", "rooms": 3},
]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    keras.utils.set_random_seed(0)
    model = models.mlp((4,), "multiclass", 3, hidden=(5,))
    path = tmp_path_factory.mktemp("service") / "house.bundle"
    return load(save(path, model, Preprocessor().fit_rows(FRAME), ["cheap", "fair", "dear"]))


@pytest.fixture(scope="module")
def address(bundle):
    with serving(bundle) as address:
        yield address


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A service without preprocessing, for images."""
    keras.utils.set_random_seed(0)
    model = models.cnn((8, 8, 1), "binary", filters=(2,), dense=4)
    with serving(save(tmp_path_factory.mktemp("service") / "images.bundle", model)) as address:
        yield model, address


def post(address: str, body: object) -> httpx.Response:
    return httpx.post(f"{address}/predict", json=body)


def test_answers_as_the_bundle_does(bundle, address):
    response = post(address, {"rows": ROWS})
    assert response.status_code == 200
    answer = response.json()
    assert answer["predictions"] == bundle.predict(ROWS).tolist()
    np.testing.assert_allclose(answer["probabilities"], bundle.predict_proba(ROWS), rtol=1e-6)
    assert answer["labels"] == ["cheap", "fair", "dear"]


def test_another_client(address, bundle):
    body = json.dumps({"rows": ROWS}).encode()
    request = urllib.request.Request(f"{address}/predict", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        assert json.load(response)["predictions"] == bundle.predict(ROWS).tolist()


def test_several_clients_at_once(address, bundle):
    expected = bundle.predict_proba(ROWS)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(post, address, {"rows": [ROWS[i % 4]]}) for i in range(40)]
        for i, job in enumerate(jobs):
            np.testing.assert_allclose(job.result().json()["probabilities"][0], expected[i % 4], rtol=1e-5)


def test_health(address):
    assert httpx.get(f"{address}/health").json() == {"status": "ok", "task": "multiclass"}


def test_the_page_needs_no_network(address):
    page = httpx.get(address, follow_redirects=True)
    assert page.url.path == "/docs"
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert links
    for link in links:
        assert link.startswith("/"), link
        assert httpx.get(f"{address}{link}").status_code == 200
    schema = httpx.get(f"{address}/openapi.json").json()
    assert set(schema["paths"]) == {"/predict", "/health"}
    assert list(schema["components"]["schemas"]["Row"]["properties"]) == ["area (m²)", "rooms", "heating"]


ROW = ROWS[0]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"rows": []}, "rows: List should have at least 1 item"),
        ({"rows": [{"heating": "gas", "rooms": 1}]}, r"rows\[0\]\.area \(m²\): Field required"),
        ({"rows": [{**ROW, "garden": 1}]}, r"rows\[0\]\.garden: Extra inputs"),
        ({"rows": [ROW, {**ROW, "rooms": "two"}]}, r"rows\[1\]\.rooms: Input should be a valid number"),
        ({"rows": [{**ROW, "heating": ["gas"]}]}, r"rows\[0\]\.heating: Input should be a valid string"),
        ({"rows": [{**ROW, "rooms": True}]}, r"rows\[0\]\.rooms"),
        ({"rows": "all"}, "rows: Input should be a valid list"),
        ({}, "rows: Field required"),
        ([1, 2], "the body: "),
        ({"rows": [ROW] * (service.MAX_ROWS + 1)}, "at most 1000 items"),
        ({"rows": [{}] * 9}, "and 22 more"),
    ],
)  # fmt: skip
def test_wrong_rows_are_explained(address, body, words):
    response = post(address, body)
    assert response.status_code == 422
    assert re.search(words, response.json()["detail"]), response.text


@pytest.mark.parametrize("content", [b"", b"{", b'{"rows": [{"area": NaN}]}', b"\xff\xfe", b"null"])
def test_what_is_no_json_is_refused(address, content):
    response = httpx.post(f"{address}/predict", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert response.json()["detail"]


def test_large_bodies_are_refused(address, monkeypatch):
    monkeypatch.setattr(service, "MAX_BYTES", 1000)
    for content in (b" " * 1001, iter([b" " * 600] * 2)):
        response = httpx.post(f"{address}/predict", content=content)
        assert response.status_code == 413
        assert "larger than 1000 bytes" in response.json()["detail"]
    assert post(address, {"rows": ROWS}).status_code == 200


def test_other_paths_and_methods(address):
    assert httpx.get(f"{address}/predict").status_code == 405
    assert httpx.get(f"{address}/model.keras").status_code == 404


def test_rows_of_numbers(images):
    model, address = images
    x = np.random.default_rng(0).normal(size=(3, 8, 8, 1)).astype(np.float32)
    answer = post(address, {"rows": x.tolist()}).json()
    probability = model.predict(x, verbose=0)[:, 0]
    np.testing.assert_allclose(np.array(answer["probabilities"])[:, 1], probability, rtol=1e-5)
    assert answer["predictions"] == (probability > 0.5).astype(int).tolist()
    assert answer["labels"] is None
    response = post(address, {"rows": x[:, :7].tolist()})
    assert response.status_code == 422
    assert response.json()["detail"].startswith("rows[0]: List should have at least 8 items")
    x = x.tolist()
    x[1][2][3] = ["one"]
    assert post(address, {"rows": x}).json()["detail"].startswith("rows[1][2][3][0]: ")


@pytest.mark.parametrize(
    ("number", "words"), [(1e308, "Row 1 has the number 1e.308, too large"), (3e38, "row 1 is no finite")]
)
def test_numbers_that_are_too_large_are_no_answer(number, words):
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Rescaling(100.0), keras.layers.Dense(3, "softmax")]
    )
    with serving(Bundle(models.compile(model, "multiclass"), "multiclass", None, None)) as address:
        assert post(address, {"rows": [[0.5] * 4]}).status_code == 200
        response = post(address, {"rows": [[0.5] * 4, [0.5, number, 0.5, 0.5]]})
    assert response.status_code == 422
    assert re.search(words, response.json()["detail"]), response.text


def test_rows_of_texts(tmp_path):
    vectorise = keras.layers.TextVectorization(output_mode="multi_hot")
    vectorise.adapt(["good film", "bad film"])
    text = keras.Input((), dtype="string")
    model = keras.Model(text, keras.layers.Dense(1, "sigmoid")(vectorise(text)))
    bundle = load(save(tmp_path / "text.bundle", models.compile(model, "binary"), labels=["bad", "good"]))
    with serving(bundle) as address:
        answer = post(address, {"rows": ["good", "bad film"]}).json()
        wrong = post(address, {"rows": [1.0]})
    assert answer["predictions"] == bundle.predict(["good", "bad film"]).tolist()
    assert wrong.status_code == 422
    assert "valid string" in wrong.json()["detail"]


def test_regressions_have_no_probabilities(tmp_path):
    model = models.mlp((2,), "regression")
    with serving(save(tmp_path / "model.bundle", model)) as address:
        answer = post(address, {"rows": [[1.0, 2]]}).json()
    assert answer["probabilities"] is None
    assert answer["predictions"] == pytest.approx(model.predict(np.array([[1.0, 2.0]]), verbose=0)[:, 0])


def test_a_taken_port_is_named(bundle):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with (
            pytest.raises(OSError, match=f"can't listen on 127.0.0.1, port {port}"),
            serving(bundle, port=port),
        ):
            pass


def test_the_port_is_free_again_afterwards(bundle):
    with serving(bundle) as address:
        port = int(address.rpartition(":")[2])
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)
    with serving(bundle, port=port) as again:
        assert httpx.get(f"{again}/health").status_code == 200


def test_a_file_that_is_no_bundle(tmp_path):
    (tmp_path / "x.bundle").write_bytes(b"x")
    with pytest.raises(BundleError), serving(tmp_path / "x.bundle"):
        pass


def test_models_of_several_inputs_need_preprocessing(tmp_path):
    inputs = [keras.Input((2,), name=name) for name in ("left", "right")]
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Concatenate()(inputs)))
    bundle = load(save(tmp_path / "both.bundle", models.compile(model, "regression")))
    with pytest.raises(ModelError, match="single input"):
        application(bundle)


def test_serve_runs_until_interrupted(bundle, tmp_path):
    """In a process of its own, as it is used, from a file."""
    path = save(tmp_path / "house.bundle", bundle.model, bundle.preprocessing, bundle.labels)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = f"from dlcourse.deployment import serve; serve({str(path)!r}, port={port})"
    process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                answer = post(f"http://127.0.0.1:{port}", {"rows": ROWS})
                break
            except httpx.TransportError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert answer.json()["predictions"] == bundle.predict(ROWS).tolist()
    finally:
        process.terminate()
        process.wait()


def test_without_fastapi_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fastapi", None)
    with pytest.raises(ImportError, match=r'needs fastapi: pip install "dlcourse\[serve\]"'):
        runpy.run_path(service.__file__)
