import pytest

from dlcourse import content


@pytest.mark.parametrize("name", ["lessons", "datasets"])
def test_finds_the_folder(name):
    assert content.folder(name).is_dir()


def place(tmp_path, monkeypatch):
    """Pretend that the package lies in `tmp_path / "dlcourse"`."""
    package = tmp_path / "dlcourse"
    package.mkdir()
    monkeypatch.setattr(content, "__file__", str(package / "content.py"))
    return package


def test_the_packages_own_folder_goes_first(tmp_path, monkeypatch):
    package = place(tmp_path, monkeypatch)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "datasets").mkdir()
    (package / "_content" / "datasets").mkdir(parents=True)
    assert content.folder("datasets") == package / "_content" / "datasets"


def test_clone(tmp_path, monkeypatch):
    place(tmp_path, monkeypatch)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "datasets").mkdir()
    assert content.folder("datasets") == tmp_path / "datasets"


def test_another_installed_package_of_that_name_is_not_taken(tmp_path, monkeypatch):
    place(tmp_path, monkeypatch)
    (tmp_path / "datasets").mkdir()
    with pytest.raises(FileNotFoundError, match="install dlcourse again"):
        content.folder("datasets")
