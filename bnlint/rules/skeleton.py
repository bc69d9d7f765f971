"""A rule file to start from: for the first subject that people want one that works, for the others one to fill in."""

from __future__ import annotations

from bnlint.rules.facts import FactType, facts_of

WORKING = "batch_norm_at_fit"
"""The subject of the skeleton whose examples are true as they stand."""

HEAD = """\
# yaml-language-server: $schema=./{schema}
code: {code}
name: {name}
summary: {summary}
"""

MATCH_THAT_WORKS = """\
match:
  each: batch_norm_at_fit            # the subject; `docs/subjects.md` lists them with their facts
  where: {pretrained: true, updated: true}
  group_by: group                    # one finding for one set of layers
  sum: layers
  report_at: [enabled_by, fit.place] # the first of these places that is known
cases:                               # the first whose `when` surely holds
  - severity: warning
    message: "{layers:count BatchNorm layer} of {where} {layers:plural is|are} updated in the fit on {fit.place}"
advice: What to do by hand.
"""

EXAMPLES_THAT_WORK = """\
examples:                            # `bnlint test` runs them
  - target: keras==3.15
    flagged: |
      import keras

      base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
      model = keras.Sequential([base, keras.layers.Dense(2)])
      base.trainable = True  # {code}
      model.compile("sgd", "mse")
      model.fit(x, y)
  - target: keras==3.15
    clean: |
      import keras

      base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
      base.trainable = False
      model = keras.Sequential([base, keras.layers.Dense(2)])
      model.compile("sgd", "mse")
      model.fit(x, y)
"""

TEXTS = """\
what: |
  What a person sees.
why: |
  The mechanism, and the releases on which it was measured.
instead: |
  Code that is right.
fine_when: |
  When to suppress it with a good conscience.
"""


def skeleton(code: str, name: str, each: str, schema: str) -> str:
    """The text of a new rule on a subject; ``schema`` is the file beside it that editors complete it by."""
    summary = name.replace("-", " ").capitalize()
    head = HEAD.format(code=code, name=name, summary=summary, schema=schema)
    if each == WORKING:
        return head + MATCH_THAT_WORKS + TEXTS + EXAMPLES_THAT_WORK.replace("{code}", code)
    return head + _match(each) + TEXTS + _examples(code)


def _match(each: str) -> str:
    facts = facts_of(each)
    place = next((name for name, kind in facts.items() if kind.name == "Place"), "place")
    lines = ["match:", f"  each: {each}", "  # where: conditions on these facts", *_listed(facts)]
    lines += [
        f"  report_at: {place}",
        "cases:",
        "  - severity: warning",
        f'    message: "What is wrong on {{{place}}}"',
    ]
    return "\n".join([*lines, "advice: What to do by hand.", ""])


def _listed(facts: dict[str, FactType]) -> list[str]:
    """The facts that stand on their own, each with its type and meaning, as comments."""
    return [f"  #   {name} ({kind.name}): {kind.doc}" for name, kind in facts.items() if "." not in name]


def _examples(code: str) -> str:
    return f"""\
examples:                            # `bnlint test` runs them
  - target: keras==3.15
    flagged: |
      pass  # {code}
  - target: keras==3.15
    clean: |
      pass
"""
