"""Kill builds, or servers, at random moments; each next build must give what an undisturbed one gives."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from bench.run import ours
from bench.trees import edit_claim


def outputs(tree: Path) -> dict[str, str]:
    """Return the digest of every file that was put in place."""
    return {
        path.relative_to(tree).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for part in ("html", "pdf")
        for path in (tree / "_build" / part).rglob("*")
        if path.is_file()
    }


def left(tree: Path) -> list[str]:
    """Return the processes that still work in ``tree``, once they have had the time to end."""
    here = tree.resolve()
    for _ in range(200):
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if Path(process.cwd()).is_relative_to(here):
                    found.append(" ".join(process.cmdline()))
        if not found:
            break
        time.sleep(0.1)
    return found


def kills(
    tree: Path, runs: int, seed: int, say: Callable[[str], None], served: bool = False
) -> list[str]:
    """Kill ``runs`` builds of ``tree``, or servers of it; return what was wrong, one line each."""
    chance = random.Random(seed)
    states = []
    seconds = []
    for state in (0, 1):
        edit_claim(tree, state)
        seconds.append(ours(tree).seconds)
        states.append(outputs(tree))
    # How long one takes that executes everything, or what the claim's readers are at most.
    longest = {True: seconds[0], False: seconds[1]}
    command = [sys.executable, "-m", "shanhai", "serve" if served else "build", "."]
    faults = []
    killed = number = 0
    while killed < runs:
        number += 1
        edit_claim(tree, (number + served) % 2)
        # The results of both states are in the cache; without them there is more to be killed.
        if everything := chance.random() < 0.5:
            subprocess.run(["rm", "-rf", str(tree / "_build" / ".jupyter_cache")], check=True)
        process = subprocess.Popen(
            command,
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        begun, moment = time.monotonic(), chance.uniform(0, longest[everything])
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(moment)
        if served:
            edit_claim(tree, number % 2)
            time.sleep(chance.uniform(0, longest[everything] / 2))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
        else:  # One that had ended is held against the others, but is no kill.
            longest[everything] = min(longest[everything], time.monotonic() - begun)
        faults += [f"{number}: after the kill at {moment:.2f} s runs {name}" for name in left(tree)]
        between = outputs(tree)
        if not all(
            {name: digest for name, digest in between.items() if name.startswith(f"_build/{part}/")}
            in [
                {n: d for n, d in state.items() if n.startswith(f"_build/{part}/")}
                for state in states
            ]
            for part in ("html", "pdf")
        ):
            faults.append(f"{number}: after the kill at {moment:.2f} s no whole book was in place")
        try:
            ours(tree)
        except Exception as error:  # whatever it is, it is counted
            faults.append(f"{number}: the build after the kill at {moment:.2f} s failed: {error}")
            say(faults[-1])
            continue
        if outputs(tree) != states[number % 2]:
            faults.append(f"{number}: the build after the kill at {moment:.2f} s gave another book")
        say(f"{killed}/{runs} killed, {number} begun: {moment:.2f} s; faults so far: {len(faults)}")
    return faults
