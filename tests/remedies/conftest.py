from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import pytest


@pytest.fixture(params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> Any:
    """Keras 3 and Keras 2, each where it is installed."""
    if importlib.util.find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    package = importlib.import_module(request.param)
    package.utils.set_random_seed(0)
    return package
