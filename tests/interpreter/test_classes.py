"""The program's own classes."""

from __future__ import annotations

from tests.interpreter.plain import UNKNOWN, logged, names, paths


def test_attributes_and_methods() -> None:
    found = names("""
        class Trainer:
            epochs = 10
            def __init__(self, rate):
                self.rate = rate
            def settings(self):
                return self.rate, self.epochs
        trainer = Trainer(1e-3)
        before = trainer.settings()
        trainer.epochs = 20
        after, shared = trainer.settings(), Trainer.epochs
    """)
    assert (found["before"], found["after"], found["shared"]) == ((1e-3, 10), (1e-3, 20), 10)


def test_inheritance_and_super() -> None:
    found = names("""
        class Trainer:
            def __init__(self, rate):
                self.rate = rate
            def describe(self):
                return "train"
        class FineTuner(Trainer):
            def __init__(self, rate, layers):
                super().__init__(rate / 10)
                self.layers = layers
            def describe(self):
                return "fine-" + super().describe()
        tuner = FineTuner(1.0, 5)
        found = tuner.rate, tuner.layers, tuner.describe()
    """)
    assert found["found"] == (0.1, 5, "fine-train")


def test_super_written_in_full() -> None:
    assert (
        names("""
        class Trainer:
            def __init__(self, rate):
                self.rate = rate
        class FineTuner(Trainer):
            def __init__(self):
                super(FineTuner, self).__init__(0.1)
        rate = FineTuner().rate
    """)["rate"]
        == 0.1
    )


def test_super_through_three_classes() -> None:
    assert names("""
        class A:
            def steps(self):
                return ["a"]
        class B(A):
            def steps(self):
                return super().steps() + ["b"]
        class C(B):
            def steps(self):
                return super().steps() + ["c"]
        steps = C().steps()
    """)["steps"] == ["a", "b", "c"]


def test_properties_and_methods_of_the_class() -> None:
    found = names("""
        class Phase:
            def __init__(self, epochs):
                self.epochs = epochs
            @property
            def steps(self):
                return self.epochs * 100
            @staticmethod
            def rate():
                return 1e-4
            @classmethod
            def make(cls):
                return cls(3)
        phase = Phase.make()
        found = phase.steps, phase.rate(), Phase.rate()
    """)
    assert found["found"] == (300, 1e-4, 1e-4)


def test_a_setter_runs() -> None:
    found = names("""
        class Phase:
            @property
            def frozen(self):
                return self._frozen
            @frozen.setter
            def frozen(self, value):
                self._frozen = bool(value)
        phase = Phase()
        phase.frozen = 1
        found = phase._frozen
    """)
    assert found["found"] is True


def test_a_property_with_a_setter_is_read() -> None:
    found = names("""
        class Phase:
            @property
            def frozen(self):
                return self._frozen
            @frozen.setter
            def frozen(self, value):
                self._frozen = value
        phase = Phase()
        phase.frozen = False
        found = phase.frozen
    """)
    assert found["found"] is False


def test_call_and_len() -> None:
    found = names("""
        class Schedule:
            def __call__(self, epoch):
                return 1e-3 / (epoch + 1)
            def __len__(self):
                return 4
        schedule = Schedule()
        found = schedule(3), len(schedule)
    """)
    assert found["found"] == (1e-3 / 4, 4)


def test_dataclasses() -> None:
    found = names("""
        from dataclasses import dataclass, field
        @dataclass
        class Config:
            epochs: int
            rate: float = 1e-3
            sizes: list = field(default_factory=lambda: [64, 128])
        @dataclass
        class Tuning(Config):
            layers: int = 10
        config = Tuning(5, layers=20)
        found = config.epochs, config.rate, config.sizes, config.layers
    """)
    assert found["found"] == (5, 1e-3, [64, 128], 20)


def test_named_tuples() -> None:
    assert names("""
        from typing import NamedTuple
        class Config(NamedTuple):
            epochs: int
            rate: float = 1e-3
        config = Config(5)
        found = config.epochs, config.rate
    """)["found"] == (5, 1e-3)


def test_setattr_getattr_hasattr() -> None:
    found = names("""
        class Config:
            pass
        config = Config()
        for name, value in {"epochs": 10, "rate": 1e-3}.items():
            setattr(config, name, value)
        found = config.epochs, getattr(config, "rate"), getattr(config, "decay", 0), hasattr(config, "decay")
    """)
    assert found["found"] == (10, 1e-3, 0, False)


def test_isinstance_of_the_programs_own_classes() -> None:
    assert names("""
        class Phase: pass
        class Frozen(Phase): pass
        found = isinstance(Frozen(), Phase), isinstance(Phase(), Frozen), isinstance(3, (str, int))
    """)["found"] == (True, False, True)


def test_what_an_unknown_base_brings_is_unknown() -> None:
    found = names("""
        from project import Base
        class Trainer(Base):
            def __init__(self):
                self.rate = 1e-3
        trainer = Trainer()
        rate, model = trainer.rate, trainer.model
    """)
    assert (found["rate"], found["model"]) == (1e-3, UNKNOWN)


def test_classes_that_nothing_uses_run_with_every_method() -> None:
    found = paths("""
        import tracker
        class Trainer:
            def __init__(self, rate):
                self.epochs = 10
            def train(self):
                tracker.log("train", self.epochs)
            def test(self):
                tracker.log("test")
    """)
    assert [[event.values for event in entry] for entry in found.paths[0].entries] == [[("train", 10)], [("test",)]]


def test_methods_see_module_names_and_not_those_of_the_class() -> None:
    found = names("""
        rate = 1e-3
        class Trainer:
            rate = 1e-4
            def settings(self):
                return rate, self.rate
        found = Trainer().settings()
    """)
    assert found["found"] == (1e-3, 1e-4)


def test_enum_like_constants() -> None:
    assert logged("""
        import tracker
        class Mode:
            SCRATCH = "scratch"
            TUNE = "tune"
        mode = Mode.TUNE
        if mode == Mode.TUNE:
            tracker.log(mode)
    """) == [["tune"]]


def test_an_attribute_that_nothing_sets_is_unknown() -> None:
    assert (
        names("""
        class Trainer: pass
        rate = Trainer().rate
    """)["rate"]
        == UNKNOWN
    )
