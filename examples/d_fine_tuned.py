"""The two phases of every guide to transfer learning: train a head on a frozen base, then fine-tune the base.

What it shows: the base is called without `training=False`. While it is frozen that is harmless from TensorFlow 2.0's
Keras on (BN101 says so), but standalone Keras normalizes it by the batch (BN104). In the second phase all 53
BatchNormalization layers are in training mode, and a few epochs replace the statistics of ImageNet (BN102).
Compare d_fine_tuned_training_false.py.
"""

import numpy as np
from keras.applications.resnet50 import ResNet50, preprocess_input
from keras.layers import Dense, GlobalAveragePooling2D, Input
from keras.models import Model
from keras.optimizers import Adam

x_train = preprocess_input(np.load("cats_and_dogs.npy"))
y_train = np.load("labels.npy")

base = ResNet50(weights="imagenet", include_top=False, input_shape=(160, 160, 3))
base.trainable = False

inputs = Input(shape=(160, 160, 3))
features = base(inputs)
pooled = GlobalAveragePooling2D()(features)
outputs = Dense(1, activation="sigmoid")(pooled)
model = Model(inputs, outputs)

model.compile(optimizer=Adam(), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, epochs=10, validation_split=0.2)

base.trainable = True
model.compile(optimizer=Adam(1e-5), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, epochs=5, validation_split=0.2)
