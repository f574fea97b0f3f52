"""Folders for work from file to file, and what is left of those that nobody holds."""

from mutuals.connectors.files.scratch import clear, scratch


def test_a_folder_is_there_while_it_is_used_whoever_clears_and_gone_afterwards(tmp_path):
    with scratch(tmp_path) as folder:
        (folder / "people.parquet").write_text("Bea")
        clear(tmp_path)
        with scratch(tmp_path) as other:
            both = sorted(tmp_path.iterdir())
        left = list(tmp_path.iterdir())

    assert both == sorted([folder, other])
    assert left == [folder]
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_holds_is_cleared_and_nothing_else(tmp_path):
    (tmp_path / "mutuals-files-left").mkdir()
    (tmp_path / "mutuals-files-left" / "people.parquet").write_text("Bea")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept.csv").write_text("Bo")
    (tmp_path / "mutuals-files-link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "mutuals-files-plain").write_text("a file")

    clear(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "elsewhere",
        "mutuals-files-link",
        "mutuals-files-plain",
    ]
    assert (tmp_path / "elsewhere" / "kept.csv").read_text() == "Bo"
