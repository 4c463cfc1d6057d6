"""Changes that come close together are loaded once; none is left out."""

from __future__ import annotations

import threading
import time

from skyvern_dagster.errors import DeploymentError
from skyvern_dagster_api.location_reload import LocationReload


class Location:
    """Counts its loads, which take a moment, and sees what had changed when one began."""

    def __init__(self) -> None:
        self.changes = 0
        self.loaded: list[int] = []
        self.broken = False
        self.begun = threading.Event()

    def load(self) -> None:
        self.loaded.append(self.changes)
        self.begun.set()
        time.sleep(0.05)
        if self.broken:
            raise DeploymentError("the code server is away")

    def wait_for(self, changes: int) -> None:
        while changes not in self.loaded:
            time.sleep(0.01)


def test_many_changes_are_one_load() -> None:
    location = Location()
    reload = LocationReload(location.load, wait_seconds=0.3)
    for _ in range(50):
        location.changes += 1
        reload.soon()
    location.wait_for(50)
    reload.close()
    assert location.loaded == [50]


def test_a_change_during_a_load_is_loaded_too() -> None:
    location = Location()
    reload = LocationReload(location.load, wait_seconds=0)
    location.changes = 1
    reload.soon()
    assert location.begun.wait(30)
    location.changes = 2
    reload.soon()
    location.wait_for(2)
    reload.close()


def test_changes_that_never_end_do_not_hold_it_up() -> None:
    location = Location()
    reload = LocationReload(location.load, wait_seconds=0.05)
    while not location.loaded:
        reload.soon()
        time.sleep(0.01)
    reload.close()


def test_a_load_that_fails_is_made_good_by_the_next() -> None:
    location = Location()
    location.broken = True
    reload = LocationReload(location.load, wait_seconds=0)
    reload.soon()
    location.wait_for(0)
    location.broken, location.changes = False, 1
    reload.soon()
    location.wait_for(1)
    reload.close()
