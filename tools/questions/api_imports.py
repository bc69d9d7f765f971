"""Which import paths there are. Each is tried in a process of its own: an import may bring attributes into being."""

import os

FROM = """
keras.layers: BatchNormalization BatchNormalizationV1 BatchNormalizationV2 SyncBatchNormalization GroupNormalization
keras.layers: LayerNormalization UnitNormalization SpectralNormalization RMSNormalization Normalization Rescaling
keras.layers.normalization: BatchNormalization
keras.layers.normalization.batch_normalization: BatchNormalization SyncBatchNormalization
keras.layers.normalization.batch_normalization_v1: BatchNormalization
keras.layers.core: Dense
keras.layers.convolutional: Conv2D
keras.engine: Layer
keras.engine.topology: Layer
keras.applications: EfficientNetB0 ResNet50V2
keras.applications.resnet50: ResNet50
keras.preprocessing.image: ImageDataGenerator
keras.legacy.preprocessing.image: ImageDataGenerator
keras.utils: multi_gpu_model
keras.utils.training_utils: multi_gpu_model
tensorflow.keras.layers: BatchNormalization
tensorflow.keras.layers.experimental: SyncBatchNormalization
tensorflow.python.keras.layers: BatchNormalization BatchNormalizationV1 BatchNormalizationV2
tensorflow.python.keras.layers.normalization: BatchNormalization
tensorflow.python.keras.layers.normalization_v2: BatchNormalization
tensorflow.python.keras.applications.resnet50: ResNet50
tensorflow.python.keras.engine.training: Model
tensorflow_core.python.keras.layers: BatchNormalization
"""
OF_TENSORFLOW = """
keras.layers.BatchNormalization keras.layers.BatchNormalizationV1 keras.layers.BatchNormalizationV2
keras.layers.GroupNormalization keras.layers.Rescaling keras.layers.SyncBatchNormalization
keras.layers.experimental.SyncBatchNormalization keras.layers.experimental.preprocessing.Rescaling
keras.backend.set_learning_phase keras.preprocessing.image.ImageDataGenerator keras.utils.multi_gpu_model
keras.experimental.export_saved_model compat.v1.keras.layers.BatchNormalization compat.v1.layers.BatchNormalization
compat.v1.layers.batch_normalization compat.v1.nn.fused_batch_norm layers.BatchNormalization layers.batch_normalization
contrib.layers.batch_norm nn.batch_normalization nn.fused_batch_norm
"""
OF_TF_KERAS = """
layers.BatchNormalization layers.experimental.SyncBatchNormalization layers.experimental.preprocessing.Rescaling
backend.set_learning_phase preprocessing.image.ImageDataGenerator
"""


def statements():
    """Every statement, as it is written."""
    yield "import keras_applications"
    for line in FROM.strip().splitlines():
        module, names = line.split(": ")
        for name in names.split():
            yield "from %s import %s" % (module, name)
    for path in OF_TENSORFLOW.split():
        yield "import tensorflow as tf; tf." + path
    for path in OF_TF_KERAS.split():
        yield "import tf_keras; tf_keras." + path


def tried(statement):
    """``"exists"``, or the class of what the statement raises, by a child process."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        answer = "exists"
        try:
            exec(statement, {})
        except Exception as error:
            answer = type(error).__name__
        os.write(write, answer.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as stream:
        answer = stream.read()
    os.waitpid(child, 0)
    return answer or None


def imports(context):
    """All statements; those that speak of TensorFlow only where there is one."""
    return {statement: tried(statement) for statement in statements() if context.tf or "tensorflow" not in statement}


QUESTIONS = {"q16_imports": imports}
