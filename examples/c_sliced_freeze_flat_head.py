"""The first 140 layers of ResNet50 frozen, a new head on its output, trained from a generator.

Published for Keras 2.1.5 on 200 images of CIFAR-10: accuracy 0.98 in training and 0.86 on the very same images in
inference mode, which cannot be overfitting. With the frozen layers in inference mode it is 1.0 on both.

What it shows: in standalone Keras a frozen BatchNormalization goes on normalizing by the batch (BN104, TensorFlow 1
and 2.0). From TensorFlow 2.0's own Keras on it does not, and what is left are the unfrozen layers of the last block,
whose statistics are overwritten (BN102) on every release.
"""

import numpy as np
from keras.applications.resnet50 import ResNet50, preprocess_input
from keras.layers import Dense, GlobalAveragePooling2D
from keras.models import Model
from keras.optimizers import SGD

BATCH_SIZE = 32

x_train = preprocess_input(np.load("x_train.npy"))
y_train = np.load("y_train.npy")
x_test = preprocess_input(np.load("x_test.npy"))
y_test = np.load("y_test.npy")


def batches():
    """Shuffled batches without end."""
    while True:
        order = np.random.permutation(len(x_train))
        for start in range(0, len(order) - BATCH_SIZE + 1, BATCH_SIZE):
            chosen = order[start : start + BATCH_SIZE]
            yield x_train[chosen], y_train[chosen]


base = ResNet50(weights="imagenet", include_top=False, input_shape=(224, 224, 3))
pooled = GlobalAveragePooling2D()(base.output)
predictions = Dense(10, activation="softmax")(pooled)
model = Model(base.input, predictions)

for layer in model.layers[:140]:
    layer.trainable = False
for layer in model.layers[140:]:
    layer.trainable = True

model.compile(optimizer=SGD(1e-4, momentum=0.9), loss="categorical_crossentropy", metrics=["accuracy"])
model.fit_generator(
    batches(),
    steps_per_epoch=len(x_train) // BATCH_SIZE,
    epochs=10,
    validation_data=(x_test, y_test),
)
