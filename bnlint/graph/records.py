"""Records of layers and models: what changes about them while the program runs."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

from immutables import Map

from bnlint.graph.network import Address, Doubtful, Node, Tensor
from bnlint.graph.pixels import Scaling
from bnlint.graph.places import Place


class Doubt(NamedTuple):
    """Why something about a layer is not known: where that was lost, and to what."""

    place: Place
    reason: str


class Unseen:
    """A number of rows that is not known: that of these data in batches of that size.

    ``data`` is the value, compared by identity, or a tuple that tells in words what is not known.
    """

    __slots__ = ("batch", "data")

    def __init__(self, data: object, batch: object) -> None:
        self.data, self.batch = data, batch

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unseen) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[object, object]:
        return (self.data if isinstance(self.data, tuple) else id(self.data), self.batch)


Rows: TypeAlias = int | Literal["any"] | Unseen
"""The rows of every batch of a fit, as its static shape has them."""


class Trace(NamedTuple):
    """A training step as it was traced: which batches it serves, and the heap with the flags of that moment.

    ``rows``: of every batch; ``"any"`` where their number may change, what stands for it where it is not known.
    """

    method: str
    rows: Rows
    heap: Map[Address, Any]


class Options(NamedTuple):
    """What a layer was told, as far as the rules on the graph ask; None is unknown.

    ``regularized`` are the arguments that hold a regularizer: ``gamma_regularizer``. No activation is ``linear``.
    ``assumed``: the data format is that of an installation that nobody has changed, neither said nor set.
    ``rank`` counts the axes of one example where a layer says what it takes: ``Input((28, 28))``, ``input_dim=8``.
    ``sequences``: a recurrent layer gives a step for each of its input.
    ``takes`` and ``gives`` are the axes of its input and its output, the batch's among them.
    """

    axis: tuple[int, ...] | None = None
    data_format: str | None = None
    use_bias: bool | None = None
    activation: str | None = None
    regularized: tuple[str, ...] | None = None
    assumed: bool = False
    rank: int | None = None
    sequences: bool | None = None
    synchronized: bool | None = None
    takes: int | None = None
    gives: int | None = None


class Loss(NamedTuple):
    """The one cross-entropy of a model: its class, whether it takes logits, and where it was made.

    ``given``: whether `from_logits` is written; ``text``: it was named by a string or a function.
    """

    name: str
    from_logits: bool | None
    place: Place | None = None
    given: bool = False
    text: bool = False


class Compiled(NamedTuple):
    """A model's last ``compile``: where, and the heap as it was, since most releases keep the flags of that moment.

    ``traces`` are its training steps since; ``heaps`` those whose flags the last fit may have seen: of one trace, or
    of several where it is not known which of them served it.
    """

    place: Place
    heap: Map[Address, Any]
    optimizer: str | None = None
    learning_rate: float | None = None
    eager: bool | None = False
    """whether its steps are run eagerly; None: unknown"""
    traces: tuple[Trace, ...] = ()
    heaps: tuple[Map[Address, Any], ...] = ()
    weight_decay: float | None = None
    """what the optimizer takes off all weights at each step, times the learning rate; None: unknown"""
    rate_at: Place | None = None
    """where the optimizer was made, or the `compile` that names it in a string"""
    rate_by: str | None = None
    """``default``, ``number``, ``schedule``, ``assigned``: what says the rate; ``text``: a name in a string"""
    rate_keyword: str | None = None
    """the keyword that it is written with, if it is"""
    gradient_momentum: float | None = None
    """of plain gradient descent: its momentum"""
    loss: Loss | None = None
    plain_loss: bool = False
    """whether each loss is one of Keras, which compares an output with its target"""
    optimizer_made: Any = None
    """identifies the optimizer object: where and in which call it was made; None: unknown"""
    optimizer_written: str | None = None
    """the name by which the call has it"""
    accumulates: int | None = None
    """batches whose gradients the optimizer adds up for one step, where it is told a number"""
    averages: str | None = None
    """how the optimizer averages weights: ``use_ema``, or the class around it"""
    made_at: Place | None = None
    """the optimizer's constructor"""


class Model(NamedTuple):
    """What makes a layer a model."""

    kind: str
    """``functional``, ``sequential``, ``subclassed``, ``unknown``"""
    layers: tuple[Address, ...] = ()
    exact: bool = True
    nodes: tuple[Node, ...] = ()
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    application: str | None = None
    compiled: Compiled | None = None
    doubtful: Doubtful = Doubtful()
    """calls and layers that depend on a choice between tensors"""
    is_layer: bool = False
    """whether it is a layer of the program that calls others, and no model"""
    bare: bool = False
    """whether a subclassed model's ``call`` has no ``training`` parameter"""
    call_at: Place | None = None
    """the ``def`` of a subclassed model's ``call``"""
    default: bool | None = None
    """the default of its ``training`` parameter"""


