"""The long run: programs are observed until there are enough fits; what was observed stays in a file."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Collection, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

from proof.observers import Observer
from proof.programs.dialects import Dialect
from proof.samples import endless

Record = dict[str, Any]
"""One program: ``text``, ``shapes``, ``events`` and ``error``, or ``broken`` where it could not be observed."""


def read(path: Path) -> Iterator[Record]:
    """The programs that were observed; a last line that was cut off does not count."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                yield json.loads(line)


def observe(
    dialect: Dialect, python: str, path: Path, fits: int, workers: int = 2, shapes: Collection[str] = ()
) -> None:
    """Observes programs of a dialect until the file has that many training events, of ``shapes`` where these are given.

    A run that was stopped goes on after the programs that the file has.
    """
    done = {record["text"]: len(record["events"]) for record in read(path)}
    state = _State(sum(done.values()), fits)
    tasks: Queue[Record | None] = Queue(maxsize=2 * workers)
    lock = threading.Lock()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        threads = [
            threading.Thread(target=_work, args=(dialect, python, tasks, state, lock, file)) for _ in range(workers)
        ]
        for thread in threads:
            thread.start()
        for number, program in endless(dialect):
            if state.is_done:
                break
            if program.text not in done and (not shapes or program.shapes.intersection(shapes)):
                tasks.put({"text": program.text, "shapes": sorted(program.shapes), "chunk": number})
        for _ in threads:
            tasks.put(None)
        for thread in threads:
            thread.join()
    if state.failure is not None:
        raise state.failure


class _State:
    """How many events there are, and what made a worker stop."""

    def __init__(self, events: int, goal: int) -> None:
        self.events, self.goal = events, goal
        self.failure: BaseException | None = None

    @property
    def is_done(self) -> bool:
        return self.events >= self.goal or self.failure is not None


def _work(dialect: Dialect, python: str, tasks: Queue[Record | None], state: _State, lock: Any, file: Any) -> None:
    """One worker with an observing process of its own."""
    try:
        with Observer(python, dialect.api, backend=dialect.backend) as observer:
            while (task := tasks.get()) is not None:
                if state.is_done:
                    continue
                found = observer.try_to_observe(task["text"])
                with lock:
                    file.write(json.dumps({**task, **found}) + "\n")
                    file.flush()
                    state.events += len(found["events"])
                    print(f"\r{dialect.name}: {state.events} of {state.goal} fits", end="", file=sys.stderr)
    except BaseException as failure:
        state.failure = failure
        while tasks.get() is not None:  # the other end must not wait for ever
            pass
