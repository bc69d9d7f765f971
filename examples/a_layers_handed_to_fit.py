"""A frozen ResNet50 in a Sequential that learns its training images and fails on every other.

Published for TensorFlow 2.1: accuracy 0.78 in training and 0.10 in validation, for twenty epochs. The advice of the
time was `layers=tf.keras.layers`. On TensorFlow 2.0 that belongs to the constructor, ResNet50(...); `fit_generator`
has never had such an argument and raises a TypeError.

What it shows: TensorFlow 2.0 builds ResNet50 from an older BatchNormalization class, which normalizes by the batch
even while it is frozen (BN104). TensorFlow 2.15 and Keras 3 keep frozen layers in inference mode: the misplaced
argument (BN302) and the old method (BN303) are left, and a note that a Sequential has no place for `training=False`
(BN101).
"""

import tensorflow as tf
from tensorflow.keras.applications.resnet50 import ResNet50, preprocess_input
from tensorflow.keras.preprocessing.image import ImageDataGenerator

SIZE = 224
CLASSES = 10

images = ImageDataGenerator(preprocessing_function=preprocess_input)
training = images.flow_from_directory("data/train", target_size=(SIZE, SIZE), batch_size=32)
validation = images.flow_from_directory("data/validation", target_size=(SIZE, SIZE), batch_size=32, shuffle=False)

model = tf.keras.Sequential()
model.add(ResNet50(include_top=False, weights="imagenet", pooling="avg", input_shape=(SIZE, SIZE, 3)))
model.add(tf.keras.layers.Dense(CLASSES, activation="softmax"))
model.layers[0].trainable = False

model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit_generator(training, epochs=20, validation_data=validation, layers=tf.keras.layers)
