"""The two phases of every guide to transfer learning, with `training=False` where the base is called.

What it shows: one word, three outcomes. On TensorFlow 2.0 to 2.15 with their own Keras it keeps the base in inference
mode through both phases: nothing to report. Keras 3 ignores it in `fit` once the base is unfrozen, and the statistics
of ImageNet are replaced (BN103). Standalone Keras up to 2.3.1 knows no such argument: the call raises a TypeError, and
no training follows. Compare d_fine_tuned.py.
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
features = base(inputs, training=False)
pooled = GlobalAveragePooling2D()(features)
outputs = Dense(1, activation="sigmoid")(pooled)
model = Model(inputs, outputs)

model.compile(optimizer=Adam(), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, epochs=10, validation_split=0.2)

base.trainable = True
model.compile(optimizer=Adam(1e-5), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, epochs=5, validation_split=0.2)
