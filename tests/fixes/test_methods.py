from __future__ import annotations

import pytest

from bnlint.fixes import apply
from tests.fixes.programs import place, planned_for, rewritten

CONVERTED = {
    "generator alone": ("model.fit_generator(flow)", "model.fit(flow)"),
    "positional": (
        "model.fit_generator(flow, 20, 5, 1, [stop], val, 7)",
        "model.fit(flow, steps_per_epoch=20, epochs=5, verbose=1, callbacks=[stop], validation_data=val, "
        "validation_steps=7)",
    ),
    "keywords": (
        "model.fit_generator(flow, steps_per_epoch=20, epochs=5)",
        "model.fit(flow, steps_per_epoch=20, epochs=5)",
    ),
    "generator by keyword": ("model.fit_generator(epochs=5, generator=flow)", "model.fit(epochs=5, x=flow)"),
    "evaluate": ("model.evaluate_generator(flow, 20)", "model.evaluate(flow, steps=20)"),
    "predict": ("self.model.predict_generator(flow, len(flow))", "self.model.predict(flow, steps=len(flow))"),
    "result used": ("h = a.b[0].fit_generator(flow, 2).history", "h = a.b[0].fit(flow, steps_per_epoch=2).history"),
    "over lines": (
        "model.fit_generator(\n    flow,\n    20,  # a fifth\n    epochs=5,\n)",
        "model.fit(\n    flow,\n    steps_per_epoch=20,  # a fifth\n    epochs=5,\n)",
    ),
    "chain": ("(model\n .fit_generator(flow,\r\n  1))", "(model\n .fit(flow,\r\n  steps_per_epoch=1))"),
    "double star": ("model.fit_generator(flow, 2, **options)", "model.fit(flow, steps_per_epoch=2, **options)"),
    "Keras 1 names": ("model.fit_generator(flow, nb_epoch=5)", "model.fit(flow, epochs=5)"),
    "workers stay": ("model.fit_generator(flow, nb_worker=4)", "model.fit(flow, workers=4)"),
}


def call_in(text: str) -> str:
    """From the receiver of the generator method to its closing parenthesis, without what stands around."""
    part = text.removeprefix("h = ").removesuffix(".history")
    return part[1:-1] if part.startswith("(") else part


@pytest.mark.parametrize(("before", "after"), CONVERTED.values(), ids=CONVERTED)
def test_generator_to_fit(before: str, after: str) -> None:
    assert rewritten(before, "generator_to_fit", call=place(before, call_in(before))) == after


DROPPED = {
    "last": ("model.fit_generator(flow, epochs=5, workers=4)", "model.fit(flow, epochs=5)"),
    "several": (
        "model.fit_generator(flow, 20, workers=4, epochs=5, use_multiprocessing=True, max_queue_size=9)",
        "model.fit(flow, steps_per_epoch=20, epochs=5)",
    ),
    "first": ("model.fit_generator(workers=4, generator=flow)", "model.fit(x=flow)"),
    "Keras 1 names": ("model.fit_generator(flow, max_q_size=1, pickle_safe=True, nb_worker=1)", "model.fit(flow)"),
    "own line": (
        "model.fit_generator(\n    flow,\n    steps_per_epoch=20,\n    workers=4,\n)",
        "model.fit(\n    flow,\n    steps_per_epoch=20,\n)",
    ),
    "own line between": (
        "model.fit_generator(\n    flow,\n    20,\n    workers=4,\n    nb_epoch=5)",
        "model.fit(\n    flow,\n    steps_per_epoch=20,\n    epochs=5)",
    ),
    "nothing to drop": ("model.fit_generator(flow, 20)", "model.fit(flow, steps_per_epoch=20)"),
}
GONE = ("max_queue_size", "use_multiprocessing", "workers")


@pytest.mark.parametrize(("before", "after"), DROPPED.values(), ids=DROPPED)
def test_generator_to_fit_drops_what_keras_3_lacks(before: str, after: str) -> None:
    planned = planned_for(before, "generator_to_fit", call=place(before, before), drop=GONE)
    assert apply(before, planned.edits) == after
    assert planned.loses is None


def test_a_comment_beside_a_dropped_argument_drops_a_level() -> None:
    text = "model.fit_generator(\n    flow,\n    workers=4,  # all cores\n)"
    planned = planned_for(text, "generator_to_fit", call=place(text, text), drop=GONE)
    assert planned.loses == "the comment beside a removed argument"


REFUSED = {
    "behind the seventh": (
        "model.fit_generator(a, 1, 2, 3, b, c, 4, None)",
        "its later positional arguments differ between releases of Keras",
    ),
    "evaluate's third": (
        "model.evaluate_generator(a, 1, 10)",
        "its later positional arguments differ between releases of Keras",
    ),
    "star": ("model.fit_generator(*arguments)", "some of its arguments are hidden behind a star"),
    "samples": (
        "model.fit_generator(a, samples_per_epoch=800)",
        "`samples_per_epoch` counts samples, its successor counts steps",
    ),
    "twice": ("model.fit_generator(a, nb_epoch=5, epochs=5)", "`epochs` is given twice"),
    "another method": ("model.fit(a, 1)", "no generator method is called by its name there"),
    "a plain name": ("fit_generator(a, 1)", "no generator method is called by its name there"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_generator_to_fit_refuses(text: str, reason: str) -> None:
    planned = planned_for(text, "generator_to_fit", call=place(text, text))
    assert (planned.edits, planned.refusal) == ((), reason)


def test_what_a_double_star_hides_cannot_be_dropped() -> None:
    text = "model.fit_generator(flow, **options)"
    planned = planned_for(text, "generator_to_fit", call=place(text, text), drop=GONE)
    assert planned.refusal == "some of its arguments are hidden behind a star"


@pytest.mark.parametrize(
    ("before", "to", "after"),
    [
        ("model.predict_proba(x, 32)", "predict", "model.predict(x, 32)"),
        ("model.fit_generator(flow, epochs=5)", "fit", "model.fit(flow, epochs=5)"),
        ("models['ß'].predict_classes(x)", "predict", "models['ß'].predict(x)"),
        ("model . predict_proba (x)", "predict", "model . predict (x)"),
    ],
)
def test_rename_method(before: str, to: str, after: str) -> None:
    assert rewritten(before, "rename_method", call=place(before, before), to=to) == after


def test_rename_method_needs_the_name() -> None:
    text = "predict(x)"
    planned = planned_for(text, "rename_method", call=place(text, text), to="evaluate")
    assert planned.refusal == "the method is not called by its name"
