"""A small network from scratch on 2,000 images: the moving statistics never arrive.

Every update keeps 0.99 of the old moving statistics. Five epochs of 63 batches are 315 updates, and 0.99 ** 315 is
0.042: at the end 4 % of mean 0 and variance 1 are left in them, after the first epoch 53 %. So training looks right,
and validation, which uses the moving statistics, lags behind it for no other reason.

What it shows: BN201, with that share in the message, and a smaller momentum as the way out (0.9 ** 63 is 0.001 after
one epoch). Standalone Keras 2.1.3 to 2.2.4 replaces the statistics in its first step: nothing of the start is left.
"""

from keras.datasets import cifar10
from keras.layers import Activation, BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D
from keras.models import Sequential
from keras.utils import to_categorical

IMAGES = 2000

(x_train, y_train), (x_test, y_test) = cifar10.load_data()
x_train, y_train = x_train[:IMAGES] / 255.0, to_categorical(y_train[:IMAGES], 10)
x_test, y_test = x_test / 255.0, to_categorical(y_test, 10)

model = Sequential()
model.add(Conv2D(32, 3, padding="same", use_bias=False, input_shape=(32, 32, 3)))
model.add(BatchNormalization())
model.add(Activation("relu"))
model.add(Conv2D(64, 3, strides=2, padding="same", use_bias=False))
model.add(BatchNormalization())
model.add(Activation("relu"))
model.add(GlobalAveragePooling2D())
model.add(Dense(10, activation="softmax"))

model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, epochs=5, validation_data=(x_test, y_test))
