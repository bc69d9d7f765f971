"""What cannot change a layer that it is given."""

from __future__ import annotations

MODULES = frozenset(
    """IPython PIL __future__ abc absl albumentations argparse base64 bisect bz2 click codecs collections colorama
    comet_ml contextlib copy csv ctypes cv2 dataclasses datetime efficientnet_utils enum errno fire fnmatch
    functools gc gensim getpass glob google graphviz gzip h5py hashlib heapq hydra imageio imgaug imutils
    inspect io itertools joblib json kaggle_datasets librosa lightgbm livelossplot locale logging math
    matplotlib mlflow mpl_toolkits multiprocessing neptune netCDF4 nibabel nltk np numba numpy omegaconf
    operator os pandas pathlib pickle platform plotly pprint prettytable psutil pydicom pydot random rasterio
    re requests rich scipy seaborn secrets shutil signal skimage sklearn socket soundfile stat statistics
    string struct subprocess sys tabulate tarfile tempfile tensorboard tensorboardX tensorflow_addons
    tensorflow_datasets textwrap threading tifffile time tqdm traceback types typing unittest urllib uuid
    wandb warnings xgboost yaml zipfile zlib""".split()
)
TENSORFLOW_HARMLESS = frozenset(
    """random data io image strings summary saved_model lite config distribute train function debugging linalg math nn
    constant cast convert_to_tensor zeros ones reshape transpose concat stack Variable GradientTape get_logger version
    one_hot range shape print errors autograph reduce_mean reduce_sum argmax equal cond while_loop map_fn profiler
    compat py_function numpy_function test sparse ragged types""".split()
)
KERAS_AREAS = frozenset(
    """callbacks utils metrics losses preprocessing datasets backend initializers regularizers constraints activations
    optimizers mixed_precision experimental wrappers saving estimator ops random config distribution visualization
    export quantizers dtype_policies tree""".split()
)
METHODS = frozenset(
    """summary evaluate predict predict_on_batch test_on_batch evaluate_generator predict_generator predict_classes
    predict_proba save save_weights to_json to_yaml get_config get_weights count_params export save_spec reset_states
    reset_metrics get_layer compute_mask compute_output_shape get_output_at get_input_at get_metrics_result
    make_predict_function make_train_function make_test_function get_compile_config predict_step test_step""".split()
)


def is_harmless(name: str) -> bool:
    """Whether calling the function of this qualified name leaves layers as they are."""
    parts = name.split(".")
    if parts[0] in MODULES:
        return True
    return parts[0] == "tensorflow" and len(parts) > 1 and parts[1] in TENSORFLOW_HARMLESS
