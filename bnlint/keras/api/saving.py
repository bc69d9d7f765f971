"""Saving and loading within one program: what a file brings back is what was put into it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from immutables import Map

from bnlint.graph.records import Layer
from bnlint.interpreter.heap import Dict
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Ref, Thing, Value
from bnlint.keras.api.layers import text
from bnlint.keras.api.models import clone, unknown_model
from bnlint.keras.api.names import KerasName
from bnlint.keras.inside import all_layers

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

FILES = ("files",)


def save_model(m: Machine, library: KerasLibrary, ref: Ref, args: Args, node: ast.AST) -> Value:
    """``model.save(path)``: remembers the model as it is now under that path."""
    path = text(args.get(0, "filepath"))
    if path is not None:
        record = m.heap.get(FILES) or Dict(Map())
        copy = clone(m, library, ref, node, "saved")
        _same_weights(m, ref, copy)
        saved: Layer = m.get(ref.address)
        if saved.model is not None and saved.model.compiled is not None:
            target: Layer = m.get(copy.address)
            assert target.model is not None
            m.put(copy.address, target._replace(model=target.model._replace(compiled=saved.model.compiled)))
        m.put(FILES, record._replace(items=record.items.set(path, copy), order=(*record.order, path)))
    return NONE


def clone_model(m: Machine, library: KerasLibrary, source: Ref, node: ast.AST) -> Value:
    """``clone_model(model)``: new layers with the same flags, and fresh weights."""
    made = clone(m, library, source, node)
    behaviour = library.behaviour(m.get(made.address).package)
    keeps = behaviour.clone_keeps_model_flags if behaviour is not None else None
    for address in all_layers(m.heap, made.address):
        record: Layer = m.get(address)
        if record.model is not None and record.trainable is not True and not keeps:
            m.put(address, record._replace(trainable=None if keeps is None else True))
    _note_made_frozen(m, made)
    _doubt_own_flag(m, made)
    return made


def _note_made_frozen(m: Machine, made: Ref) -> None:
    """Layers made from a configuration have their flag before they have weights."""
    for address in all_layers(m.heap, made.address):
        m.put(address, m.get(address)._replace(frozen_unbuilt=True))


def _doubt_own_flag(m: Machine, made: Ref) -> None:
    """Of a copy of a frozen model: on Keras 3 its own flag hangs on its kind and on the way (measured: 3.0, 3.15)."""
    record: Layer = m.get(made.address)
    if record.trainable is False:
        m.put(made.address, record._replace(trainable=None))


def copy_model(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value | None:
    """``copy.deepcopy(model)``: new layers with the same flags and weights."""
    source = args.get(0, "x")
    if not isinstance(source, Ref) or not isinstance(m.record(source), Layer):
        return None
    made = clone(m, library, source, node)
    _same_weights(m, source, made)
    return made


def _same_weights(m: Machine, source: Ref, made: Ref) -> None:
    for old, new in zip(all_layers(m.heap, source.address), all_layers(m.heap, made.address), strict=True):
        m.put(new, m.get(new)._replace(pretrained=m.get(old).pretrained))


def load_model(m: Machine, library: KerasLibrary, name: KerasName, args: Args, node: ast.AST) -> Value:
    """``load_model(path)``: a copy of what the program saved there, else an unknown model."""
    path = text(args.get(0, "filepath"))
    record = m.heap.get(FILES)
    if path is None or record is None or not isinstance(record.items.get(path), Ref):
        return unknown_model(
            m, name.root, node, f"{name.last}() of a file that is not known", trained=name.last == "load_model"
        )
    saved: Ref = record.items[path]
    loaded = clone(m, library, saved, node, "loaded")
    for address in all_layers(m.heap, loaded.address):
        inner: Layer = m.get(address)
        # what the program has saved, it may have trained itself
        m.put(address, inner._replace(pretrained=inner.pretrained or None, frozen_unbuilt=True))
    _restore_flags(m, library, loaded, _kind(path))
    original: Layer = m.get(saved.address)
    target: Layer = m.get(loaded.address)
    if original.model is not None and original.model.compiled is not None and target.model is not None:
        # Keras compiles the loaded model again, with the flags that the file brought and an optimizer made anew
        compiled = original.model.compiled._replace(heap=m.heap, traces=(), heaps=(), optimizer_made=None)
        m.put(loaded.address, target._replace(model=target.model._replace(compiled=compiled)))
    return loaded


def from_config(m: Machine, library: KerasLibrary, config: Thing, node: ast.AST) -> Value:
    """A model built anew from another one's config: its flags as far as a config keeps them, fresh weights."""
    made = clone(m, library, config.model, node, "from config")
    _restore_flags(m, library, made, config.form)
    _note_made_frozen(m, made)
    return made


def _restore_flags(m: Machine, library: KerasLibrary, loaded: Ref, kind: str) -> None:
    """Gives a loaded model the flags that a file or config of this kind brings back on this release."""
    behaviour = library.behaviour(m.get(loaded.address).package)
    models, layers = behaviour.flags_survive(kind) if behaviour is not None else (None, None)
    for address in all_layers(m.heap, loaded.address):
        record: Layer = m.get(address)
        survives = models if record.model is not None else layers
        if not survives and record.trainable is not True:
            m.put(address, record._replace(trainable=None if survives is None else True))
    _doubt_own_flag(m, loaded)


def _kind(path: str) -> str:
    if path.endswith((".h5", ".hdf5")):
        return "h5"
    return "keras" if path.endswith(".keras") else "savedmodel"
