"""What is measured: the paths and keyword arguments that public programs use, and what the rules need besides.

``tools/measurements/api_uses.json`` is made by ``tools/count_api_uses.py``. A path below one of the three roots of
Keras is measured below all three.
"""

import json
import os

USES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "measurements", "api_uses.json")
KERAS_ROOTS = ("keras", "tensorflow.keras", "tf_keras")
APPLICATIONS = """
convnext densenet efficientnet efficientnet_v2 imagenet_utils inception_resnet_v2 inception_v3 mobilenet mobilenet_v2
mobilenet_v3 music_tagger_crnn nasnet regnet resnet resnet50 resnet_rs resnet_v2 resnext vgg16 vgg19 xception
""".split()
BELOW_KERAS = """
activations applications backend.is_keras_tensor backend.learning_phase backend.set_learning_phase
backend.learning_phase_scope backend.symbolic_learning_phase backend.in_train_phase backend.get_session
backend.set_session backend.function backend.image_dim_ordering backend.set_image_dim_ordering
callbacks.callbacks callbacks.experimental.BackupAndRestore engine.base_layer.Layer engine.base_layer.InputSpec
engine.functional.Functional engine.input_layer.Input engine.network.Network engine.sequential.Sequential
estimator.model_to_estimator experimental.export_saved_model experimental.load_from_saved_model
experimental.terminate_keras_multiprocessing_pools layers.BatchNormalizationV1 layers.BatchNormalizationV2
layers.Convolution1D layers.Convolution3D layers.CuDNNGRU layers.CuDNNLSTM layers.Deconvolution2D layers.DenseFeatures
layers.GroupNormalization layers.Highway layers.LayerNormalization layers.Merge layers.MaxoutDense
layers.RMSNormalization layers.SeparableConvolution2D layers.SpectralNormalization layers.SyncBatchNormalization
layers.ThresholdedReLU layers.TimeDistributedDense layers.UnitNormalization layers.advanced_activations.ThresholdedReLU
layers.convolutional_recurrent.ConvLSTM2D layers.core.Masking layers.core.TFOpLambda layers.core.dense.Dense
layers.experimental.EinsumDense layers.experimental.preprocessing.PreprocessingLayer layers.local.LocallyConnected1D
layers.noise.GaussianDropout layers.normalization.LayerNormalization
layers.normalization.batch_normalization.BatchNormalization
layers.normalization.batch_normalization.SyncBatchNormalization
layers.normalization.batch_normalization_v1.BatchNormalization layers.normalization_v2.BatchNormalization
layers.pooling.GlobalMaxPooling2D layers.recurrent.SimpleRNN layers.wrappers.Wrapper legacy.interfaces
legacy.layers.Merge legacy.preprocessing.image.ImageDataGenerator losses.mse losses.kullback_leibler_divergence
metrics.mse mixed_precision.set_global_policy mixed_precision.experimental.loss_scale models.Functional
models.model_from_config models.model_from_yaml models.save_model objectives.categorical_crossentropy
optimizers.TFOptimizer optimizers.experimental.Adam optimizers.experimental.SGD optimizers.legacy.RMSprop
optimizers.legacy optimizers.experimental preprocessing.image.apply_transform preprocessing.image.random_shift
preprocessing.image.smart_resize preprocessing.image_dataset_from_directory preprocessing.text.one_hot
preprocessing.text.hashing_trick preprocessing.timeseries_dataset_from_array
premade.LinearModel saving.load_model saving.register_keras_serializable src.layers.BatchNormalization
utils.HDF5Matrix utils.OrderedEnqueuer utils.Sequence utils.generic_utils.CustomObjectScope
utils.generic_utils.deserialize_keras_object utils.generic_utils.serialize_keras_object utils.get_source_inputs
utils.image_dataset_from_directory utils.io_utils.HDF5Matrix utils.layer_utils.count_params
utils.layer_utils.print_summary utils.multi_gpu_model utils.np_utils.normalize utils.np_utils.probas_to_classes
utils.pack_x_y_sample_weight utils.training_utils.multi_gpu_model utils.unpack_x_y_sample_weight utils.warnings
wrappers.SKLearnClassifier wrappers.scikit_learn
""".split()
ELSEWHERE = """
keras_applications.resnet50.ResNet50 keras_applications.resnet_v2.ResNet50V2 keras_applications.resnext.ResNeXt50
keras_applications.densenet.DenseNet121 keras_applications.inception_v3.InceptionV3 keras_preprocessing.image
keras_preprocessing.image.ImageDataGenerator
tensorflow.compat.v1.layers.BatchNormalization tensorflow.layers.BatchNormalization tensorflow.nn.fused_batch_norm
tensorflow.compat.v1.nn.fused_batch_norm tensorflow.nn.moments tensorflow.contrib.keras
tensorflow.contrib.keras.layers.BatchNormalization tensorflow.contrib.layers.group_norm tensorflow.estimator.Estimator
tensorflow.python.keras.layers.BatchNormalizationV1 tensorflow.python.keras.layers.BatchNormalizationV2
tensorflow.python.keras.layers.normalization.BatchNormalization
tensorflow.python.keras.layers.normalization_v2.BatchNormalization tensorflow.python.keras.engine.training.Model
tensorflow.python.keras._impl.keras.layers.BatchNormalization tensorflow_core.python.keras.layers.BatchNormalization
tensorflow.distribute.MirroredStrategy tensorflow.distribute.experimental.ParameterServerStrategy
tensorflow.enable_eager_execution tensorflow.GraphKeys.UPDATE_OPS tensorflow.compat.v1.GraphKeys.UPDATE_OPS
tensorflow.estimator.inputs
""".split()

