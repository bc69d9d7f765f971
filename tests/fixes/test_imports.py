from __future__ import annotations

import pytest

from bnlint.fixes import apply
from tests.fixes.programs import backbone, place, planned_for

TAIL = "base = {built}\nbase.trainable = True\nmodel.compile('sgd')\n"


def frozen(head: str, built: str, package: str) -> str:
    text = head + TAIL.format(built=built)
    planned = planned_for(
        text,
        "freeze_batch_norm",
        of=backbone(text, built, "base", package),
        after=place(text, "base.trainable = True"),
        before=place(text, "model.compile('sgd')"),
    )
    assert planned.refusal is None, planned.refusal
    return apply(text, planned.edits)


FOUND = {
    "namespace of the call": (
        "import tensorflow as tf\n",
        "tf.keras.applications.ResNet50()",
        "tf.keras",
        "tf.keras.layers.BatchNormalization",
    ),
    "namespace of the call before shorter names": (
        "import keras\nfrom keras import layers\n",
        "keras.applications.ResNet50()",
        "keras",
        "keras.layers.BatchNormalization",
    ),
    "the class": (
        "from tensorflow.keras.layers import Dense, BatchNormalization\n",
        "ResNet50()",
        "tf.keras",
        "BatchNormalization",
    ),
    "the class under another name": (
        "from keras.layers import BatchNormalization as BN\n",
        "ResNet50()",
        "keras",
        "BN",
    ),
    "the class where Keras 2.2 keeps it": (
        "from keras.layers.normalization import BatchNormalization\n",
        "ResNet50()",
        "keras",
        "BatchNormalization",
    ),
    "layers": (
        "from tensorflow.keras import applications, layers\n",
        "applications.ResNet50()",
        "tf.keras",
        "layers.BatchNormalization",
    ),
    "layers under another name": (
        "import tensorflow.keras.layers as L\n",
        "ResNet50()",
        "tf.keras",
        "L.BatchNormalization",
    ),
    "keras from tensorflow": (
        "from tensorflow import keras\n",
        "ResNet50()",
        "tf.keras",
        "keras.layers.BatchNormalization",
    ),
    "tf": (
        "import tensorflow as tf\nfrom tensorflow.keras.applications import ResNet50\n",
        "ResNet50()",
        "tf.keras",
        "tf.keras.layers.BatchNormalization",
    ),
    "tensorflow.keras": (
        "import tensorflow.keras\n",
        "ResNet50()",
        "tf.keras",
        "tensorflow.keras.layers.BatchNormalization",
    ),
    "keras = tf.keras": (
        "import tensorflow as tf\nkeras = tf.keras\n",
        "ResNet50()",
        "tf.keras",
        "keras.layers.BatchNormalization",
    ),
    "BN = keras.layers.BatchNormalization": (
        "import keras\nBN = keras.layers.BatchNormalization\n",
        "ResNet50()",
        "keras",
        "BN",
    ),
    "everything": ("from keras.layers import *\n", "ResNet50()", "keras", "BatchNormalization"),
    "tf_keras": ("import tf_keras as k\n", "ResNet50()", "tf_keras", "k.layers.BatchNormalization"),
    "the right one of two": (
        "from keras.layers import BatchNormalization\nimport tensorflow as tf\n",
        "ResNet50()",
        "tf.keras",
        "tf.keras.layers.BatchNormalization",
    ),
    "in try": (
        "try:\n    import keras\nexcept ImportError:\n    raise\n",
        "ResNet50()",
        "keras",
        "keras.layers.BatchNormalization",
    ),
}


@pytest.mark.parametrize(("head", "built", "package", "name"), FOUND.values(), ids=FOUND)
def test_the_programs_own_name_is_used(head: str, built: str, package: str, name: str) -> None:
    assert frozen(head, built, package) == (
        f"{head}base = {built}\nbase.trainable = True\n"
        f"for layer in base.layers:\n    if isinstance(layer, {name}):\n        layer.trainable = False\n"
        "model.compile('sgd')\n"
    )


