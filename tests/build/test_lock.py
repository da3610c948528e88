"""One process at a time, also when the folder of the lock is removed while another waits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from shanhai.build.lock import locked

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("removed", [False, True])
def test_a_second_waits_for_the_first_and_says_so_once(tmp_path, removed):
    path = tmp_path / ".lock"
    waiting, order = Event(), []

    def second():
        with locked(path, lambda: (order.append("waits"), waiting.set())):
            order.append("second")
            assert path.exists()  # a lock on a file that is gone would be on nothing

    with ThreadPoolExecutor(1) as pool:
        with locked(path):
            future = pool.submit(second)
            assert waiting.wait(timeout=60)
            if removed:  # as `make clean` does
                path.unlink()
            order.append("first")
        future.result(timeout=60)
    assert order == ["waits", "first", "second"]


def test_a_lock_is_free_after_an_error(tmp_path):
    with pytest.raises(KeyError), locked(tmp_path / ".lock"):
        raise KeyError
    with locked(tmp_path / ".lock", lambda: pytest.fail("it is free")):
        pass