OLD_LAYER = "W_constraint W_regularizer activity_regularizer b_constraint b_regularizer bias init input_shape weights"
OLD_CONVOLUTION = (
    OLD_LAYER + " border_mode dim_ordering filter_length nb_col nb_filter nb_row subsample subsample_length"
)
NORM = """
adjustment axis axis=[1,2] axis=[3] beta_constraint beta_init beta_initializer beta_regularizer center decay dtype
epsilon fused gamma_constraint gamma_init gamma_initializer gamma_regularizer input_shape mode mode=1 mode=2 momentum
moving_mean_initializer moving_variance_initializer name renorm renorm_clipping renorm_momentum scale synchronized
trainable training virtual_batch_size weights
"""
LEARNING_RATE = "clipnorm clipvalue decay epsilon global_clipnorm learning_rate lr name weight_decay"
APPLICATION = """
alpha backend classes classifier_activation dropout include_preprocessing include_top input_shape input_tensor layers
minimalistic models name pooling utils
"""
ON_GENERATOR = "generator max_q_size max_queue_size nb_worker pickle_safe steps val_samples verbose workers"
MORE = {
    "layers.BatchNormalization": NORM,
    "layers.experimental.SyncBatchNormalization": NORM,
    "compat.v1.keras.layers.BatchNormalization": NORM,
    "layers.Dense": OLD_LAYER + " input_dim output_dim",
    "layers.Conv1D": OLD_CONVOLUTION,
    "layers.Conv2D": OLD_CONVOLUTION + " data_format groups",
    "layers.Convolution2D": OLD_CONVOLUTION + " data_format",
    "layers.Conv2DTranspose": OLD_CONVOLUTION + " output_padding output_shape",
    "layers.Conv3D": OLD_CONVOLUTION,
    "layers.DepthwiseConv2D": "depthwise_regularizer kernel_initializer kernel_regularizer",
    "layers.SeparableConv2D": "kernel_initializer kernel_regularizer",
    "layers.MaxPooling2D": "border_mode data_format dim_ordering",
    "layers.AveragePooling2D": "border_mode data_format dim_ordering",
    "layers.MaxPooling1D": "border_mode pool_length stride",
    "layers.GlobalAveragePooling2D": "data_format dim_ordering keepdims",
    "layers.UpSampling2D": "data_format dim_ordering interpolation",
    "layers.ZeroPadding2D": "data_format dim_ordering",
    "layers.Cropping2D": "data_format dim_ordering",
    "layers.Dropout": "p rate seed",
    "layers.GaussianNoise": "sigma stddev",
    "layers.SpatialDropout2D": "p rate dim_ordering",
    "layers.Embedding": "W_constraint W_regularizer dropout init input_length weights",
    "layers.LSTM": OLD_LAYER
    + """ U_regularizer batch_input_shape consume_less dropout_U dropout_W forget_bias_init
        implementation inner_activation inner_init input_dim output_dim stateful time_major unroll
        unit_forget_bias""",
    "layers.GRU": OLD_LAYER + " consume_less dropout_U dropout_W inner_activation output_dim reset_after",
    "layers.Input": "batch_shape batch_size dtype name ragged sparse tensor type_spec",
    "layers.InputLayer": "batch_input_shape batch_shape input_shape shape",
    "layers.LeakyReLU": "alpha negative_slope",
    "layers.PReLU": "init shared_axes weights",
    "layers.ELU": "alpha",
    "layers.Reshape": "dims",
    "layers.Lambda": "arguments mask output_shape",
    "layers.Flatten": "data_format",
    "layers.LayerNormalization": "axis epsilon rms_scaling",
    "layers.MultiHeadAttention": "flash_attention",
    "optimizers.Adadelta": LEARNING_RATE + " rho",
    "optimizers.Adagrad": LEARNING_RATE,
    "optimizers.Adam": LEARNING_RATE + " amsgrad beta_1 beta_2 use_ema",
    "optimizers.AdamW": LEARNING_RATE,
    "optimizers.Adamax": LEARNING_RATE,
    "optimizers.Nadam": LEARNING_RATE + " schedule_decay",
    "optimizers.RMSprop": LEARNING_RATE + " rho momentum centered",
    "optimizers.SGD": LEARNING_RATE + " momentum nesterov",
    "optimizers.legacy.Adam": LEARNING_RATE,
    "optimizers.legacy.RMSprop": LEARNING_RATE,
    "optimizers.legacy.SGD": LEARNING_RATE,
    "callbacks.EarlyStopping": "baseline restore_best_weights start_from_epoch",
    "callbacks.LearningRateScheduler": "verbose",
    "callbacks.ModelCheckpoint": "initial_value_threshold options period save_freq",
    "callbacks.ReduceLROnPlateau": "epsilon min_delta",
    "callbacks.TensorBoard": "batch_size embeddings_freq embeddings_layer_names profile_batch update_freq write_grads",
    "Model": "input inputs name output outputs trainable",
    "Sequential": "layers name trainable",
    "Model.fit": """batch_size callbacks class_weight epochs initial_epoch max_queue_size nb_epoch sample_weight
        show_accuracy shuffle steps_per_epoch use_multiprocessing validation_batch_size validation_data validation_freq
        validation_split validation_steps verbose workers x y layers""",
    "Model.compile": """auto_scale_loss class_mode decay jit_compile layers loss_weights lr metrics run_eagerly
        sample_weight_mode steps_per_execution target_tensors weighted_metrics""",
    "Model.evaluate": "batch_size callbacks max_queue_size return_dict sample_weight steps use_multiprocessing workers",
    "Model.predict": "batch_size callbacks max_queue_size steps use_multiprocessing verbose workers",
    "Model.fit_generator": """callbacks class_weight epochs generator initial_epoch max_q_size max_queue_size nb_epoch
        nb_val_samples nb_worker pickle_safe samples_per_epoch shuffle steps_per_epoch use_multiprocessing
        validation_data validation_steps verbose workers layers""",
    "Model.evaluate_generator": ON_GENERATOR,
    "Model.predict_generator": ON_GENERATOR,
    "Model.train_on_batch": "class_weight reset_metrics return_dict sample_weight",
    "Model.save": "include_optimizer options overwrite save_format signatures zipped",
    "Model.save_weights": "options overwrite save_format",
    "Model.load_weights": "by_name options skip_mismatch",
    "Model.summary": "expand_nested layer_range line_length print_fn show_trainable",
    "Sequential.predict_classes": "batch_size verbose",
    "Sequential.predict_proba": "batch_size verbose",
    "preprocessing.image.ImageDataGenerator": """brightness_range data_format dim_ordering dtype
        interpolation_order validation_split""",
    "utils.to_categorical": "nb_classes num_classes dtype",
    "models.load_model": "compile custom_objects options safe_mode",
    "models.save_model": "include_optimizer overwrite save_format",
    "models.clone_model": "call_function clone_function input_tensors recursive",
    "preprocessing.image.load_img": "color_mode grayscale interpolation keep_aspect_ratio target_size",
    "utils.multi_gpu_model": "cpu_merge cpu_relocation gpus",
    "backend.set_learning_phase": "value",
}
MORE.update({"applications." + name: APPLICATION for name in (
    "ConvNeXtTiny DenseNet121 DenseNet169 DenseNet201 EfficientNetB0 EfficientNetV2B0 InceptionResNetV2 InceptionV3 "
    "MobileNet MobileNetV2 MobileNetV3Large MobileNetV3Small NASNetMobile RegNetX002 ResNet50 ResNet50V2 ResNet101 "
    "ResNetRS50 VGG16 VGG19 Xception"
).split()})  # fmt: skip
METHODS = """
call compute_loss compute_metrics count_params evaluate evaluate_generator export fit fit_generator from_config
get_compile_config get_config get_layer get_weights layers load_weights make_predict_function make_test_function
make_train_function metrics_names non_trainable_variables predict predict_classes predict_generator predict_on_batch
predict_proba predict_step quantize reset_metrics reset_states save save_spec save_weights set_weights state_updates
stateful summary test_on_batch test_step to_json to_yaml train_on_batch train_step trainable trainable_variables
trainable_weights updates
""".split()