class Layer(NamedTuple):
    """One layer or model.

    ``trainable`` is its own flag (None: unknown). ``flag_at``, ``frozen_at`` and ``enabled_at`` are the statements
    that last set it, set it off and set it on. A record with ``many`` stands for all layers of a model whose content
    is not known. ``holds`` are inner layers of wrappers. ``affine`` tells whether a BatchNormalization has gamma or
    beta, ``rate`` is Dropout's. ``node`` is the first call; ``hidden`` marks what is in the graph but not in
    ``model.layers`` (plain operations of Keras 3, the input of a Sequential). ``frozen_unbuilt``: the flag was set off
    before the weights were made, which Keras 3.0 does not apply to them. ``doubt`` tells why the flag or the content
    is not known. ``loaded_into`` is the model that its weights were loaded into from a file: where that is the trained
    one, training may just go on. ``touched``: its weights may come from elsewhere than the start that Keras gives them:
    the constructor was given some, or code that is not understood had them in hand. ``called`` is the heap when a
    model or a wrapper was first put into another: standalone Keras 2 settles then which of its layers update.
    ``options`` are there for the layers that have any of them.
    """

    type: str
    package: str
    site: Place
    name: str | None = None
    trainable: bool | None = True
    built: bool = False
    pretrained: bool | None = False
    momentum: float | None = None
    affine: bool | None = True
    rate: float | None = None
    legacy: bool = False
    model: Model | None = None
    holds: tuple[Address, ...] = ()
    owner: Address | None = None
    attrs: Map[str, Any] = Map()
    user_class: Address | None = None
    many: bool = False
    flag_at: Place | None = None
    frozen_at: Place | None = None
    enabled_at: Place | None = None
    momentum_given: bool = False
    label: str | None = None
    node: Node | None = None
    hidden: bool = False
    frozen_unbuilt: bool = False
    made_frozen: bool = False
    """whether it was constructed with ``trainable=False``, whatever was set since"""
    doubt: Doubt | None = None
    loaded_into: Address | None = None
    touched: bool = False
    called: Any = None
    options: Options | None = None
    first_axis: int | None = None
    """of what takes a model's input: the first axis after that of the batch, in the shape that the program writes"""
    masks: bool = False
    """whether it makes a mask: Masking, and Embedding with ``mask_zero=True``"""
    scaling: Scaling | None = None
    """what it does to pixels, where that is known"""

    def join(self, other: Layer) -> tuple[Layer, bool]:
        """What holds of both, and whether flags, layers or weights differ."""
        changes: dict[str, Any] = {}
        matters = False
        if self.trainable is not other.trainable:
            changes["trainable"] = None
            changes["doubt"] = self.doubt or other.doubt or _branches(self, other)
            matters = True
        if self.type != other.type or self.many is not other.many:
            # two layers that came to stand at one address: neither is known
            changes |= {"type": "unknown", "many": True, "name": None, "trainable": None}
            changes["doubt"] = self.doubt or other.doubt or _branches(self, other)
            matters = True
        elif self.name != other.name:
            changes["name"] = None
        if self.pretrained is not other.pretrained:
            changes["pretrained"] = None
            matters = True
        if self.touched is not other.touched:
            changes["touched"] = True
        if self.momentum != other.momentum:
            changes["momentum"] = None
        if self.options != other.options:
            changes["options"] = None
        if self.first_axis != other.first_axis:
            changes["first_axis"] = None
        if self.scaling != other.scaling:
            changes["scaling"] = None
        if self.model is not other.model and self.model != other.model:
            changes["model"] = _join_models(self.model, other.model)
            matters = True
        for field in ("flag_at", "frozen_at", "enabled_at"):
            if getattr(self, field) != getattr(other, field):
                changes[field] = getattr(self, field) or getattr(other, field)
        if self.built is not other.built:
            changes["built"] = True
        if self.attrs is not other.attrs and self.attrs != other.attrs:
            shared: Map[str, Any] = Map()
            for name, value in self.attrs.items():
                if other.attrs.get(name) is value:
                    shared = shared.set(name, value)
            changes["attrs"] = shared
            matters = True
        return (self._replace(**changes) if changes else self), matters


def _branches(left: Layer, right: Layer) -> Doubt:
    return Doubt(left.flag_at or right.flag_at or left.site, "differs between branches")


def _join_models(left: Model | None, right: Model | None) -> Model | None:
    if left is None or right is None:
        return left or right
    compiled = left.compiled if left.compiled == right.compiled else None
    if left.layers == right.layers:
        return left._replace(compiled=compiled)
    both = left.layers + tuple(a for a in right.layers if a not in left.layers)
    return left._replace(kind="unknown", layers=both, exact=False, compiled=compiled)
