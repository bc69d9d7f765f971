"""What cannot change a layer that it is given."""

from __future__ import annotations

MODULES = frozenset(
    """numpy np pandas matplotlib seaborn sklearn scipy cv2 PIL skimage imageio imutils os sys io re json csv time
    datetime random math shutil glob pathlib logging warnings argparse pickle itertools functools collections operator
    string copy gc subprocess multiprocessing threading uuid hashlib zipfile tarfile urllib requests tqdm yaml h5py
    wandb mlflow tensorboard tensorboardX neptune comet_ml livelossplot IPython google kaggle_datasets tensorflow_datasets
    tensorflow_addons albumentations imgaug efficientnet_utils pprint typing dataclasses enum abc contextlib types
    platform psutil statistics struct base64 tempfile socket traceback signal inspect __future__ codecs unittest pydot
    graphviz plotly joblib nltk gensim xgboost lightgbm librosa soundfile nibabel pydicom tifffile rasterio netCDF4 click
    absl fire hydra omegaconf colorama rich prettytable tabulate zlib gzip bz2 secrets getpass locale textwrap bisect heapq
    fnmatch stat errno ctypes numba mpl_toolkits""".split()
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
