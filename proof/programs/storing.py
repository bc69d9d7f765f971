"""Statements that write a model to a file and read it again, or copy it."""

from __future__ import annotations

from proof.programs.drafts import Draft, Model


def can_be_stored(draft: Draft) -> bool:
    """Whether the program's models come from a file without the program's own classes."""
    return not draft.definitions.keys() & {"Block", "Classifier", "Custom"}


def store(draft: Draft, model: Model) -> None:
    """Writes and reads back the model, its weights or its configuration."""
    kind = draft.choose("storing", (4, "whole model"), (3, "weights"), (1, "clone"), (1, "json"), (1, "config"))
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
