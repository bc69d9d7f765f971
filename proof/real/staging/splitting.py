"""Stands for scikit-learn: splits, and the coding of labels; figures of merit mean nothing."""

import numpy as np

from proof.real.staging.anything import Anything


def train_test_split(*arrays, **named):
    """Each array in two parts of one example at least."""
    size = named.get("test_size")
    found = []
    for array in arrays:
        total = len(array)
        part = int(total * size) if isinstance(size, float) else total // 4
        part = max(1, min(part, total - 1))
        found += [array[part:], array[:part]]
    return found


class Folds:
    """As ``KFold`` and its like."""

    def __init__(self, n_splits=5, *arguments, **named):
        self.n_splits = int(n_splits)

    def split(self, data, labels=None, groups=None):
        """Rows for training and for testing, in every fold."""
        rows = np.arange(len(data))
        for fold in range(self.n_splits):
            test = rows[fold :: self.n_splits] if len(rows) >= self.n_splits else rows[:1]
            yield np.setdiff1d(rows, test), test

    def get_n_splits(self, *arguments, **named):
        """As it was made."""
        return self.n_splits


class Encoder(Anything):
    """As ``LabelEncoder``: numbers of the labels in the order of their names."""

    def fit(self, labels, *more):
        """Keeps the names."""
        self.classes_ = np.unique(np.asarray(labels))
        self.categories_ = [self.classes_]
        return self

    def transform(self, labels):
        """The numbers."""
        return np.searchsorted(self.classes_, np.asarray(labels))

    def fit_transform(self, labels, *more):
        """Both."""
        return self.fit(labels).transform(labels)

    def inverse_transform(self, numbers):
        """The names."""
        return self.classes_[np.asarray(numbers).reshape(-1) % len(self.classes_)]


class Binarizer(Encoder):
    """As ``LabelBinarizer`` and ``OneHotEncoder``: a column a class, one column for two classes of the former."""

    def transform(self, labels):
        """The columns."""
        numbers = super().transform(labels).reshape(-1)
        return np.eye(len(self.classes_), dtype="float32")[numbers]


class LabelBinarizer(Binarizer):
    """Of two classes it makes one column."""

    def transform(self, labels):
        """The columns."""
        found = super().transform(labels)
        return found[:, 1:] if found.shape[1] == 2 else found


class Scaler(Anything):
    """Leaves numbers as they are."""

    def fit(self, data, *more):
        """Nothing to learn."""
        return self

    def transform(self, data):
        """As they came."""
        return np.asarray(data, dtype="float32")

    def fit_transform(self, data, *more):
        """As they came."""
        return self.transform(data)

    inverse_transform = transform


def shuffle(*arrays, **named):
    """As they came."""
    return arrays[0] if len(arrays) == 1 else list(arrays)


def class_weights(*arguments, **named):
    """A one for each class."""
    classes = named.get("classes", arguments[1] if len(arguments) > 1 else ())
    return np.ones(len(classes))


def names(kit, classes):
    """What all its modules hold."""
    found = {name: Folds for name in ("KFold", "StratifiedKFold", "RepeatedKFold", "GroupKFold", "ShuffleSplit")}
    found.update({name: Scaler for name in ("StandardScaler", "MinMaxScaler", "Normalizer", "RobustScaler")})
    found.update(
        train_test_split=train_test_split,
        StratifiedShuffleSplit=Folds,
        LabelEncoder=Encoder,
        OneHotEncoder=Binarizer,
        LabelBinarizer=LabelBinarizer,
        shuffle=shuffle,
        compute_class_weight=class_weights,
    )
    return found
