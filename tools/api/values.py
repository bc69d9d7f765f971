"""Values that the callables take, so that a call fails for the keyword's name and for nothing else."""

import os
import tempfile

import numpy as np

SIZE = 4
FOLDER = tempfile.mkdtemp()
"""Where calls write; the caller removes it."""

# What a callable needs besides the keyword that is measured; `layer` and `tensor` are made when they are asked for.
POSITIONAL = {
    "Activation": ("relu",), "Add": (), "AveragePooling2D": (2,), "AvgPool2D": (2,), "Conv3DTranspose": (3, 3),
    "AtrousConvolution2D": (3, 3, 3), "Bidirectional": ("recurrent",),
    "BackupAndRestore": (FOLDER,), "CSVLogger": (os.path.join(FOLDER, "log.csv"),), "CategoryEncoding": (5,),
    "CenterCrop": (4, 4), "Constant": (), "Conv1D": (3, 3), "Conv2D": (3, 3), "Conv2DTranspose": (3, 3),
    "Conv3D": (3, 3), "ConvLSTM2D": (3, 3), "Convolution1D": (3, 3), "Convolution2D": (3, 3, 3),
    "Convolution3D": (3, 3, 3, 3), "CosineDecay": (0.1, 10), "CosineDecayRestarts": (0.1, 10), "CuDNNLSTM": (3,),
    "Deconv2D": (3, 3), "Deconvolution2D": (3, 3, 3, (None, 8, 8, 3)), "Dense": (3,), "DepthwiseConv2D": (3,),
    "Dot": (1,), "Dropout": (0.5,), "Embedding": (5, 3), "ExponentialDecay": (0.1, 10, 0.9), "GRU": (3,),
    "GaussianNoise": (0.1,), "Hashing": (3,), "Input": ((SIZE,),), "InputLayer": ((SIZE,),),
    "InverseTimeDecay": (0.1, 10, 0.9),
    "LSTM": (3,), "Lambda": (abs,), "LearningRateScheduler": (abs,), "MeanIoU": (2,),
    "ModelCheckpoint": (os.path.join(FOLDER, "best.keras"),),
    "MultiHeadAttention": (1, 2), "Permute": ((1,),), "PiecewiseConstantDecay": ([1], [0.1, 0.2]),
    "PolynomialDecay": (0.1, 10), "RNN": ("cell",), "RandomContrast": (0.1,), "RandomCrop": (4, 4),
    "RandomRotation": (0.1,), "RandomTranslation": (0.1, 0.1), "RandomZoom": (0.1, 0.1), "RepeatVector": (2,),
    "Rescaling": (0.1,), "Reshape": ((2, 2),), "Resizing": (4, 4), "SeparableConv2D": (3, 3), "SimpleRNN": (3,),
    "SpatialDropout2D": (0.5,), "TimeDistributed": ("layer",), "RandomFourierFeatures": (3,), "ZeroPadding2D": (),
}  # fmt: skip
IN_PLACE = {
    "Input": {"batch_shape"},
    "InputLayer": {"batch_input_shape", "batch_shape", "input_shape", "shape"},
}
"""Keywords that stand in place of the positional arguments."""
WITHOUT_SIZE = {"Convolution2D", "AtrousConvolution2D", "Convolution3D", "Deconvolution2D"}
"""Keras-1 classes: their second name in Keras 2 takes the size as one argument."""


def zero(*arguments):
    """A schedule, a callback's function, anything that is called."""
    return 0.0


