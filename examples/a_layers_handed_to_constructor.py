"""The program of a_layers_handed_to_fit.py with the argument where it belongs, on the release it was meant for.

What it shows: on TensorFlow 2.0 `layers=tf.keras.layers` builds ResNet50 from the newer BatchNormalization, and frozen
layers are in inference mode: nothing is wrong. TensorFlow 2.15 still accepts it here and it changes nothing; on Keras 3
it raises a TypeError (BN301). The note that a Sequential has no place for `training=False` (BN101) stays.
"""

import tensorflow as tf
from tensorflow.keras.applications.resnet50 import ResNet50, preprocess_input
from tensorflow.keras.preprocessing.image import ImageDataGenerator

SIZE = 224
CLASSES = 10

images = ImageDataGenerator(preprocessing_function=preprocess_input)
training = images.flow_from_directory("data/train", target_size=(SIZE, SIZE), batch_size=32)
validation = images.flow_from_directory("data/validation", target_size=(SIZE, SIZE), batch_size=32, shuffle=False)

base = ResNet50(
    include_top=False, weights="imagenet", pooling="avg", input_shape=(SIZE, SIZE, 3), layers=tf.keras.layers
)
base.trainable = False
model = tf.keras.Sequential([base, tf.keras.layers.Dense(CLASSES, activation="softmax")])

model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(training, epochs=20, validation_data=validation)
