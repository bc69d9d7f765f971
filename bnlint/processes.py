"""Several files at a time, in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator

from bnlint.engine import Task, lint_one
from bnlint.files.discovery import Found, Missing
from bnlint.reports import Report


def lint_in_processes(files: list[Found | Missing], heavy: set[int], task: Task, jobs: int) -> Iterator[Report]:
    """The reports in the order of ``files``; those in ``heavy`` are made by ``jobs`` processes, the others here.

    A file that brings its process down is reported, and the rest is done.
    """
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    with ProcessPoolExecutor(jobs, initializer=_leave_interrupts_to_the_parent) as pool:
        pending = {index: pool.submit(lint_one, files[index], task) for index in sorted(heavy)}
        try:
            for index, found in enumerate(files):
                if index not in pending:
                    yield lint_one(found, task)
                    continue
                try:
                    yield pending[index].result()
                except BrokenProcessPool:
                    yield _lint_apart(found, task)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _lint_apart(found: Found | Missing, task: Task) -> Report:
    """The report on a file that may have brought a process down, from a process that does nothing else."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    with ProcessPoolExecutor(1, initializer=_leave_interrupts_to_the_parent) as pool:
        try:
            return pool.submit(lint_one, found, task).result()
        except BrokenProcessPool:
            return Report(found.path, errors=("the process that read it came to a sudden end",))


def _leave_interrupts_to_the_parent() -> None:
    """Ctrl-C reaches every process of a terminal; only one of them should speak about it."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
