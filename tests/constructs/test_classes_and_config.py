"""Classes and configurations around a freeze, and what real Keras does with each program."""

from __future__ import annotations

import pytest

from tests.constructs.programs import BEFORE, Fits, params, totals
from tests.reading import FROZEN, TRAINS, UNKNOWN

GAPS = {
    "a dictionary whose attributes are its keys",
    "Enum members",
    "configparser of the program's own text",
}
"""Programs of which bnlint does not yet know what is true."""

# the program; its fits on Keras 2.15 and on Keras 3.15
CASES: dict[str, tuple[str, Fits]] = {
    "a class that builds, compiles and trains": (
        """
        class Trainer:
            def __init__(self, freeze=True):
                self.base = backbone()
                self.base.trainable = not freeze
                self.build()

            def build(self):
                self.model = classifier(self.base)

            def compile(self):
                self.model.compile("sgd", "mse")

            def train(self):
                self.compile()
                self.model.fit(images, labels)

        Trainer().train()
        Trainer(freeze=False).train()
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a property": (
        """
        class Trainer:
            def __init__(self):
                self._base = backbone()

            @property
            def base(self):
                return self._base

            @property
            def model(self):
                return classifier(self.base)

        trainer = Trainer()
        trainer.base.trainable = False
        fit(trainer.model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a property with a setter": (
        """
        class Trainer:
            def __init__(self):
                self.base = backbone()

            @property
            def frozen(self):
                return not self.base.trainable

            @frozen.setter
            def frozen(self, value):
                self.base.trainable = not value

        trainer = Trainer()
        trainer.frozen = True
        fit(classifier(trainer.base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a cached property": (
        """
        from functools import cached_property

        class Trainer:
            @cached_property
            def base(self):
                return backbone()

            @cached_property
            def model(self):
                return classifier(self.base)

        trainer = Trainer()
        trainer.base.trainable = False
        fit(trainer.model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a property made at every access": (
        """
        class Trainer:
            @property
            def base(self):
                return backbone()

        trainer = Trainer()
        trainer.base.trainable = False
        fit(classifier(trainer.base))
        """,
        [{TRAINS: 3}],
    ),
    "a class method as factory": (
        """
        class Trainer:
            def __init__(self, base):
                self.model = classifier(base)

            @classmethod
            def frozen(cls):
                base = backbone()
                base.trainable = False
                return cls(base)

            def train(self):
                fit(self.model)

        Trainer.frozen().train()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a static method": (
        """
        class Models:
            @staticmethod
            def build(freeze):
                base = backbone()
                base.trainable = not freeze
                return classifier(base)

        fit(Models.build(True))
        fit(Models().build(False))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "inheritance with super": (
        """
        class Trainer:
            def __init__(self, units):
                self.base = backbone()
                self.model = classifier(self.base, units)

            def prepare(self):
                pass

            def train(self):
                self.prepare()
                fit(self.model)

        class Frozen(Trainer):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                self.stage = "head"

            def prepare(self):
                super().prepare()
                self.base.trainable = False

        for kind in (Trainer, Frozen):
            kind(units=1).train()
        """,
        [{TRAINS: 3}, {FROZEN: 2, TRAINS: 1}],
    ),
    "super with arguments": (
        """
        class Trainer(object):
            def __init__(self):
                self.base = backbone()

        class Frozen(Trainer):
            def __init__(self):
                super(Frozen, self).__init__()
                self.base.trainable = False

        fit(classifier(Frozen().base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "the base class called by its name": (
        """
        class Trainer:
            def __init__(self, freeze):
                self.base = backbone()
                self.base.trainable = not freeze

        class Head(Trainer):
            def __init__(self):
                Trainer.__init__(self, freeze=True)

        fit(classifier(Head().base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an abstract base class": (
        """
        from abc import ABC, abstractmethod

        class Trainer(ABC):
            def __init__(self):
                self.model = self.build()

            @abstractmethod
            def build(self):
                ...

            def train(self):
                fit(self.model)

        class Frozen(Trainer):
            def build(self):
                base = backbone()
                base.trainable = False
                return classifier(base)

        Frozen().train()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a template that raises": (
        """
        class Trainer:
            def build(self):
                raise NotImplementedError

            def train(self):
                fit(self.build())

        class Frozen(Trainer):
            def build(self):
                base = backbone()
                base.trainable = False
                return classifier(base)

        Frozen().train()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "mixins": (
        """
        class FreezeMixin:
            def freeze(self):
                self.base.trainable = False

        class LogMixin:
            def log(self, text):
                print(type(self).__name__, text)

        class Trainer(FreezeMixin, LogMixin):
            def __init__(self):
                self.base = backbone()

        trainer = Trainer()
        trainer.freeze()
        trainer.log("frozen")
        fit(classifier(trainer.base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "the order of base classes": (
        """
        class Left:
            def trainable(self):
                return False

        class Right:
            def trainable(self):
                return True

        class Both(Left, Right):
            pass

        base = backbone()
        base.trainable = Both().trainable()
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "super along a diamond": (
        """
        class Step:
            def run(self, base):
                base.trainable = True

        class Freeze(Step):
            def run(self, base):
                super().run(base)
                base.trainable = False

        class Head(Step):
            def run(self, base):
                super().run(base)
                fit(classifier(base))

        class Both(Head, Freeze):
            pass

        Both().run(backbone())
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an object that is called": (
        """
        class Freezer:
            def __init__(self, value):
                self.value = value

            def __call__(self, base):
                base.trainable = self.value
                return base

        fit(classifier(Freezer(False)(backbone())))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a context manager of a class": (
        """
        class Frozen:
            def __init__(self, base):
                self.base = base

            def __enter__(self):
                self.before = self.base.trainable
                self.base.trainable = False

            def __exit__(self, kind, value, traceback):
                self.base.trainable = self.before

        base = backbone()
        with Frozen(base):
            fit(classifier(base))
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "class attributes as configuration": (
        """
        class Config:
            FREEZE = True
            UNITS = 1

        base = backbone()
        base.trainable = not Config.FREEZE
        fit(classifier(base, Config.UNITS))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "class attributes overridden": (
        """
        class Config:
            freeze = False
            units = 1

        class Head(Config):
            freeze = True

        config = Head()
        base = backbone()
        base.trainable = not config.freeze
        fit(classifier(base, config.units))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a class attribute changed": (
        """
        class Config:
            freeze = False

        Config.freeze = True
        base = backbone()
        base.trainable = not Config().freeze
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an attribute of the object before that of the class": (
        """
        class Config:
            freeze = True

        config, other = Config(), Config()
        config.freeze = False
        base = backbone()
        base.trainable = not config.freeze
        fit(classifier(base))
        base.trainable = not other.freeze
        fit(classifier(base))
        """,
        [{TRAINS: 3}, {FROZEN: 2, TRAINS: 1}],
    ),
    "a nested class": (
        """
        class Config:
            class Model:
                freeze = True

            class Data:
                size = 4

        base = backbone()
        base.trainable = not Config.Model.freeze
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a dataclass": (
        """
        from dataclasses import dataclass

        @dataclass
        class Config:
            units: int = 1
            freeze: bool = True

        def train(config: Config):
            base = backbone()
            base.trainable = not config.freeze
            fit(classifier(base, config.units))

        train(Config())
        train(Config(freeze=False))
        train(Config(1, True))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}, {FROZEN: 2, TRAINS: 1}],
    ),
    "a dataclass with fields": (
        """
        from dataclasses import dataclass, field

        @dataclass
        class Stage:
            trainable: bool = field(default=False)

        @dataclass
        class Config:
            stages: list = field(default_factory=lambda: [Stage(), Stage(True)])

        base = backbone()
        for stage in Config().stages:
            base.trainable = stage.trainable
            fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a field that is a dataclass": (
        """
        from dataclasses import dataclass, field

        @dataclass
        class ModelConfig:
            freeze: bool = True

        @dataclass
        class Config:
            model: ModelConfig = field(default_factory=ModelConfig)

        config = Config()
        base = backbone()
        base.trainable = not config.model.freeze
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a dataclass replaced": (
        """
        from dataclasses import dataclass, replace

        @dataclass(frozen=True)
        class Config:
            units: int = 1
            freeze: bool = False

        config = replace(Config(), freeze=True)
        base = backbone()
        base.trainable = not config.freeze
        fit(classifier(base, config.units))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a dataclass as dictionary": (
        """
        from dataclasses import asdict, dataclass

        @dataclass
        class Config:
            units: int = 1
            freeze: bool = True

        def build(units, freeze):
            base = backbone()
            base.trainable = not freeze
            return classifier(base, units)

        fit(build(**asdict(Config())))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "post init": (
        """
        from dataclasses import dataclass

        @dataclass
        class Config:
            stage: str = "head"

            def __post_init__(self):
                self.freeze = self.stage == "head"

        base = backbone()
        base.trainable = not Config().freeze
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a dataclass that inherits": (
        """
        from dataclasses import dataclass

        @dataclass
        class Config:
            freeze: bool = False
            units: int = 1

        @dataclass
        class Head(Config):
            freeze: bool = True

        config = Head(units=1)
        base = backbone()
        base.trainable = not config.freeze
        fit(classifier(base, config.units))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a dataclass with methods": (
        """
        from dataclasses import dataclass

        @dataclass
        class Trainer:
            freeze: bool = True

            def build(self):
                base = backbone()
                base.trainable = not self.freeze
                return classifier(base)

            def train(self):
                fit(self.build())

        Trainer().train()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a dictionary of dictionaries": (
        """
        CONFIG = {"model": {"freeze": True, "units": 1}, "train": {"rate": 1e-3}}
        base = backbone()
        base.trainable = not CONFIG["model"]["freeze"]
        model = classifier(base, CONFIG["model"]["units"])
        model.compile(keras.optimizers.SGD(CONFIG["train"]["rate"]), "mse")
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "get with a default": (
        """
        config = {"units": 1}
        base = backbone()
        base.trainable = not config.get("freeze", True)
        fit(classifier(base, config.get("units")))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an update": (
        """
        config = {"freeze": False, "units": 1}
        config.update(freeze=True)
        config.update({"units": 1})
        base = backbone()
        base.trainable = not config["freeze"]
        fit(classifier(base, config["units"]))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "dictionaries merged": (
        """
        DEFAULTS = {"freeze": False, "units": 1}
        config = {**DEFAULTS, **{"freeze": True}}
        other = DEFAULTS | {"units": 1}
        base = backbone()
        base.trainable = not config["freeze"]
        fit(classifier(base))
        base.trainable = not other["freeze"]
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "setdefault and in": (
        """
        config = {"units": 1}
        config.setdefault("freeze", True)
        base = backbone()
        if "freeze" in config and config["freeze"]:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "dict with keywords": (
        """
        config = dict(freeze=True, units=1)
        base = backbone()
        base.trainable = not config.pop("freeze")
        fit(classifier(base, **config))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a dictionary built in a loop": (
        """
        config = {}
        for name, value in [("freeze", True), ("units", 1)]:
            config[name] = value
        base = backbone()
        base.trainable = not config["freeze"]
        fit(classifier(base, config["units"]))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a list of configurations": (
        """
        EXPERIMENTS = [
            {"name": "frozen", "freeze": True},
            {"name": "free", "freeze": False},
        ]
        for experiment in EXPERIMENTS:
            base = backbone()
            base.trainable = not experiment["freeze"]
            fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a configuration chosen by name": (
        """
        EXPERIMENTS = {"frozen": {"freeze": True}, "free": {"freeze": False}}
        NAME = "frozen"
        base = backbone()
        base.trainable = not EXPERIMENTS[NAME]["freeze"]
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a deep copy of a configuration": (
        """
        import copy

        DEFAULTS = {"model": {"freeze": True}}
        config = copy.deepcopy(DEFAULTS)
        config["model"]["freeze"] = False
        base = backbone()
        base.trainable = not DEFAULTS["model"]["freeze"]
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a dictionary whose attributes are its keys": (
        """
        class Config(dict):
            def __getattr__(self, name):
                return self[name]

        config = Config(freeze=True, units=1)
        base = backbone()
        base.trainable = not config.freeze
        fit(classifier(base, config.units))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "NamedTuple": (
        """
        from typing import NamedTuple

        class Config(NamedTuple):
            units: int = 1
            freeze: bool = True

        config = Config()
        base = backbone()
        base.trainable = not config.freeze
        fit(classifier(base, config.units))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "NamedTuple unpacked": (
        """
        from typing import NamedTuple

        class Built(NamedTuple):
            model: keras.Model
            base: keras.Model

        def build():
            base = backbone()
            return Built(classifier(base), base)

        model, base = build()
        base.trainable = False
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "Enum members": (
        """
        from enum import Enum

        class Stage(Enum):
            HEAD = "head"
            ALL = "all"

        def train(base, stage):
            base.trainable = stage is Stage.ALL
            fit(classifier(base))

        base = backbone()
        train(base, Stage.HEAD)
        train(base, Stage("all"))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "the members of an Enum in a loop": (
        """
        from enum import Enum, auto

        class Stage(Enum):
            HEAD = auto()
            ALL = auto()

        base = backbone()
        for stage in Stage:
            base.trainable = stage == Stage.ALL
            fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "the value and name of an Enum": (
        """
        from enum import Enum

        class Stage(Enum):
            HEAD = 0
            ALL = 1

        base = backbone()
        base.trainable = bool(Stage.HEAD.value)
        fit(classifier(base))
        base.trainable = Stage["ALL"].name == "ALL"
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "StrEnum by inheritance": (
        """
        from enum import Enum

        class Stage(str, Enum):
            HEAD = "head"
            ALL = "all"

        base = backbone()
        base.trainable = Stage.HEAD != "head"
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "SimpleNamespace": (
        """
        from types import SimpleNamespace

        config = SimpleNamespace(freeze=True, units=1)
        config.freeze = not config.freeze
        base = backbone()
        base.trainable = not config.freeze
        fit(classifier(base, config.units))
        """,
        [{TRAINS: 3}],
    ),
    "argparse": (
        """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--units", type=int, default="1")
        parser.add_argument("--fine-tune", action="store_true", help="train the whole model")
        parser.add_argument("--no-head", dest="head", action="store_false")
        args = parser.parse_args()

        base = backbone()
        base.trainable = args.fine_tune
        if args.head:
            fit(classifier(base, args.units))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "argparse in a helper": (
        """
        import argparse

        def get_args():
            parser = argparse.ArgumentParser(description=__doc__)
            parser.add_argument("--freeze", type=int, default=1)
            return parser.parse_args()

        def main(args):
            base = backbone()
            base.trainable = not args.freeze
            fit(classifier(base))

        if __name__ == "__main__":
            main(get_args())
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "parse_known_args": (
        """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("-f", "--freeze", choices=["none", "all"], default="all")
        args, unknown = parser.parse_known_args()
        base = backbone()
        base.trainable = args.freeze == "none"
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "set_defaults": (
        """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--freeze", action="store_true")
        parser.set_defaults(freeze=True)
        args = parser.parse_args()
        base = backbone()
        base.trainable = not args.freeze
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "groups of arguments": (
        """
        import argparse

        parser = argparse.ArgumentParser()
        group = parser.add_argument_group("model")
        group.add_argument("--freeze", default=True, action=argparse.BooleanOptionalAction)
        switch = parser.add_mutually_exclusive_group()
        switch.add_argument("--head", action="store_const", const="head", dest="stage", default="head")
        switch.add_argument("--all", action="store_const", const="all", dest="stage")
        args = parser.parse_args()
        base = backbone()
        base.trainable = not args.freeze and args.stage == "all"
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "sub-commands that are not required": (
        """
        import argparse

        def train(args):
            base = backbone()
            base.trainable = not args.freeze
            fit(classifier(base))

        parser = argparse.ArgumentParser()
        parser.add_argument("--freeze", type=bool, default=True)
        parser.set_defaults(func=train)
        commands = parser.add_subparsers(dest="command")
        evaluate = commands.add_parser("evaluate")
        evaluate.set_defaults(func=print)
        args = parser.parse_args()
        args.func(args)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "the command of a sub-parser": (
        """
        import argparse

        def train(args):
            base = backbone()
            base.trainable = not args.freeze
            fit(classifier(base))

        parser = argparse.ArgumentParser()
        commands = parser.add_subparsers(dest="command")
        trained = commands.add_parser("train")
        trained.add_argument("--freeze", action="store_true", default=True)
        trained.set_defaults(func=train)
        args = parser.parse_args()
        args.func(args)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "an argument that is required": (
        """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--freeze", type=int, required=True)
        args = parser.parse_args()
        base = backbone()
        base.trainable = not args.freeze
        fit(classifier(base))
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    "a positional argument that decides nothing": (
        """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("folder")
        parser.add_argument("--freeze", type=int, default=1)
        args = parser.parse_args()
        base = backbone()
        base.trainable = not args.freeze
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a positional argument with a default": (
        """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("stage", nargs="?", default="head")
        args = parser.parse_args()
        base = backbone()
        base.trainable = args.stage == "all"
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a list as argument": (
        """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--stages", nargs="+", type=int, default=[0, 1])
        args = parser.parse_args()
        base = backbone()
        for trainable in args.stages:
            base.trainable = bool(trainable)
            fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "vars of the arguments": (
        """
        import argparse

        def build(freeze, units):
            base = backbone()
            base.trainable = not freeze
            return classifier(base, units)

        parser = argparse.ArgumentParser()
        parser.add_argument("--freeze", action="store_true", default=True)
        parser.add_argument("--units", type=int, default=1)
        fit(build(**vars(parser.parse_args())))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "arguments given in the program": (
        """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--freeze", action="store_true")
        parser.add_argument("--units", type=int, default=1)
        args = parser.parse_args(["--freeze"])
        base = backbone()
        base.trainable = not args.freeze
        fit(classifier(base, args.units))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "no arguments given in the program": (
        """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--freeze", action="store_true")
        args = parser.parse_args(args=[])
        base = backbone()
        base.trainable = args.freeze
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an argument changed afterwards": (
        """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--freeze", action="store_true")
        args = parser.parse_args()
        args.freeze = args.freeze or True
        base = backbone()
        base.trainable = not args.freeze
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a converter of the program": (
        """
        import argparse

        def boolean(text):
            return text.lower() in ("yes", "true", "1")

        parser = argparse.ArgumentParser()
        parser.add_argument("--freeze", type=boolean, default="yes")
        args = parser.parse_args()
        base = backbone()
        base.trainable = not args.freeze
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "absl flags": (
        """
        from absl import app, flags

        FLAGS = flags.FLAGS
        flags.DEFINE_boolean("freeze", True, "Freeze the backbone.")
        flags.DEFINE_integer("units", 1, "Outputs.")

        def main(_):
            base = backbone()
            base.trainable = not FLAGS.freeze
            fit(classifier(base, FLAGS.units))

        if __name__ == "__main__":
            app.run(main)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "absl flags held in names": (
        """
        from absl import app, flags

        FREEZE = flags.DEFINE_bool("freeze", True, "Freeze the backbone.")
        STAGE = flags.DEFINE_enum("stage", "head", ["head", "all"], "What to train.")

        def main(argv):
            base = backbone()
            base.trainable = not FREEZE.value and STAGE.value == "all"
            fit(classifier(base))

        if __name__ == "__main__":
            app.run(main)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # measured with a stand-in for click
    "click": (
        """
        import click

        @click.command()
        @click.option("--freeze/--no-freeze", default=True)
        @click.option("--units", default=1, type=int)
        @click.option("--dry-run", is_flag=True)
        def main(freeze, units, dry_run):
            base = backbone()
            base.trainable = not freeze
            if not dry_run:
                fit(classifier(base, units))

        if __name__ == "__main__":
            main()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # measured with a stand-in for fire
    "fire": (
        """
        import fire

        def train(freeze=True, units=1):
            base = backbone()
            base.trainable = not freeze
            fit(classifier(base, units))

        if __name__ == "__main__":
            fire.Fire(train)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # measured with a stand-in for typer
    "typer": (
        """
        import typer

        def main(freeze: bool = True, units: int = 1):
            base = backbone()
            base.trainable = not freeze
            fit(classifier(base, units))

        if __name__ == "__main__":
            typer.run(main)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # measured with a stand-in for typer
    "typer with options": (
        """
        import typer

        app = typer.Typer()

        @app.command()
        def train(freeze: bool = typer.Option(True, help="Freeze the backbone."), units: int = 1):
            base = backbone()
            base.trainable = not freeze
            fit(classifier(base, units))

        if __name__ == "__main__":
            app()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "environment variables": (
        """
        import os

        UNITS = int(os.environ.get("UNITS", "1"))
        FREEZE = os.getenv("FREEZE", "yes") == "yes"
        base = backbone()
        base.trainable = not FREEZE
        fit(classifier(base, UNITS))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an environment variable that is not set": (
        """
        import os

        base = backbone()
        base.trainable = "FINE_TUNE" in os.environ or bool(os.getenv("TRAIN_ALL"))
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an environment variable as number": (
        """
        import os

        base = backbone()
        base.trainable = bool(int(os.environ.get("FINE_TUNE", 0)))
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an environment variable set by the program": (
        """
        import os

        os.environ["FREEZE"] = "1"
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        base = backbone()
        base.trainable = os.environ["FREEZE"] != "1"
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "global": (
        """
        MODEL = None

        def load():
            global MODEL, BASE
            BASE = backbone()
            MODEL = classifier(BASE)

        def freeze():
            BASE.trainable = False

        load()
        freeze()
        fit(MODEL)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "main with a guard": (
        """
        FREEZE = True

        def main():
            base = backbone()
            base.trainable = not FREEZE
            fit(classifier(base))

        if __name__ == "__main__":
            main()
        else:
            FREEZE = False
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "json of the program's own text": (
        """
        import json

        CONFIG = json.loads('{"freeze": true, "units": 1}')
        base = backbone()
        base.trainable = not CONFIG["freeze"]
        fit(classifier(base, CONFIG["units"]))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "a configuration from a file": (
        """
        import json

        with open("config.json") as file:
            config = json.load(file)
        base = backbone()
        base.trainable = not config["freeze"]
        fit(classifier(base))
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    "a configuration from a file that decides nothing": (
        """
        import json

        config = json.load(open("config.json"))
        base = backbone()
        base.trainable = False
        fit(classifier(base, config["units"]))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "a file over defaults": (
        """
        import json

        config = {"freeze": True, **json.load(open("config.json"))}
        base = backbone()
        base.trainable = not config["freeze"]
        fit(classifier(base))
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "hydra": (
        """
        import hydra

        @hydra.main(version_base=None, config_path="conf", config_name="config")
        def main(config):
            base = backbone()
            base.trainable = not config.freeze
            fit(classifier(base, config.units))

        if __name__ == "__main__":
            main()
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    # measured with a stand-in for hydra
    "hydra that decides nothing": (
        """
        import hydra

        @hydra.main(version_base=None, config_path="conf", config_name="config")
        def main(config):
            base = backbone()
            base.trainable = False
            fit(classifier(base, config.units))

        if __name__ == "__main__":
            main()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "configparser of the program's own text": (
        """
        import configparser

        config = configparser.ConfigParser()
        config.read_string("[model]\\nfreeze = yes\\n")
        base = backbone()
        base.trainable = not config.getboolean("model", "freeze")
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an f-string as name": (
        """
        inputs = keras.Input((4,))
        x = inputs
        for i in range(3):
            x = layers.BatchNormalization(name=f"bn_{i + 1}")(layers.Dense(4, name=f"dense_{i:02d}")(x))
        model = keras.Model(inputs, layers.Dense(1)(x))
        model.get_layer(f"bn_{2}").trainable = False
        fit(model)
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "str.format and percent as names": (
        """
        inputs = keras.Input((4,))
        x = inputs
        for i in range(2):
            x = layers.BatchNormalization(name="bn_{}".format(i))(x)
            x = layers.BatchNormalization(name="norm%d_%s" % (i, "x"))(layers.Dense(4)(x))
        model = keras.Model(inputs, layers.Dense(1)(x))
        for name in ("bn_{n}".format(n=1), "norm%d_x" % 0, "{0}_{1}".format("bn", 0)):
            model.get_layer(name).trainable = False
        fit(model)
        """,
        [{FROZEN: 3, TRAINS: 1}],
    ),
    "string methods on names": (
        """
        inputs = keras.Input((4,))
        x = inputs
        for i in range(4):
            x = layers.BatchNormalization(name="Block{}_BN".format(i))(layers.Dense(4)(x))
        model = keras.Model(inputs, layers.Dense(1)(x))
        for layer in model.layers:
            if layer.name.lower().endswith("_bn") and int(layer.name.split("_")[0].replace("Block", "")) < 2:
                layer.trainable = False
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 2}],
    ),
    "names joined, split and partitioned": (
        """
        inputs = keras.Input((4,))
        x = inputs
        for i, part in enumerate("a,b,c".split(",")):
            x = layers.BatchNormalization(name="_".join(["bn", part, str(i).zfill(2)]))(layers.Dense(4)(x))
        model = keras.Model(inputs, layers.Dense(1)(x))
        for layer in model.layers:
            head, _, tail = layer.name.partition("_")
            if head == "bn" and tail.strip("0123456789") in ("a_", "c_") and tail[-1].isdigit():
                layer.trainable = False
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "match on text": (
        """
        def freeze(base, mode):
            match mode:
                case "all":
                    base.trainable = False
                case "first" | "head":
                    base.layers[2].trainable = False
                case _:
                    pass

        for mode in ("none", "first", "all"):
            base = backbone()
            freeze(base, mode)
            fit(classifier(base))
        """,
        [{TRAINS: 3}, {FROZEN: 1, TRAINS: 2}, {FROZEN: 2, TRAINS: 1}],
    ),
    "match on a dictionary": (
        """
        config = {"model": {"freeze": True}}
        base = backbone()
        match config:
            case {"model": {"freeze": bool(value)}}:
                base.trainable = not value
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "match on a tuple with a guard": (
        """
        base = backbone()
        match ("freeze", 3):
            case ("freeze", count) if count > 2:
                base.trainable = False
            case (_, count):
                base.layers[count].trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "match on a class": (
        """
        from dataclasses import dataclass

        @dataclass
        class Freeze:
            count: int

        base = backbone()
        match Freeze(3):
            case Freeze(count=count):
                for layer in base.layers[:count]:
                    layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "match on something unknown": (
        """
        base = backbone()
        match number():
            case 1:
                base.trainable = False
            case _:
                base.trainable = True
        fit(classifier(base))
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    "setattr in a loop over keywords": (
        """
        class Config:
            def __init__(self, **kwargs):
                for name, value in kwargs.items():
                    setattr(self, name, value)

        config = Config(freeze=True, units=1)
        base = backbone()
        base.trainable = not getattr(config, "freeze", False)
        fit(classifier(base, config.units))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "the dictionary of an object": (
        """
        class Config:
            def __init__(self, **kwargs):
                self.__dict__.update(kwargs)

        config = Config(freeze=True)
        base = backbone()
        base.trainable = not config.freeze
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a singleton": (
        """
        class Registry:
            _instance = None

            def __new__(cls):
                if cls._instance is None:
                    cls._instance = super().__new__(cls)
                    cls._instance.base = backbone()
                return cls._instance

        Registry().base.trainable = False
        fit(classifier(Registry().base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "methods that return self": (
        """
        class Builder:
            def __init__(self):
                self.base = backbone()

            def freeze(self):
                self.base.trainable = False
                return self

            def head(self):
                self.model = classifier(self.base)
                return self

            def build(self):
                return self.model

        fit(Builder().freeze().head().build())
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a method called by its name": (
        """
        class Trainer:
            def freeze(self, base):
                base.trainable = False

        base = backbone()
        getattr(Trainer(), "freeze")(base)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "indexing and iterating an own object": (
        """
        class Models:
            def __init__(self):
                self.models = {"base": backbone()}

            def __getitem__(self, name):
                return self.models[name]

            def __iter__(self):
                return iter(self.models.values())

            def __len__(self):
                return len(self.models)

        models = Models()
        for model in models:
            model.trainable = len(models) > 1
        fit(classifier(models["base"]))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an object that gives what it holds": (
        """
        class Wrapper:
            def __init__(self, model):
                self.wrapped = model

            def __getattr__(self, name):
                return getattr(self.wrapped, name)

        base = backbone()
        model = Wrapper(classifier(base))
        base.trainable = False
        model.compile("sgd", "mse")
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "slots and a private name": (
        """
        class Trainer:
            __slots__ = ("__base",)

            def __init__(self):
                self.__base = backbone()

            def train(self):
                self.__base.trainable = False
                fit(classifier(self.__base))

        Trainer().train()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a model of a subclass holds its base": (
        """
        class Net(keras.Model):
            def __init__(self, freeze):
                super().__init__()
                self.base = backbone()
                self.base.trainable = not freeze
                self.norm = layers.BatchNormalization()
                self.head = layers.Dense(1)

            def call(self, inputs, training=None):
                return self.head(self.norm(self.base(inputs, training=training), training=training))

        fit(Net(freeze=True))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a method of a model's own": (
        """
        class Net(keras.Sequential):
            def freeze(self):
                for layer in self.layers:
                    layer.trainable = False
                return self

        fit(classifier(Net(backbone().layers).freeze()))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a class of unknown base": (
        """
        from loader import Experiment

        class Mine(Experiment):
            def train(self):
                base = backbone()
                base.trainable = False
                fit(classifier(base))

        Mine().train()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an environment variable set, then read with a default": (
        """
        import os

        os.environ["FREEZE"] = "1"
        base = backbone()
        base.trainable = os.environ.get("FREEZE", "0") != "1"
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a converter that makes false of a text": (
        """
        import argparse

        def boolean(text):
            return text.lower() in ("yes", "true", "1")

        parser = argparse.ArgumentParser()
        parser.add_argument("--fine-tune", type=boolean, default="no")
        args = parser.parse_args()
        base = backbone()
        base.trainable = args.fine_tune
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a lambda as converter": (
        """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--fine-tune", type=lambda text: text == "yes", default="no")
        args = parser.parse_args()
        base = backbone()
        base.trainable = args.fine_tune
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "arguments counted": (
        """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("-v", "--verbose", action="count", default=0)
        parser.add_argument("--blocks", nargs="*", default=["all"])
        args = parser.parse_args()
        base = backbone()
        base.trainable = args.verbose > 0 or "all" not in args.blocks
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a default set before the argument": (
        """
        import argparse

        parser = argparse.ArgumentParser()
        parser.set_defaults(freeze=True)
        parser.add_argument("--freeze", action="store_true")
        args = parser.parse_args()
        base = backbone()
        base.trainable = not args.freeze
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "an update with something unknown": (
        """
        import json

        config = {"freeze": True}
        config.update(json.load(open("config.json")))
        base = backbone()
        base.trainable = not config["freeze"]
        fit(classifier(base))
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "an object updated with something unknown": (
        """
        import json

        class Config:
            freeze = True

        config = Config()
        for name, value in json.load(open("config.json")).items():
            setattr(config, name, value)
        base = backbone()
        base.trainable = not config.freeze
        fit(classifier(base))
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    "a global set by its name": (
        """
        FREEZE = False
        globals()["FREEZE"] = True
        base = backbone()
        base.trainable = not FREEZE
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "truth of an own object": (
        """
        class Policy:
            def __init__(self, frozen):
                self.frozen = frozen

            def __bool__(self):
                return not self.frozen

        base = backbone()
        if Policy(frozen=True):
            base.trainable = True
        else:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "length of an own object as truth": (
        """
        class Unfrozen:
            def __init__(self, names):
                self.names = names

            def __len__(self):
                return len(self.names)

        base = backbone()
        base.trainable = bool(Unfrozen([]))
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "equality of own objects": (
        """
        class Stage:
            def __init__(self, name):
                self.name = name

            def __eq__(self, other):
                return self.name == other.name

        base = backbone()
        base.trainable = Stage("head") != Stage("head")
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "equality of dataclasses": (
        """
        from dataclasses import dataclass

        @dataclass
        class Stage:
            name: str = "head"

        base = backbone()
        base.trainable = Stage() != Stage("head")
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "membership in an own object": (
        """
        class Frozen:
            def __contains__(self, name):
                return name.startswith("batch")

        base = backbone()
        for layer in base.layers:
            layer.trainable = layer.name not in Frozen()
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a list of the class shared by its objects": (
        """
        class Trainer:
            bases = []

            def __init__(self):
                self.bases.append(backbone())

        first, second = Trainer(), Trainer()
        for base in second.bases[:1]:
            base.trainable = False
        fit(classifier(first.bases[0]))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "fields with lists of their own": (
        """
        from dataclasses import dataclass, field

        @dataclass
        class Config:
            frozen: list = field(default_factory=list)

        one, two = Config(), Config()
        one.frozen.append("all")
        base = backbone()
        base.trainable = len(two.frozen) > 0
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a field from a factory of the program": (
        """
        from dataclasses import dataclass, field

        @dataclass
        class Trainer:
            base: keras.Model = field(default_factory=backbone)

        one, two = Trainer(), Trainer()
        one.base.trainable = False
        fit(classifier(one.base))
        fit(classifier(two.base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a shallow copy": (
        """
        import copy

        DEFAULTS = {"freeze": True}
        config = copy.copy(DEFAULTS)
        config["freeze"] = False
        base = backbone()
        base.trainable = not DEFAULTS["freeze"]
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a copy of an object": (
        """
        import copy

        class Config:
            def __init__(self):
                self.freeze = True

        default = Config()
        config = copy.copy(default)
        config.freeze = False
        base = backbone()
        base.trainable = not default.freeze
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "copies of lists and dictionaries": (
        """
        names = ["a"]
        other, third, fourth = names.copy(), list(names), names[:]
        other.append("b")
        third.append("c")
        fourth += ["d"]
        options = {"freeze": True}
        changed = dict(options, freeze=False)
        options.copy().clear()
        base = backbone()
        base.trainable = len(names) != 1 or not options["freeze"]
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a local name does not change the global one": (
        """
        FREEZE = True

        def configure():
            FREEZE = False
            return FREEZE

        configure()
        base = backbone()
        base.trainable = not FREEZE
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "the command line with a default": (
        """
        import sys

        stage = sys.argv[1] if len(sys.argv) > 1 else "head"
        base = backbone()
        base.trainable = stage == "all"
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a method replaced": (
        """
        class Trainer:
            def build(self):
                return classifier(backbone())

        def frozen(self):
            base = backbone()
            base.trainable = False
            return classifier(base)

        Trainer.build = frozen
        fit(Trainer().build())
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a method replaced on one object": (
        """
        class Trainer:
            def prepare(self, base):
                pass

        trainer = Trainer()
        trainer.prepare = lambda base: setattr(base, "trainable", False)
        base = backbone()
        trainer.prepare(base)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a descriptor of the program": (
        """
        class Switch:
            def __get__(self, instance, owner):
                return instance.level > 1

        class Config:
            level = 1
            trainable = Switch()

        base = backbone()
        base.trainable = Config().trainable
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "attributes set through __setattr__": (
        """
        class Config:
            def __setattr__(self, name, value):
                object.__setattr__(self, name, not value)

        config = Config()
        config.trainable = True
        base = backbone()
        base.trainable = config.trainable
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "subclasses registered": (
        """
        class Trainer:
            registry = {}

            def __init_subclass__(cls, **kwargs):
                super().__init_subclass__(**kwargs)
                Trainer.registry[cls.__name__] = cls

        class Frozen(Trainer):
            def build(self):
                base = backbone()
                base.trainable = False
                return classifier(base)

        fit(Trainer.registry["Frozen"]().build())
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "isinstance of own classes": (
        """
        class Stage:
            pass

        class Head(Stage):
            pass

        def train(base, stage):
            base.trainable = not isinstance(stage, Head)
            fit(classifier(base))

        base = backbone()
        train(base, Head())
        train(base, Stage())
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "type of an own object": (
        """
        class Head:
            pass

        base = backbone()
        base.trainable = type(Head()).__name__ != "Head" or type(Head()) is not Head
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "IntEnum and comparison": (
        """
        from enum import IntEnum

        class Stage(IntEnum):
            HEAD = 0
            TOP = 1
            ALL = 2

        base = backbone()
        base.trainable = Stage.TOP > Stage.ALL
        fit(classifier(base))
        base.trainable = bool(Stage.HEAD) or Stage.ALL == 2
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "Enum with methods": (
        """
        from enum import Enum

        class Stage(Enum):
            HEAD = "head"
            ALL = "all"

            @property
            def trainable(self):
                return self is Stage.ALL

        base = backbone()
        base.trainable = Stage.HEAD.trainable
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "Enum as keys": (
        """
        from enum import Enum

        class Stage(Enum):
            HEAD = 1
            ALL = 2

        RATES = {Stage.HEAD: False, Stage.ALL: True}
        base = backbone()
        base.trainable = RATES[Stage.HEAD]
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "match on an Enum": (
        """
        from enum import Enum

        class Stage(Enum):
            HEAD = 1
            ALL = 2

        base = backbone()
        match Stage.ALL:
            case Stage.HEAD:
                base.trainable = False
            case Stage.ALL:
                base.trainable = True
        fit(classifier(base))
        """,
        [{TRAINS: 3}],
    ),
    "a cached property of numbers": (
        """
        from functools import cached_property

        class Config:
            def __init__(self):
                self.calls = 0

            @cached_property
            def frozen(self):
                self.calls += 1
                return self.calls == 1

        config = Config()
        base = backbone()
        base.trainable = not (config.frozen and config.frozen)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "truth of an Enum member": (
        """
        from enum import Enum

        class Stage(Enum):
            HEAD = 0
            ALL = 1

        base = backbone()
        base.trainable = not bool(Stage.HEAD)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an Enum member is not its value": (
        """
        from enum import Enum

        class Stage(Enum):
            HEAD = "head"
            ALL = "all"

        base = backbone()
        base.trainable = Stage.HEAD == "head"
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "a dictionary filled from a file line by line": (
        """
        config = {"freeze": "yes", "units": "1"}
        for line in open("config.txt"):
            name, value = line.strip().split("=")
            config[name] = value
        base = backbone()
        base.trainable = config["freeze"] != "yes"
        fit(classifier(base))
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "a dictionary handed to unknown code": (
        """
        from loader import override

        config = {"freeze": True}
        override(config)
        base = backbone()
        base.trainable = not config["freeze"]
        fit(classifier(base))
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "an object handed to unknown code": (
        """
        from loader import override

        class Config:
            def __init__(self):
                self.freeze = True

        config = Config()
        override(config)
        base = backbone()
        base.trainable = not config.freeze
        fit(classifier(base))
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    "nobody calls it: a method runs the others in order": (
        """
        class Trainer:
            def __init__(self, folder):
                self.folder = folder

            def build(self):
                self.base = backbone()
                self.base.trainable = False
                self.model = classifier(self.base)

            def train(self):
                self.model.compile("sgd", "mse")
                self.model.fit(images, labels)

            def run(self):
                self.build()
                self.train()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "nobody calls it: init builds, train trains": (
        """
        class Trainer:
            def __init__(self, units, rate):
                self.base = backbone()
                self.base.trainable = False
                self.model = classifier(self.base, units)
                self.rate = rate

            def train(self, epochs):
                self.model.compile(keras.optimizers.SGD(self.rate), "mse")
                self.model.fit(images, labels, epochs=epochs)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "nobody calls it: a default of init": (
        """
        class Trainer:
            def __init__(self, folder, freeze=True):
                self.base = backbone()
                self.base.trainable = not freeze
                self.model = classifier(self.base)

            def train(self):
                fit(self.model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "nobody calls it: an argument of init decides": (
        """
        class Trainer:
            def __init__(self, freeze):
                self.base = backbone()
                self.base.trainable = not freeze
                self.model = classifier(self.base)

            def train(self):
                fit(self.model)
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "nobody calls it: an attribute set by an argument decides": (
        """
        class Trainer:
            def __init__(self, options):
                self.options = options

            def train(self):
                base = backbone()
                if self.options.freeze:
                    base.trainable = False
                fit(classifier(base))
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    "nobody calls it: a method returns the model": (
        """
        class Trainer:
            def build(self, units):
                base = backbone()
                base.trainable = False
                return classifier(base, units)

            def train(self, epochs=1):
                model = self.build(1)
                fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "nobody calls it: an inherited method": (
        """
        class Base:
            def __init__(self, folder):
                self.folder = folder

            def train(self):
                fit(self.build())

        class Frozen(Base):
            def build(self):
                base = backbone()
                base.trainable = False
                return classifier(base)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "nobody calls it: a dataclass": (
        """
        from dataclasses import dataclass

        @dataclass
        class Trainer:
            folder: str
            freeze: bool = True

            def train(self):
                base = backbone()
                base.trainable = not self.freeze
                fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "nobody calls it: a class method trains": (
        """
        class Trainer:
            @classmethod
            def train(cls, folder):
                base = backbone()
                base.trainable = False
                fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "nobody calls it: a static method trains": (
        """
        class Trainer:
            @staticmethod
            def train(folder):
                base = backbone()
                base.trainable = False
                fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "nobody calls it: a call trains": (
        """
        class Trainer:
            def __init__(self, folder):
                self.folder = folder

            def __call__(self, epochs):
                base = backbone()
                base.trainable = False
                fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "nobody calls it: unfreezing is a method of its own": (
        """
        class Trainer:
            def __init__(self):
                self.base = backbone()
                self.base.trainable = False
                self.model = classifier(self.base)

            def unfreeze(self):
                self.base.trainable = True

            def train(self):
                fit(self.model)
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    "nobody calls it: the main function makes the object": (
        """
        class Trainer:
            def __init__(self, folder):
                self.base = backbone()
                self.model = classifier(self.base)

            def freeze(self):
                self.base.trainable = False

            def train(self):
                fit(self.model)

        def main(folder):
            trainer = Trainer(folder)
            trainer.freeze()
            trainer.train()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
}


@pytest.mark.parametrize(("program", "fits"), params(CASES, GAPS))
def test_classes_and_configurations(program: str, fits: Fits) -> None:
    assert totals(BEFORE, program, target="keras==3.15") == fits
    assert totals(BEFORE, program, target="tensorflow==2.15") == fits
