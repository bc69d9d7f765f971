"""The parts of the standard library that decide what a training script does: arguments, environment, containers."""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Callable

from immutables import Map

from bnlint.interpreter import (
    arguments,
    chance,
    command_lines,
    configs,
    copies,
    data_classes,
    environment,
    files,
    iterators,
    named_tuples,
    names,
    project,
    reflection,
    texts,
)
from bnlint.interpreter.access import delete_item, set_default_factory, set_item
from bnlint.interpreter.builtin import call_builtin
from bnlint.interpreter.dictionaries import COUNTER, make_dict
from bnlint.interpreter.forgetting import forget_handed
from bnlint.interpreter.heap import Dict, Instance, List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import (
    NONE,
    Bound,
    Const,
    Lib,
    Partial,
    Thing,
    Tuple,
    Unknown,
    Value,
)

Handler = Callable[[Machine, Args, ast.AST], Value | None]


def call_stdlib(m: Machine, callee: Value, args: Args, node: ast.AST) -> Value | None:
    """Calls a function or class of the standard library; None where it is not one of these."""
    if isinstance(callee, Lib):
        handler = FUNCTIONS.get(callee.name)
        return handler(m, args, node) if handler is not None else None
    return None


def _exit(m: Machine, args: Args, node: ast.AST) -> Value:
    return Const(names.EXIT)


def _partial(m: Machine, args: Args, node: ast.AST) -> Value:
    if not args.positional:
        return Unknown("partial()")
    return Partial(args.positional[0], args.positional[1:], args.keywords)


def _namespace(m: Machine, args: Args, node: ast.AST) -> Value:
    return m.allocate(node, Instance(None, Map(args.keywords), args.open), "namespace")


def _defaultdict(m: Machine, args: Args, node: ast.AST) -> Value:
    factory, rest = args.get(0, "default_factory"), Args(args.positional[1:], args.keywords, open=args.open)
    record: Dict = m.record(call_builtin(m, "dict", rest, node))
    made = m.allocate(node, record._replace(kind="defaultdict"), "defaultdict")
    if factory is not None:
        set_default_factory(m, made, factory)
    return made


def _ordered(m: Machine, args: Args, node: ast.AST) -> Value:
    return call_builtin(m, "dict", args, node)


def _deque(m: Machine, args: Args, node: ast.AST) -> Value:
    items = iterate(m, args.positional[0], node) if args.positional else None
    return m.allocate(node, List(items.values if items else (), items.exact if items else True), "deque")


