"""Statements that write a model to a file and read it again, or copy it."""

from __future__ import annotations

from proof.programs.drafts import Draft, Model


def can_be_stored(draft: Draft) -> bool:
    """Whether the program's models come from a file without the program's own classes."""
    return not draft.definitions.keys() & {"Block", "Classifier", "Custom"}


def store_frozen(draft: Draft, model: Model) -> None:
    """Freezes a model inside another, stores the whole, and opens the inner one again: what was its flag?"""
    inside = model.inside[0] if model.inside else model.name
    draft.shape("stored while frozen")
    draft.write(f"{inside}.trainable = False")
    store(draft, model, weights=0)
    opened = model.inside[0] if model.inside else model.name
    if draft.chance(50):
        draft.write(f"{opened}.trainable = True")
    else:
        with draft.block(f"for layer in {opened}.layers:"):
            draft.write("layer.trainable = True")


def store(draft: Draft, model: Model, weights: int = 3) -> None:
    """Writes and reads back the model, its weights or its configuration."""
    options = ((4, "whole model"), (weights, "weights"), (1, "clone"), (1, "json"), (1, "config"))
    kind = draft.choose("storing", *(option for option in options if option[0]))
    if kind == "whole model":
        path = draft.fresh("model") + draft.one_of(draft.dialect.saves)
        draft.write(f'{model.name}.save("{path}")')
        draft.write(f'{model.name} = keras.models.load_model("{path}")')
    elif kind == "weights":
        path = draft.fresh("model") + ".weights.h5"
        draft.write(f'{model.name}.save_weights("{path}")')
        draft.write(f'{model.name}.load_weights("{path}")')
        return
    elif kind == "clone":
        draft.write(f"{model.name} = keras.models.clone_model({model.name})")
    elif kind == "json":
        draft.write(f"{model.name} = keras.models.model_from_json({model.name}.to_json())")
    else:
        kindred = "Sequential" if model.sequential else "Model"
        draft.write(f"{model.name} = keras.models.{kindred}.from_config({model.name}.get_config())")
    model.compiled = model.compiled and kind == "whole model"
    if model.inside == (f"{model.name.rpartition('.')[0]}base.layers[1]",):
        model.inside = (f"{model.name}.layers[1]",)  # the backbone that it had is no longer part of it
