"""Stands for pandas and tqdm."""

import numpy as np

from proof.real.staging import samples
from proof.real.staging.anything import Anything

COLUMNS = 4


class Column(np.ndarray):
    """A column of labels."""

    def unique(self):
        """Each once."""
        return np.unique(np.asarray(self))

    def value_counts(self, *arguments, **named):
        """How often each stands there."""
        return {each: int((np.asarray(self) == each).sum()) for each in self.unique()}

    def map(self, *arguments, **named):
        """The same column."""
        return self

    apply = to_numpy = replace = fillna = map

    def nunique(self):
        """How many there are."""
        return len(self.unique())

    @property
    def values(self):
        """The array."""
        return np.asarray(self)

    @property
    def str(self):
        """What can be done with texts."""
        return Anything()


class Table(Anything):
    """A table of which any column can be asked for."""

    def __init__(self, *arguments, **named):
        self.shape = (samples.EXAMPLES, COLUMNS)
        self.columns = ["column_%d" % index for index in range(COLUMNS)]
        self.index = np.arange(samples.EXAMPLES)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _same_table if name in METHODS else samples.labels(2).view(Column)

    def __getitem__(self, key):
        if isinstance(key, str):
            return samples.labels(2).view(Column)
        return self

    def __len__(self):
        return samples.EXAMPLES

    @property
    def values(self):
        """Its numbers."""
        return samples.NUMBERS.rand(*self.shape)

    def to_numpy(self, *arguments, **named):
        """Its numbers."""
        return self.values

    def __array__(self, dtype=None, copy=None):
        return self.values if dtype is None else self.values.astype(dtype)

    def iterrows(self):
        """Row by row."""
        return ((index, Anything()) for index in range(samples.EXAMPLES))

    @property
    def iloc(self):
        """Itself."""
        return self

    loc = at = iat = T = iloc


METHODS = frozenset(
    "head tail sample drop dropna fillna reset_index sort_values sort_index merge append groupby copy rename "
    "set_index drop_duplicates apply applymap astype query describe replace assign plot to_csv info isnull sum mean "
    "to_json to_excel pivot_table agg filter nlargest corr count max min".split()
)


def _same_table(*arguments, **named):
    return Table()


def names(kit, classes):
    """What pandas holds."""
    found = {name: _same_table for name in ("read_csv", "read_json", "read_excel", "read_table", "concat", "merge")}
    found.update(DataFrame=Table, Series=Table, get_dummies=_dummies)
    return found


def _dummies(labels, *arguments, **named):
    return np.eye(2, dtype="float32")[samples.labels(2, len(labels))]


def progress(kit, classes):
    """``tqdm`` and its like give what they were given."""

    def tqdm(items=None, *arguments, **named):
        return Anything() if items is None else items

    return {"tqdm": tqdm, "trange": range, "tqdm_notebook": tqdm}
