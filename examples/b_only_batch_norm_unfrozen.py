"""InceptionV3 with everything frozen but its BatchNormalization layers.

Meant as a cure for the gap between training and validation: "let the statistics adapt". What happens is the reverse.
All 94 BatchNormalization layers leave inference mode, their statistics drift towards the new images, and the frozen
convolutions, trained together with the old statistics, get inputs that they have never seen.

What it shows: of the backbone the BatchNormalization layers alone are trained, on every release (BN105). It is a
warning, since there are people who mean it.
"""

import numpy as np
from keras.applications.inception_v3 import InceptionV3, preprocess_input
from keras.layers import BatchNormalization, Dense, GlobalAveragePooling2D
from keras.models import Model

x_train = preprocess_input(np.load("x_train.npy"))
y_train = np.load("y_train.npy")
x_test = preprocess_input(np.load("x_test.npy"))
y_test = np.load("y_test.npy")

base = InceptionV3(weights="imagenet", include_top=False, input_shape=(299, 299, 3))
pooled = GlobalAveragePooling2D()(base.output)
predictions = Dense(200, activation="softmax")(pooled)
model = Model(base.input, predictions)

for layer in base.layers:
    layer.trainable = False
    if isinstance(layer, BatchNormalization):
        layer.trainable = True

model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, epochs=10, validation_data=(x_test, y_test))