def _around(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """A bar that shows progress: it gives what it is put around."""
    value = args.get(0, "iterable", "sequence")
    return value if value is not None and not isinstance(value, Const) else None


def _counter(m: Machine, args: Args, node: ast.AST) -> Value:
    """``collections.Counter`` of constants."""
    items = iterate(m, args.positional[0], node) if args.positional else None
    if items is None or not items.exact or not all(isinstance(item, Const) for item in items.values) or args.keywords:
        return Unknown("Counter()")
    if isinstance(m.record(args.positional[0]), Dict):
        return Unknown("Counter() of counts")
    counts = Counter(item.value for item in items.values if isinstance(item, Const))
    record = make_dict([(Const(key), Const(count)) for key, count in counts.items()], COUNTER)
    return m.allocate(node, record, COUNTER)


def _operator_setitem(m: Machine, args: Args, node: ast.AST) -> Value:
    if len(args.positional) == 3:
        set_item(m, *args.positional)
    return NONE


def _operator_delitem(m: Machine, args: Args, node: ast.AST) -> Value:
    if len(args.positional) == 2:
        delete_item(m, *args.positional)
    return NONE


def _changing(m: Machine, args: Args, node: ast.AST) -> Value:
    """A function that changes what it is given, in a way that is not followed."""
    forget_handed(m, args.values())
    return Unknown("result of a function that changes what it is given")


def _suppress(m: Machine, args: Args, node: ast.AST) -> Value:
    return Thing("suppress", kinds=Tuple(args.positional))


def _math(name: str) -> Callable[[Machine, Args, ast.AST], Value]:
    function = getattr(math, name)

    def run(m: Machine, args: Args, node: ast.AST) -> Value:
        numbers = [value.value for value in args.positional if isinstance(value, Const)]
        if len(numbers) != len(args.positional):
            return Unknown(f"math.{name}()")
        try:
            return Const(function(*numbers))
        except (TypeError, ValueError, OverflowError):
            return Unknown(f"math.{name}() that raises")

    return run


def stdlib_method(m: Machine, callee: Bound, args: Args, node: ast.AST) -> Value | None:
    """A method of an object of the standard library."""
    receiver = callee.receiver
    if not isinstance(receiver, Thing):
        return None
    if receiver.kind == "parser":
        return arguments.parser_method(m, receiver, callee.name, args, node)
    if receiver.kind == "pattern" and f"re.{callee.name}" in FUNCTIONS:
        return FUNCTIONS[f"re.{callee.name}"](m, Args((receiver.pattern, *args.positional), args.keywords), node)
    if receiver.kind == "flag" and callee.name == "group" and "groups" in receiver.data:
        index = args.get(0)
        number = index.value if isinstance(index, Const) else 0 if index is None else None
        if isinstance(number, int) and number < len(receiver.groups):
            return receiver.groups[number]  # type: ignore[no-any-return]
        return Unknown("group of a match")
    return None


def _run_main(m: Machine, args: Args, node: ast.AST) -> Value:
    """``app.run(main)``, ``fire.Fire(main)``: the function runs with its defaults."""
    from bnlint.interpreter.calls import call
    from bnlint.interpreter.names import load

    function = args.get(0, "main", "component") or load(m, "main")
    return call(m, function, Args(), node) if function is not None else NONE


PROGRESS = ("tqdm", "tqdm.auto", "tqdm.autonotebook", "tqdm.notebook", "tqdm.std", "tqdm.asyncio")
FUNCTIONS: dict[str, Handler] = {
    **iterators.FUNCTIONS,
    **texts.FUNCTIONS,
    **configs.FUNCTIONS,
    "sys.path.append": lambda m, args, node: project.search(m, args, 0),
    "sys.path.insert": lambda m, args, node: project.search(m, args, 1),
    "site.addsitedir": lambda m, args, node: project.search(m, args, 0),
    "importlib.import_module": reflection.import_module,
    "importlib.__import__": reflection.dunder_import,
    "importlib.reload": reflection.reload,
    "os.environ.get": environment.get,
    "os.getenv": environment.get,
    "os.environ.setdefault": environment.set_default,
    "os.environ.update": environment.update,
    "os.environ.pop": environment.pop,
    "os.path.join": files.join,
    **{f"os.path.{name}": files.part(name) for name in ("basename", "dirname", "splitext", "split", "normpath")},
    "tempfile.mkdtemp": files.new_folder,
    "os.path.abspath": files.same,
    "os.path.realpath": files.same,
    "os.path.exists": files.exists,
    "os.path.isfile": files.exists,
    "os.path.isdir": files.exists,
    "pathlib.Path": files.make,
    "pathlib.PurePath": files.make,
    "pathlib.PosixPath": files.make,
    "absl.app.run": _run_main,
    "fire.Fire": _run_main,
    "tensorflow.app.run": _run_main,
    "tensorflow.compat.v1.app.run": _run_main,
    "sys.exit": _exit,
    "os._exit": _exit,
    "functools.partial": _partial,
    "argparse.ArgumentParser": arguments.parser,
    "argparse.Namespace": _namespace,
    "types.SimpleNamespace": _namespace,
    "easydict.EasyDict": _namespace,
    "dataclasses.field": data_classes.make_field,
    "dataclasses.replace": data_classes.replace,
    "dataclasses.asdict": data_classes.as_dict,
    "dataclasses.astuple": data_classes.as_tuple,
    "attr.field": data_classes.make_field,
    "attrs.field": data_classes.make_field,
    "click.option": command_lines.click_option,
    "typer.Option": command_lines.typer_default,
    "typer.Argument": command_lines.typer_default,
    **{f"absl.flags.DEFINE_{kind}": command_lines.define_flag for kind in ("bool", "boolean", "integer", "float")},
    **{f"absl.flags.DEFINE_{kind}": command_lines.define_flag for kind in ("string", "enum")},
    "collections.defaultdict": _defaultdict,
    "collections.OrderedDict": _ordered,
    "collections.deque": _deque,
    "collections.Counter": _counter,
    "contextlib.suppress": _suppress,
    "operator.setitem": _operator_setitem,
    "operator.delitem": _operator_delitem,
    **{f"operator.{name}": _changing for name in ("iadd", "iand", "iconcat", "imul", "ior", "isub", "ixor")},
    **{f"heapq.{name}": _changing for name in ("heapify", "heappop", "heappush", "heappushpop", "heapreplace")},
    **{f"bisect.{name}": _changing for name in ("insort", "insort_left", "insort_right")},
    "rich.progress.track": _around,
    **{f"{module}.tqdm": _around for module in PROGRESS},
    **{
        f"{module}.trange": lambda m, args, node: call_builtin(m, "range", Args(args.positional), node)
        for module in PROGRESS
    },
    "collections.namedtuple": named_tuples.make_class,
    "typing.NamedTuple": named_tuples.make_class,
    "typing.cast": lambda m, args, node: args.get(1, "val"),
    "enum.auto": lambda m, args, node: Thing("auto"),
    "copy.copy": copies.copy,
    "copy.deepcopy": copies.deepcopy,
    "random.choice": chance.choice,
    "secrets.choice": chance.choice,
    "random.shuffle": chance.shuffle,
    "numpy.random.shuffle": chance.shuffle,
    "random.sample": chance.sample,
    "random.choices": chance.sample,
    "sklearn.utils.shuffle": chance.shuffled_copies,
    **{f"math.{name}": _math(name) for name in ("ceil", "floor", "sqrt", "log", "log2", "exp", "pow")},
}
CALLS_BACK = frozenset(
    {name for name in iterators.FUNCTIONS if name.startswith("operator.")}
    | {"functools.reduce", "_functools.reduce", "functools.partial", "itertools.accumulate", "itertools.starmap"}
)
"""What does nothing with its arguments itself: it runs a function or an operator on them."""