ADDED = {
    "class style": (
        "import os\nfrom keras.applications import ResNet50\nimport sys\n\n",
        "keras",
        "import os\nfrom keras.applications import ResNet50\nimport sys\n"
        "from keras.layers import BatchNormalization\n\n",
        "BatchNormalization",
    ),
    "module style": (
        "from tensorflow.keras import applications\n",
        "tf.keras",
        "from tensorflow.keras import applications\nfrom tensorflow.keras import layers\n",
        "layers.BatchNormalization",
    ),
    "docstring and future": (
        '"""Doc."""\nfrom __future__ import annotations\nbuild = 1\n',
        "keras",
        '"""Doc."""\nfrom __future__ import annotations\nfrom keras.layers import BatchNormalization\nbuild = 1\n',
        "BatchNormalization",
    ),
    "docstring alone": (
        '"""Doc."""\nbuild = 1\n',
        "keras",
        '"""Doc."""\nfrom keras.layers import BatchNormalization\nbuild = 1\n',
        "BatchNormalization",
    ),
    "no import": (
        "# coding: utf-8\nbuild = 1\n",
        "keras",
        "# coding: utf-8\nfrom keras.layers import BatchNormalization\nbuild = 1\n",
        "BatchNormalization",
    ),
    "import over lines": (
        "from keras.applications import (  # nets\n    ResNet50,\n)  # end\nx = 1\n",
        "keras",
        "from keras.applications import (  # nets\n    ResNet50,\n)  # end\n"
        "from keras.layers import BatchNormalization\nx = 1\n",
        "BatchNormalization",
    ),
    "the other package has the name": (
        "from keras.layers import BatchNormalization\nfrom tensorflow.keras.applications import ResNet50\n",
        "tf.keras",
        "from keras.layers import BatchNormalization\nfrom tensorflow.keras.applications import ResNet50\n"
        "from tensorflow.keras import layers\n",
        "layers.BatchNormalization",
    ),
    "both names taken": (
        "from keras.layers import BatchNormalization\nlayers = []\n",
        "tf.keras",
        "from keras.layers import BatchNormalization\nfrom tensorflow.keras import layers as keras_layers\n"
        "layers = []\n",
        "keras_layers.BatchNormalization",
    ),
    "name bound twice": (
        "try:\n    import keras\nexcept ImportError:\n    from tensorflow import keras\n",
        "keras",
        "from keras.layers import BatchNormalization\n"
        "try:\n    import keras\nexcept ImportError:\n    from tensorflow import keras\n",
        "BatchNormalization",
    ),
    "only in a branch": (
        "if a:\n    import keras\n",
        "keras",
        "from keras.layers import BatchNormalization\nif a:\n    import keras\n",
        "BatchNormalization",
    ),
    "rebound": (
        "import keras\nkeras = None\n",
        "keras",
        "import keras\nfrom keras.layers import BatchNormalization\nkeras = None\n",
        "BatchNormalization",
    ),
    "CR LF": (
        "from keras.applications import ResNet50\r\n",
        "keras",
        "from keras.applications import ResNet50\r\nfrom keras.layers import BatchNormalization\r\n",
        "BatchNormalization",
    ),
}


@pytest.mark.parametrize(("head", "package", "new_head", "name"), ADDED.values(), ids=ADDED)
def test_an_import_is_added_where_no_name_resolves(head: str, package: str, new_head: str, name: str) -> None:
    changed = frozen(head, "ResNet50()", package)
    assert changed.startswith(f"{new_head}base = ResNet50()\n")
    assert f"isinstance(layer, {name})" in changed


def test_a_shadowed_name_does_not_count() -> None:
    text = (
        "from tensorflow.keras import applications, layers\n"
        "def train(layers):\n"
        "    base = applications.ResNet50()\n"
        "    model.compile('sgd')\n"
    )
    planned = planned_for(
        text,
        "freeze_batch_norm",
        of=backbone(text, "applications.ResNet50()", "base", "tf.keras"),
        after=place(text, "base ="),
        before=place(text, "model.compile('sgd')"),
    )
    assert apply(text, planned.edits) == (
        "from tensorflow.keras import applications, layers\n"
        "from tensorflow.keras.layers import BatchNormalization\n"
        "def train(layers):\n"
        "    base = applications.ResNet50()\n"
        "    for layer in base.layers:\n"
        "        if isinstance(layer, BatchNormalization):\n"
        "            layer.trainable = False\n"
        "    model.compile('sgd')\n"
    )


def test_an_import_inside_the_function_counts() -> None:
    text = (
        "def train():\n"
        "    from tensorflow.keras import applications, layers\n"
        "    base = applications.ResNet50()\n"
        "    model.compile('sgd')\n"
    )
    planned = planned_for(
        text,
        "freeze_batch_norm",
        of=backbone(text, "applications.ResNet50()", "base", "tf.keras"),
        after=place(text, "base ="),
        before=place(text, "model.compile('sgd')"),
    )
    assert "isinstance(layer, layers.BatchNormalization)" in apply(text, planned.edits)
    assert len(planned.edits) == 1
