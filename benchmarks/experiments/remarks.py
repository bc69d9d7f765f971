"""What a person says of the figures, beside the verdicts that the page computes."""

from __future__ import annotations

INTRODUCTION = """\
# The published experiments, again

Results on BatchNormalization that bnlint's rules and remedies rest on, repeated in small, on data that needs no
download: scikit-learn's 1,797 digits, twice enlarged to 16 × 16, and the same in a shifted domain (brighter, at half
the contrast, on stripes, with noise). The network is a small ResNet: two blocks, six BatchNormalization layers,
20,000 weights. What is repeated is the shape of a result, not its figures: six layers and 10 digits say little of
fifty layers and ImageNet.

The protocols and claims were fixed before the first full run, and nothing was changed after it. Before that, a pilot
with a seed that is not among those here had changed three things: the pretraining (with momentum 0.99 its moving
statistics were not sound), the shift (inverted digits shared no features with the plain ones, whatever the
statistics), and the momentum in two experiments, so that they do not repeat the one on momentum.

Run them with `pip install -e ".[keras,experiments]"` and `python -m benchmarks.experiments`, or one with `--only
momentum`. This page and its pictures are made from the figures in [experiments/](experiments)."""

REMARKS: dict[str, str] = {}
