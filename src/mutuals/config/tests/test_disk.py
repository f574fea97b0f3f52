"""What is said of the disk that holds the database."""

from mutuals.config.disk import ENOUGH, LOW, Disk


def test_a_full_disk_is_said_once_with_what_is_free_and_what_to_do(tmp_path):
    disk = Disk(tmp_path)

    said = [disk.look(free) for free in (LOW, 5 << 20, 0)]

    assert (said[0], said[2]) == ("", "")
    assert f"{tmp_path} is full: 5 MiB are free, and the database cannot write. Free some room" in said[1]
    assert disk.is_full


def test_room_that_came_back_is_said_once_and_not_at_its_edge(tmp_path):
    disk = Disk(tmp_path)
    disk.look(0)

    said = [disk.look(free) for free in (LOW, ENOUGH, ENOUGH)]

    assert said == ["", "there is room on the disk again: 128 MiB", ""]
    assert not disk.is_full


def test_what_is_free_is_asked_where_the_database_lies(tmp_path):
    (tmp_path / "postgres").symlink_to("/proc")

    free = Disk(tmp_path).free()

    assert free == 0
