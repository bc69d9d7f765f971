"""Stands for the packages that programs import beside Keras, whether they are installed or not."""

import builtins
import types

from proof.real.staging import pictures, splitting, tables, tfds
from proof.real.staging.anything import Anything

STOOD_FOR = frozenset(
    "albumentations boto3 clearml colorama comet_ml cv2 dagshub dotenv efficientnet_lite gdown google graphviz "
    "imageio imblearn imgaug imutils IPython ipywidgets joblib kaggle kagglehub keras_flops lightgbm lime "
    "livelossplot matplotlib memory_profiler missingno mlflow mlxtend neptune nibabel nltk openslide optuna "
    "pandas pandas_profiling patoolib PIL pkbar plotly prettytable psutil pydicom pydot pylab PyQt5 remotezip "
    "requests scipy seaborn shap skimage sklearn split_folders splitfolders subprocess tabulate tarfile telegram "
    "tensorboardX tensorflow_datasets tensorflow_docs tensorview termcolor tf_explain tf_keras_vis tifffile tqdm "
    "urllib visualkeras wandb watermark xgboost zipfile".split()
)
"""Packages by their top-level name. One that is not here fails as it would on any machine without it."""
FILLERS = {
    "sklearn": splitting.names,
    "cv2": pictures.names,
    "PIL": pictures.names,
    "skimage": pictures.names,
    "imageio": pictures.names,
    "pandas": tables.names,
    "tqdm": tables.progress,
    "tensorflow_datasets": tfds.names,
}
"""What some of them hold, where the program reads it as data."""


class StandIn(types.ModuleType):
    """A module with every name in it; a capital makes it a class that can be derived from."""

    __path__ = ()
    __version__ = "9.9.9"

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = type(Anything)(name, (Anything,), {}) if name[:1].isupper() else Anything()
        setattr(self, name, value)
        return value


class Packages:
    """What the program's own ``import`` finds; Keras gets the real ones."""

    def __init__(self, kit, paths, classes):
        """``paths``: the program's file, and the folders of its project."""
        self.kit, self.paths, self.classes = kit, tuple(paths), classes
        self.made = {}

    def install(self):
        """From now on, for the files of the program."""
        real, stage = builtins.__import__, self

        def found(name, globals=None, locals=None, fromlist=(), level=0):
            asking = (globals or {}).get("__file__") or ""
            if level or not asking.startswith(stage.paths) or name.split(".")[0] not in STOOD_FOR:
                return real(name, globals, locals, fromlist, level)
            module = stage.module(name)
            return module if fromlist else stage.module(name.split(".")[0])

        builtins.__import__ = found

    def module(self, name):
        """The stand-in of a module, its parents' attribute too."""
        if name not in self.made:
            module = self.made[name] = StandIn(name)
            fill = FILLERS.get(name.split(".")[0])
            if fill is not None:
                for each, value in fill(self.kit, self.classes).items():
                    setattr(module, each, value)
            parent, _, last = name.rpartition(".")
            if parent:
                setattr(self.module(parent), last, module)
        return self.made[name]