def _uses():
    with open(USES) as stream:
        return json.load(stream)


def paths():
    """Every dotted path to be measured."""
    below, others = set(BELOW_KERAS), set(ELSEWHERE)
    for path in _uses()["paths"]:
        root = next((root for root in KERAS_ROOTS if path.startswith(root + ".")), None)
        if root is None:
            others.add(path)
        else:
            below.add(path[len(root) + 1 :])
    for module in APPLICATIONS:
        below.update({"applications." + module, "applications." + module + ".preprocess_input"})
    parents = {path.rpartition(".")[0] for path in below} - {""}
    everything = below | parents
    return sorted(others | {root + "." + path for root in KERAS_ROOTS for path in everything})


def arguments():
    """Keyword arguments to be measured, by callable; with a value where it matters (``"axis=[3]"``)."""
    used = _uses()["arguments"].items()
    found = {name: set(keywords.split()) for name, keywords in used if not name.startswith("Model.")}
    for name, keywords in MORE.items():
        found.setdefault(name, set()).update(keywords.split())
    found["layers.Normalization"] -= {"mean", "variance"}  # one goes with the other
    for name, own in found.items():
        if name.startswith("applications."):
            own.discard("weights")  # what the calls are stopped at
    return {name: sorted(keywords) for name, keywords in sorted(found.items())}
