"""Which line of the program an event belongs to."""

import ast
import sys

REWRITTEN = "tf__"
"""How the names of functions begin that autograph rewrote; where it puts them differs by release."""


class Program:
    """The files of a program: ``paths`` are theirs, of which the first is run."""

    def __init__(self, paths):
        self.paths = list(paths)
        self.trees = {}
        for path in self.paths:
            with open(path, "rb") as file:
                self.trees[path] = ast.parse(file.read(), path)

    def places(self, method, nth=0, depth=2):
        """(path, line) of the frames of the program that are running, innermost first.

        The innermost is where ``method`` is called: the first line of the call, as a call over several lines has
        another one in each Python. In a function that autograph rewrote it is the ``nth`` such call of the text.
        """
        found, frame = [], sys._getframe(depth)
        while frame is not None:
            path, name = frame.f_code.co_filename, frame.f_code.co_name
            if path in self.trees:
                found.append((path, frame.f_lineno, frame.f_code.co_name))
            elif name.startswith(REWRITTEN):
                found += self._rewritten(name[len(REWRITTEN) :], method, nth)
            frame = frame.f_back
        if found:
            path, line = found[0][:2]
            found[0] = (path, self._start(path, line, method))
        return [place[:2] for place in found]

    def _start(self, path, line, method):
        starts = [call.lineno for call in calls(self.trees[path], method) if call.lineno <= line <= last_line(call)]
        return max(starts) if starts else line

    def _rewritten(self, name, method, nth):
        for path in self.paths:
            for node in ast.walk(self.trees[path]):
                if isinstance(node, ast.FunctionDef) and node.name == name:
                    inside = sorted(call.lineno for call in calls(node, method))
                    return [(path, inside[min(nth, len(inside) - 1)] if inside else node.lineno, name)]
        return []


def calls(tree, method):
    """The calls of methods of this name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            yield node


def last_line(node):
    """The last line on which a part of the node begins."""
    return max(getattr(part, "lineno", 0) for part in ast.walk(node))
