"""Ways to choose the backbone: by a name, a table, a setting; and what is left where the choice cannot be known."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from tests.reading import FROZEN, TRAINS, UNKNOWN, phases

GAPS: set[str] = {
    "a fallback after an error",
    "a fallback of getattr",
}
"""Programs that bnlint does not read as it should."""

BEFORE = """
    import keras
    from keras import applications, layers
    from keras.applications import EfficientNetB0, MobileNet, MobileNetV2, ResNet50
"""
AFTER = """
    base.trainable = False
    model = keras.Sequential([base, layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(images, labels)
"""
SIZES = {"MobileNet": 27, "MobileNetV2": 52, "ResNet50": 53, "EfficientNetB0": 49, "DenseNet121": 121}

# the application that the program takes, with all its layers frozen
KNOWN = {
    "a constant and if": ("MobileNetV2", """
        BACKBONE = "mobilenet_v2"

        if BACKBONE == "resnet50":
            base = ResNet50(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        elif BACKBONE == "mobilenet_v2":
            base = MobileNetV2(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        else:
            raise ValueError(BACKBONE)
    """),
    "a constant and match": ("ResNet50", """
        backbone = "resnet"

        match backbone.lower():
            case "mobilenet":
                build = MobileNet
            case "resnet" | "resnet50":
                build = ResNet50
            case _:
                build = EfficientNetB0
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "a chain of ifs that return": ("MobileNet", """
        def get_backbone(name, shape):
            options = {"include_top": False, "pooling": "avg", "input_shape": shape}
            if name == "resnet":
                return ResNet50(**options)
            if name == "mobilenet":
                return MobileNet(**options)
            return None

        base = get_backbone("mobilenet", (32, 32, 3))
    """),
    "an index into a dictionary": ("ResNet50", """
        MODELS = {"mobilenet": MobileNet, "resnet": ResNet50}
        MODEL_NAME = "resnet"
        base = MODELS[MODEL_NAME](include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "get on a dictionary": ("EfficientNetB0", """
        MODELS = {"mobilenet": MobileNet, "resnet": ResNet50}
        base = MODELS.get("vit", EfficientNetB0)(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "a dictionary made of pairs": ("MobileNetV2", """
        names = ["small", "medium", "large"]
        constructors = [MobileNet, MobileNetV2, ResNet50]
        table = dict(zip(names, constructors))
        base = table["medium"](include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "a dictionary of lambdas": ("MobileNet", """
        shape = (32, 32, 3)
        BUILDERS = {
            "mobilenet": lambda: MobileNet(include_top=False, pooling="avg", input_shape=shape),
            "resnet": lambda: ResNet50(include_top=False, pooling="avg", input_shape=shape),
        }
        base = BUILDERS["mobilenet"]()
    """),
    "a dictionary of models already built": ("MobileNetV2", """
        options = dict(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        candidates = {"v1": MobileNet(**options), "v2": MobileNetV2(**options)}
        base = candidates["v2"]
    """),
    "a dictionary of settings": ("ResNet50", """
        SETTINGS = {
            "mobilenet": {"model": MobileNet, "size": 128},
            "resnet": {"model": ResNet50, "size": 32},
        }
        choice = SETTINGS["resnet"]
        base = choice["model"](include_top=False, pooling="avg", input_shape=(choice["size"], choice["size"], 3))
    """),
    "a dictionary of tuples": ("MobileNet", """
        MODELS = {"mobilenet": (MobileNet, 32), "resnet": (ResNet50, 224)}
        build, size = MODELS["mobilenet"]
        base = build(include_top=False, pooling="avg", input_shape=(size, size, 3))
    """),
    "a list of pairs": ("ResNet50", """
        CANDIDATES = [("mobilenet", MobileNet), ("resnet", ResNet50)]
        name, build = CANDIDATES[1]
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3), name=name)
    """),
    "a list of pairs searched by name": ("MobileNetV2", """
        CANDIDATES = [("mobilenet", MobileNet), ("mobilenet_v2", MobileNetV2), ("resnet", ResNet50)]
        build = next(constructor for name, constructor in CANDIDATES if name == "mobilenet_v2")
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "a loop over pairs that breaks": ("ResNet50", """
        for name, build in [("mobilenet", MobileNet), ("resnet", ResNet50), ("efficientnet", EfficientNetB0)]:
            if name.startswith("res"):
                break
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "getattr on the package": ("EfficientNetB0", """
        NAME = "EfficientNetB0"
        base = getattr(keras.applications, NAME)(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "getattr on a module": ("ResNet50", """
        module = getattr(keras.applications, "resnet50")
        base = getattr(module, "ResNet50")(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "getattr with a text put together": ("DenseNet121", """
        depth = 121
        build = getattr(applications, f"DenseNet{depth}")
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "an attribute of the module's dictionary": ("MobileNetV2", """
        base = applications.__dict__["MobileNetV2"](include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "vars of the module": ("MobileNetV2", """
        base = vars(applications)["MobileNetV2"](include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "importlib": ("ResNet50", """
        import importlib

        module = importlib.import_module("keras.applications.resnet50")
        base = module.ResNet50(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "globals": ("MobileNetV2", """
        NAME = "MobileNetV2"
        base = globals()[NAME](include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "eval": ("ResNet50", """
        NAME = "ResNet50"
        base = eval(NAME)(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "eval of a dotted name": ("EfficientNetB0", """
        version = 0
        build = eval("keras.applications.EfficientNetB" + str(version))
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "a default argument": ("MobileNet", """
        def make_base(build=MobileNet, size=32):
            return build(include_top=False, pooling="avg", input_shape=(size, size, 3))

        base = make_base()
    """),
    "a default argument that is a name": ("ResNet50", """
        def make_base(name="ResNet50", **options):
            return getattr(applications, name)(include_top=False, **options)

        base = make_base(pooling="avg", input_shape=(32, 32, 3))
    """),
    "a constructor handed over": ("MobileNetV2", """
        def make_base(build, **options):
            return build(weights="imagenet", include_top=False, input_shape=(32, 32, 3), **options)

        base = make_base(MobileNetV2, pooling="avg")
    """),
    "functools.partial": ("MobileNet", """
        from functools import partial

        make_base = partial(MobileNet, include_top=False, pooling="avg")
        base = make_base(input_shape=(32, 32, 3))
    """),
    "a conditional expression": ("MobileNetV2", """
        LARGE = False
        build = ResNet50 if LARGE else MobileNetV2
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "or": ("ResNet50", """
        requested = None
        build = requested or ResNet50
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "a default of argparse": ("MobileNet", """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--backbone", default="MobileNet", choices=["MobileNet", "ResNet50"])
        parser.add_argument("--size", type=int, default=32)
        args = parser.parse_args()
        base = getattr(applications, args.backbone)(
            include_top=False, pooling="avg", input_shape=(args.size, args.size, 3)
        )
    """),
    "a default of argparse in a dictionary": ("ResNet50", """
        import argparse

        MODELS = {"mobilenet": MobileNet, "resnet": ResNet50}
        parser = argparse.ArgumentParser()
        parser.add_argument("-b", "--backbone", type=str, choices=list(MODELS), default="resnet")
        opt = vars(parser.parse_args())
        base = MODELS[opt["backbone"]](include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "an environment variable with a default": ("MobileNetV2", """
        import os

        name = os.environ.get("BACKBONE", "MobileNetV2")
        base = getattr(applications, name)(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "getenv and or": ("ResNet50", """
        import os

        name = os.getenv("BACKBONE") or "ResNet50"
        base = getattr(applications, name)(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "a class attribute": ("MobileNet", """
        class Config:
            backbone = MobileNet
            input_shape = (32, 32, 3)

        base = Config.backbone(include_top=False, pooling="avg", input_shape=Config.input_shape)
    """),
    "a class attribute that a subclass replaces": ("ResNet50", """
        class Experiment:
            backbone = "MobileNet"

            def build(self):
                return getattr(applications, self.backbone)(
                    include_top=False, pooling="avg", input_shape=(32, 32, 3)
                )

        class Large(Experiment):
            backbone = "ResNet50"

        base = Large().build()
    """),
    "a data class": ("MobileNetV2", """
        from dataclasses import dataclass

        @dataclass
        class Config:
            backbone: str = "MobileNet"
            size: int = 32

        config = Config(backbone="MobileNetV2")
        build = getattr(applications, config.backbone)
        base = build(include_top=False, pooling="avg", input_shape=(config.size, config.size, 3))
    """),
    "an enumeration": ("ResNet50", """
        from enum import Enum

        class Backbone(Enum):
            MOBILENET = "MobileNet"
            RESNET = "ResNet50"

        choice = Backbone.RESNET
        base = getattr(applications, choice.value)(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "a named tuple": ("MobileNet", """
        from collections import namedtuple

        Settings = namedtuple("Settings", ["build", "size"])
        settings = Settings(build=MobileNet, size=32)
        base = settings.build(include_top=False, pooling="avg", input_shape=(settings.size, settings.size, 3))
    """),
    "a simple namespace": ("MobileNetV2", """
        from types import SimpleNamespace

        config = SimpleNamespace(backbone="MobileNetV2", size=32)
        build = getattr(applications, config.backbone)
        base = build(include_top=False, pooling="avg", input_shape=(config.size, config.size, 3))
    """),
    "a dictionary of settings within settings": ("MobileNet", """
        config = {"model": {"backbone": "MobileNet", "args": {"include_top": False, "pooling": "avg"}}}
        build = getattr(applications, config["model"]["backbone"])
        base = build(input_shape=(32, 32, 3), **config["model"]["args"])
    """),
    "settings updated": ("ResNet50", """
        defaults = {"backbone": "MobileNet", "size": 32}
        config = {**defaults, **{"backbone": "ResNet50"}}
        build = getattr(applications, config["backbone"])
        base = build(include_top=False, pooling="avg", input_shape=(config["size"], config["size"], 3))
    """),
    "settings as JSON in the program": ("MobileNetV2", """
        import json

        config = json.loads('{"backbone": "MobileNetV2", "size": 32}')
        build = getattr(applications, config["backbone"])
        base = build(include_top=False, pooling="avg", input_shape=(config["size"], config["size"], 3))
    """),
    "a registry filled by a decorator": ("MobileNet", """
        REGISTRY = {}

        def register(name):
            def keep(function):
                REGISTRY[name] = function
                return function
            return keep

        @register("mobilenet")
        def mobilenet(shape):
            return MobileNet(include_top=False, pooling="avg", input_shape=shape)

        @register("resnet")
        def resnet(shape):
            return ResNet50(include_top=False, pooling="avg", input_shape=shape)

        base = REGISTRY["mobilenet"]((32, 32, 3))
    """),
    "a factory with static methods": ("ResNet50", """
        class Factory:
            @staticmethod
            def mobilenet(**options):
                return MobileNet(include_top=False, **options)

            @staticmethod
            def resnet(**options):
                return ResNet50(include_top=False, **options)

        base = getattr(Factory, "resnet")(pooling="avg", input_shape=(32, 32, 3))
    """),
    "a module in a dictionary": ("MobileNetV2", """
        from keras.applications import mobilenet_v2, resnet50

        MODULES = {"MobileNetV2": mobilenet_v2, "ResNet50": resnet50}
        name = "MobileNetV2"
        build = getattr(MODULES[name], name)
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "a name that is looked up without case": ("MobileNetV2", """
        wanted = "mobilenetv2"
        name = [entry for entry in ("MobileNet", "MobileNetV2", "ResNet50") if entry.lower() == wanted][0]
        base = getattr(applications, name)(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "a fallback after an error": ("MobileNet", """
        try:
            build = applications.MobileNetV9
        except AttributeError:
            build = applications.MobileNet
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "a fallback of getattr": ("ResNet50", """
        build = getattr(applications, "ResNet51", ResNet50)
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "exec": ("MobileNet", """
        exec("from keras.applications import MobileNet as Backbone")
        base = Backbone(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "a global that a function sets": ("MobileNetV2", """
        build = None

        def choose(name):
            global build
            build = MobileNetV2 if name == "v2" else MobileNet

        choose("v2")
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
}  # fmt: skip

# one of several: all of them are frozen, how many layers that are is open
ONE_OF_SEVERAL = {
    "an argument of the command line": """
        import sys

        MODELS = {"mobilenet": MobileNet, "resnet": ResNet50}
        base = MODELS[sys.argv[1]](include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """,
    "an argument of the command line and if": """
        import sys

        if sys.argv[1] == "mobilenet":
            base = MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        elif sys.argv[1] == "resnet":
            base = ResNet50(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        else:
            sys.exit("unknown backbone")
    """,
    "a required option": """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--backbone", required=True, choices=["MobileNet", "ResNet50"])
        args = parser.parse_args()
        base = getattr(applications, args.backbone)(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """,
    "a positional argument": """
        import argparse

        MODELS = {"mobilenet": MobileNet, "resnet": ResNet50}
        parser = argparse.ArgumentParser()
        parser.add_argument("backbone", choices=MODELS)
        args = parser.parse_args()
        build = MODELS[args.backbone]
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """,
    "an environment variable that must be set": """
        import os

        MODELS = {"mobilenet": MobileNet, "resnet": ResNet50}
        base = MODELS[os.environ["BACKBONE"]](include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """,
    "a file that is not there": """
        import json

        with open("config.json") as file:
            config = json.load(file)
        MODELS = {"mobilenet": MobileNet, "resnet": ResNet50}
        base = MODELS[config["backbone"]](include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """,
    "a file that is not there and get": """
        import yaml

        config = yaml.safe_load(open("config.yaml"))
        MODELS = {"mobilenet": MobileNet, "resnet": ResNet50}
        build = MODELS.get(config["backbone"], MobileNetV2)
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """,
    "an answer": """
        options = [MobileNet, ResNet50, EfficientNetB0]
        base = options[int(input("which? "))](include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """,
    "chance": """
        import random

        build = random.choice([MobileNet, MobileNetV2])
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """,
    "a condition that is not known": """
        import sys

        build = ResNet50 if "--large" in sys.argv[1:2] or input() else MobileNet
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """,
    "a function that is given the name": """
        import sys

        def get_backbone(name):
            if name == "resnet":
                return ResNet50(include_top=False, pooling="avg", input_shape=(32, 32, 3))
            return MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))

        base = get_backbone(sys.argv[1])
    """,
    "a table of lambdas": """
        import sys

        BUILDERS = {
            "mobilenet": lambda: MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3)),
            "resnet": lambda: ResNet50(include_top=False, pooling="avg", input_shape=(32, 32, 3)),
        }
        base = BUILDERS[sys.argv[1]]()
    """,
    "a table of tuples": """
        import sys

        MODELS = {"mobilenet": (MobileNet, 128), "resnet": (ResNet50, 224)}
        build, size = MODELS[sys.argv[1]]
        base = build(include_top=False, pooling="avg", input_shape=(size, size, 3))
    """,
    "a table of settings": """
        import sys

        MODELS = {"small": {"build": MobileNet, "size": 128}, "large": {"build": ResNet50, "size": 224}}
        settings = MODELS[sys.argv[1]]
        base = settings["build"](include_top=False, pooling="avg", input_shape=(settings["size"],) * 2 + (3,))
    """,
    "match": """
        import sys

        match sys.argv[1]:
            case "mobilenet":
                base = MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
            case _:
                base = ResNet50(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """,
    "a search in a list of pairs": """
        import sys

        for name, build in [("mobilenet", MobileNet), ("resnet", ResNet50)]:
            if name == sys.argv[1]:
                break
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """,
}  # fmt: skip

# whatever the name says: what is built may be anything of the package, but it is frozen as a whole
ANY = {
    "getattr with an argument of the command line": """
        import sys

        base = getattr(applications, sys.argv[1])(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """,
    "globals with an answer": """
        base = globals()[input("which? ")](include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """,
    "eval of an environment variable": """
        import os

        base = eval(os.environ["BACKBONE"])(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """,
}  # fmt: skip

# each of several in turn: how many layers are frozen in each fit
IN_TURN = {
    "a loop over a list of pairs": (["MobileNet", "ResNet50"], """
        for name, build in [("mobilenet", MobileNet), ("resnet", ResNet50)]:
            base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
            train(base)
    """),
    "a loop over items": (["MobileNetV2", "MobileNet"], """
        for name, build in {"v2": MobileNetV2, "v1": MobileNet}.items():
            print("training", name)
            train(build(include_top=False, pooling="avg", input_shape=(32, 32, 3)))
    """),
    "a loop over names": (["MobileNet", "EfficientNetB0"], """
        for name in ["MobileNet", "EfficientNetB0"]:
            train(getattr(applications, name)(include_top=False, pooling="avg", input_shape=(32, 32, 3)))
    """),
    "a comprehension": (["MobileNet", "MobileNetV2"], """
        builds = [MobileNet, MobileNetV2]
        [train(build(include_top=False, pooling="avg", input_shape=(32, 32, 3))) for build in builds]
    """),
}  # fmt: skip
TRAIN = """
    def train(base):
        base.trainable = False
        model = keras.Sequential([base, layers.Dense(1)])
        model.compile("adam", "mse")
        model.fit(images, labels)
"""

# the choice decides more than the backbone
BEYOND = {
    "a choice that decides the freeze": ({FROZEN: 27}, """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--backbone", default="MobileNet")
        parser.add_argument("--freeze", action=argparse.BooleanOptionalAction, default=True)
        args = parser.parse_args()
        base = getattr(applications, args.backbone)(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        if args.freeze:
            base.trainable = False
    """),
    "how many layers to freeze beside each": ({FROZEN: 6, TRAINS: 21}, """
        MODELS = {"mobilenet": (MobileNet, 20), "resnet": (ResNet50, 100)}
        build, frozen = MODELS["mobilenet"]
        base = build(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        for layer in base.layers[:frozen]:
            layer.trainable = False
    """),
    "the batch norm layers of an unknown choice": ({FROZEN: None}, """
        import sys

        MODELS = {"mobilenet": MobileNet, "resnet": ResNet50}
        base = MODELS[sys.argv[1]](include_top=False, pooling="avg", input_shape=(32, 32, 3))
        for layer in base.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
    """),
    "an unknown choice that is left alone": ({TRAINS: None}, """
        import sys

        if sys.argv[1] == "mobilenet":
            base = MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        else:
            base = ResNet50(include_top=False, pooling="avg", input_shape=(32, 32, 3))
    """),
    "one choice is frozen and the other is not": ({UNKNOWN: None}, """
        import sys

        if sys.argv[1] == "mobilenet":
            base = MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        else:
            base = ResNet50(include_top=False, pooling="avg", input_shape=(32, 32, 3))
            base.trainable = False
    """),
    "one choice without batch norm": ({FROZEN: 27}, """
        import sys

        MODELS = {"vgg": applications.VGG16, "mobilenet": MobileNet}
        base = MODELS["mobilenet"](include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
    """),
}  # fmt: skip
FIT = """
    model = keras.Sequential([base, layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(images, labels)
"""


def states(*program: str) -> list[dict[object, int | None]]:
    """For each fit: how many layers do what, wherever they sit."""
    found = []
    for fit in phases(BEFORE, *map(textwrap.dedent, program)):
        counts: dict[object, int | None] = {}
        for _, count, *state in fit:
            before = counts.get(tuple(state), 0)
            counts[tuple(state)] = None if before is None or count is None else before + count
        found.append(counts)
    return found


def cases(table: Mapping[str, object]) -> list[object]:
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            id=name,
            marks=[pytest.mark.xfail(strict=True)] if name in GAPS else [],
        )
        for name, case in table.items()
    ]


@pytest.mark.parametrize(("application", "choice"), cases(KNOWN))
def test_known(application: str, choice: str) -> None:
    assert states(choice, AFTER) == [{FROZEN: SIZES[application]}]


@pytest.mark.parametrize("choice", cases(ONE_OF_SEVERAL))
def test_one_of_several(choice: str) -> None:
    assert states(choice, AFTER) == [{FROZEN: None}]


@pytest.mark.parametrize("choice", cases(ANY))
def test_any(choice: str) -> None:
    assert states(choice, AFTER) in ([{FROZEN: None}], [{UNKNOWN: None}])


@pytest.mark.parametrize(("applications", "choices"), cases(IN_TURN))
def test_in_turn(applications: list[str], choices: str) -> None:
    assert states(TRAIN, choices) == [{FROZEN: SIZES[name]} for name in applications]


@pytest.mark.parametrize(("expected", "choice"), cases(BEYOND))
def test_beyond(expected: dict[object, int | None], choice: str) -> None:
    assert states(choice, FIT) == [expected]