VALUES = {
    "activation": "relu", "activity_regularizer": None, "adjustment": zero, "alpha": 0.5, "amsgrad": False,
    "append": True, "archive_format": "auto", "arguments": {}, "atrous_rate": 1, "auto_scale_loss": False,
    "axis=[1,2]": [1, 2], "axis=[3]": [3], "axis": -1, "axes": 1, "b_constraint": None, "b_regularizer": None,
    "backup_dir": FOLDER, "baseline": 0.5, "batch_input_shape": (2, 3, SIZE), "batch_shape": (2, SIZE),
    "batch_size": 8, "beta_1": 0.9, "beta_2": 0.99, "beta_constraint": None, "beta_init": "zero",
    "beta_initializer": "zeros", "beta_regularizer": None, "bias": True, "bias_initializer": "zeros",
    "bias_regularizer": None, "border_mode": "same", "boundaries": [1], "brightness_range": (0.5, 1.0),
    "callbacks": [], "center": True, "centered": False, "channel_shift_range": 0.1, "class_mode": "categorical",
    "class_weight": None, "clipnorm": 1.0, "clipvalue": 1.0, "color_mode": "rgb", "consume_less": "cpu",
    "cooldown": 0, "cropping": 1, "curve": "ROC", "cval": 0.0, "data_format": "channels_last", "decay": 0.125,
    "decay_rate": 0.9, "decay_steps": 10, "depth_multiplier": 1, "depthwise_initializer": "zeros",
    "depthwise_regularizer": None, "dilation_rate": 1, "dim_ordering": "tf", "dims": (2, 2), "distribution": "normal",
    "dropout": 0.1, "dropout_U": 0.1, "dropout_W": 0.1, "dtype": "float32", "embeddings_data": None,
    "embeddings_freq": 0, "embeddings_initializer": "zeros", "embeddings_layer_names": None,
    "embeddings_metadata": None, "embeddings_regularizer": None, "epochs": 1, "epsilon": 0.001,
    "expand_nested": False,
    "factor": 0.5, "featurewise_center": False, "featurewise_std_normalization": False, "filepath": "path",
    "fill_mode": "nearest", "filter_length": 3, "filters": 3, "flash_attention": False, "forget_bias_init": "one",
    "from_logits": False, "fused": None, "gamma_constraint": None, "gamma_init": "one", "gamma_initializer": "ones",
    "gamma_regularizer": None, "groups": 1, "height": 4, "height_factor": 0.1, "height_shift_range": 0.1,
    "histogram_freq": 0, "horizontal_flip": True, "implementation": 1, "include_optimizer": True, "init": "zero",
    "initial_epoch": 0, "initial_learning_rate": 0.1, "initial_value_threshold": 0.5, "inner_activation": "sigmoid",
    "inner_init": "zero", "input_dim": SIZE, "input_length": 3, "input_shape": (3, SIZE), "interpolation": "nearest",
    "interpolation_order": 1, "invert": False, "jit_compile": False, "keepdims": True, "kernel_constraint": None,
    "kernel_initializer": "zeros", "kernel_regularizer": None, "kernel_size": 3, "key_dim": 2, "label_smoothing": 0.0,
    "layers": [], "learning_rate": 0.375, "line_length": 80, "log_dir": FOLDER, "loss_weights": None, "lr": 0.375,
    "mask": None, "mask_token": "[MASK]", "mask_value": 0.0, "mask_zero": False, "max_q_size": 2, "max_queue_size": 2,
    "max_tokens": 5, "max_value": 6.0, "mean": 0.0, "merge_mode": "concat", "metrics": ["mae"], "min_delta": 0.001,
    "min_lr": 0.0, "mode": "auto", "momentum": 0.5, "monitor": "val_loss", "moving_mean_initializer": "zeros",
    "moving_variance_initializer": "ones", "name": "named", "nb_classes": 3, "nb_col": 3, "nb_epoch": 1,
    "nb_filter": 3, "nb_row": 3, "nb_val_samples": 8, "nb_worker": 1, "negative_slope": 0.1, "nesterov": False,
    "ngrams": None, "noise_shape": None, "num_classes": 3, "num_heads": 1, "num_oov_indices": 1, "num_tokens": 5,
    "offset": 0.0, "options": None, "output_dim": 3, "output_mode": "int", "output_padding": None,
    "output_sequence_length": None, "output_shape": (SIZE,), "overwrite": True, "p": 0.5, "padding": "same",
    "patience": 1, "period": 1, "pickle_safe": False, "pointwise_initializer": "zeros", "pool_length": 2,
    "pool_size": 2, "preprocessing_function": None, "print_fn": zero, "profile_batch": 0, "ragged": False,
    "rate": 0.5, "recurrent_activation": "sigmoid", "recurrent_dropout": 0.1, "recurrent_initializer": "zeros",
    "reduction": "none", "renorm": False, "renorm_clipping": None, "renorm_momentum": 0.9, "rescale": 0.1,
    "reset_after": False, "reset_metrics": True, "restore_best_weights": True, "return_dict": True,
    "return_sequences": True, "return_state": True, "rho": 0.9, "rms_scaling": False, "rotation_range": 1,
    "run_eagerly": None, "sample_weight": None, "sample_weight_mode": None, "samples_per_epoch": 8,
    "samplewise_center": False, "samplewise_std_normalization": False, "save_best_only": True, "save_format": None,
    "save_freq": "epoch", "save_weights_only": True, "scale": True, "schedule": zero, "schedule_decay": 0.004,
    "seed": 1, "separator": ",", "shape": (SIZE,), "shared_axes": [1], "shear_range": 0.1, "show_accuracy": False,
    "show_trainable": False, "shuffle": False, "sigma": 0.1, "signatures": None, "size": 2, "skip_mismatch": False,
    "sparse": False, "split": "whitespace", "staircase": False, "standardize": None, "start_from_epoch": 0,
    "stateful": False, "stddev": 0.1, "steps": 1, "steps_per_epoch": 1, "steps_per_execution": 1, "stride": 1,
    "strides": 1, "subsample": (1, 1), "subsample_length": 1, "subset": None, "synchronized": False, "t_mul": 2.0,
    "target_shape": (2, 2), "target_size": (8, 8), "target_tensors": None, "tensor": None, "threshold": 0.5,
    "time_major": False, "trainable": True, "training": True, "U_regularizer": None, "units": 3, "unroll": False,
    "unit_forget_bias": True, "update_freq": "epoch", "use_bias": True, "use_causal_mask": False, "use_ema": False,
    "use_multiprocessing": False, "val_samples": 8, "validation_batch_size": 8, "validation_data": None,
    "validation_freq": 1, "validation_split": 0.5, "validation_steps": 1, "values": [0.1, 0.2], "variance": 1.0,
    "type_spec": None,
    "verbose": 0, "vertical_flip": True, "virtual_batch_size": None, "vocabulary": None, "W_constraint": None,
    "W_regularizer": None, "weight_decay": 0.01, "weighted_metrics": None, "width": 4, "width_factor": 0.1,
    "weights": None, "by_name": False, "zipped": True, "layer_range": None, "filename": os.path.join(FOLDER,
    "log.csv"),
    "on_epoch_end": zero, "value": 0.5, "minval": 0.0, "maxval": 1.0, "num_bins": 3, "ndim": 2, "function": abs,
    "alpha_initializer": "zeros", "k": 3, "global_clipnorm": 1.0, "first_decay_steps": 10, "end_learning_rate": 0.01,
    "width_shift_range": 0.1, "workers": 1, "write_graph": False, "write_grads": False, "write_images": False,
    "write_steps_per_second": False, "zca_epsilon": 1e-6, "zca_whitening": False, "zoom_range": 0.1,
}  # fmt: skip
# Where the same word means something else.
OF_CALLABLE = {
    "Conv3D.subsample": (1, 1, 1), "BatchNormalization.mode": 0, "SyncBatchNormalization.mode": 0,
    "BatchNormalization.mode=1": 1, "BatchNormalization.mode=2": 2, "SyncBatchNormalization.mode=1": 1,
    "SyncBatchNormalization.mode=2": 2, "BatchNormalization.weights": None, "Bidirectional.input_shape": (3, SIZE),
    "Conv2D.input_shape": (8, 8, 3), "LayerNormalization.axis": -1, "RandomFlip.mode": "horizontal",
    "RandomTranslation.interpolation": "nearest", "Rescaling.scale": 0.1, "VarianceScaling.mode": "fan_in",
    "VarianceScaling.scale": 1.0, "Reshape.input_shape": (SIZE,), "UpSampling2D.interpolation": "nearest",
    "ZeroPadding2D.padding": 1, "RandomFourierFeatures.scale": 1.0, "RandomFourierFeatures.kernel_initializer":
    "gaussian", "TopKCategoricalAccuracy.k": 3, "Dense.weights": None,
    "ReduceLROnPlateau.mode": "auto", "Merge.mode": "sum", "CosineDecay.alpha": 0.0, "Softmax.axis": -1,
    "Dot.axes": 1, "CategoryEncoding.output_mode": "multi_hot", "Input.dtype": "float32", "InputSpec.axes": {},
    "TextVectorization.vocabulary": ["a"], "StringLookup.vocabulary": ["a"], "TensorBoard.batch_size": 8,
    "ModelCheckpoint.save_weights_only": False, "ModelCheckpoint.filepath": os.path.join(FOLDER, "best.keras"),
}  # fmt: skip


def value(name, keyword):
    """The value for a keyword of the callable with this last name; a KeyError tells that none is known."""
    of_callable = name.rpartition(".")[2] + "." + keyword
    return OF_CALLABLE[of_callable] if of_callable in OF_CALLABLE else VALUES[keyword]


def data():
    """One batch."""
    return np.zeros((8, SIZE), "float32"), np.zeros((8, 1), "float32")
