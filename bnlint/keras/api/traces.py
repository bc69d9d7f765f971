"""Which flags a fit sees, on a Keras that reads them when it traces the training step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from immutables import Map

from bnlint.graph.records import Compiled, Rows, Trace, Unseen
from bnlint.keras.semantics import Behaviour


def traced(compiled: Compiled, method: str, rows: Rows, heap: Map[Any, Any], behaviour: Behaviour | None) -> Compiled:
    """A compiled model when ``method`` runs on batches of ``rows``: its step is traced where no earlier trace serves.

    A trace serves batches of its own size, one for any size all of them. The second trace of a method is for any size.
    """
    retraces = behaviour.retraces if behaviour is not None else None
    if retraces is False and compiled.traces:
        return compiled._replace(heaps=(compiled.traces[0].heap,))
    shared = behaviour is not None and behaviour.methods_share_traces is True
    own = [trace for trace in compiled.traces if shared or trace.method == method]
    sure = not any(isinstance(each, Unseen) for each in (rows, *(trace.rows for trace in own)))
    serving = _serving(own, rows, sure)
    if serving is not None:
        return compiled._replace(heaps=(serving.heap,))
    others = own if retraces else compiled.traces
    candidates = [] if sure and retraces else [trace.heap for trace in others]
    new = Trace(method, "any" if own and sure else rows, heap)
    return compiled._replace(traces=(*compiled.traces, new), heaps=(*candidates, heap))


def _serving(traces: Sequence[Trace], rows: Rows, sure: bool) -> Trace | None:
    """The trace that surely serves the batches."""
    fitting = [trace for trace in traces if trace.rows == rows]
    if sure:
        fitting += [trace for trace in traces if trace.rows == "any"]
    return fitting[0] if fitting else None
