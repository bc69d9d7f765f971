"""Train a classifier of flowers on top of ResNet50, then fine-tune it: the script that speed.py has linted."""

import argparse
import json
import os
import random

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.applications.resnet50 import ResNet50, preprocess_input

IMAGE_SIZE = 224
CLASSES = ["daisy", "dandelion", "roses", "sunflowers", "tulips"]
SEED = 1337


def parse_arguments():
    """The options of this script; the defaults reproduce the published run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="flowers", help="folder with train/ and valid/")
    parser.add_argument("--output", default="runs/flowers", help="where weights and curves go")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=10, help="epochs for the head")
    parser.add_argument("--fine-tune-epochs", type=int, default=5)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--no-augmentation", action="store_true")
    return parser.parse_args()


def set_seeds(seed):
    """The same order and the same initial weights in every run."""
    os.environ["PYTHONHASHSEED"] = str(seed)
    random.seed(seed)
    np.random.seed(seed)
    tf.random.set_seed(seed)


def load(folder, batch_size, shuffle):
    """The images of one folder as batches of (image, one-hot label)."""
    dataset = keras.utils.image_dataset_from_directory(
        folder,
        label_mode="categorical",
        class_names=CLASSES,
        image_size=(IMAGE_SIZE, IMAGE_SIZE),
        batch_size=batch_size,
        shuffle=shuffle,
        seed=SEED,
    )
    return dataset.prefetch(tf.data.AUTOTUNE)


def augmentation(enabled):
    """Small changes that leave a flower a flower."""
    if not enabled:
        return keras.Sequential([layers.Lambda(lambda images: images)], name="augmentation")
    return keras.Sequential(
        [
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.1),
            layers.RandomZoom(0.1),
        ],
        name="augmentation",
    )


def build_model(augment, dropout):
    """A frozen ResNet50 with a new head; returns both, the base for the second phase."""
    base = ResNet50(include_top=False, weights="imagenet", input_shape=(IMAGE_SIZE, IMAGE_SIZE, 3))
    base.trainable = False

    inputs = keras.Input(shape=(IMAGE_SIZE, IMAGE_SIZE, 3))
    x = augmentation(augment)(inputs)
    x = preprocess_input(x)
    x = base(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(256)(x)
    x = layers.BatchNormalization(momentum=0.1)(x)
    x = layers.Activation("relu")(x)
    x = layers.Dropout(dropout)(x)
    outputs = layers.Dense(len(CLASSES), activation="softmax")(x)
    return keras.Model(inputs, outputs), base


def callbacks(folder, patience):
    """Stop early, keep the best weights, lower the rate on a plateau."""
    return [
        keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=max(1, patience // 2)),
        keras.callbacks.CSVLogger(os.path.join(folder, "log.csv"), append=True),
    ]


def compile_model(model, rate):
    """Adam at the given rate on the cross-entropy."""
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )


def confusion(model, dataset):
    """How often each class is taken for each other one."""
    table = np.zeros((len(CLASSES), len(CLASSES)), dtype=int)
    for images, labels in dataset:
        guesses = np.argmax(model.predict(images, verbose=0), axis=1)
        for truth, guess in zip(np.argmax(labels, axis=1), guesses, strict=True):
            table[truth, guess] += 1
    return table


def count_images(dataset):
    """The images of a dataset, by going through it once."""
    return sum(len(images) for images, _ in dataset)


def main():
    """Both phases, then a report."""
    arguments = parse_arguments()
    set_seeds(SEED)
    os.makedirs(arguments.output, exist_ok=True)

    train = load(os.path.join(arguments.data, "train"), arguments.batch_size, shuffle=True)
    valid = load(os.path.join(arguments.data, "valid"), arguments.batch_size, shuffle=False)

    print(f"{count_images(train)} images to train on, {count_images(valid)} to validate on")

    model, base = build_model(not arguments.no_augmentation, arguments.dropout)
    compile_model(model, arguments.learning_rate)
    model.summary()
    history = model.fit(train, validation_data=valid, epochs=arguments.epochs, callbacks=callbacks(arguments.output, 5))

    base.trainable = True
    for layer in base.layers[:100]:
        layer.trainable = False
    compile_model(model, arguments.learning_rate / 100)
    tuned = model.fit(
        train, validation_data=valid, epochs=arguments.fine_tune_epochs, callbacks=callbacks(arguments.output, 3)
    )

    curves = {"head": history.history, "fine-tuning": tuned.history}
    with open(os.path.join(arguments.output, "curves.json"), "w") as file:
        json.dump(curves, file, indent=2, default=float)
    print(confusion(model, valid))
    model.save(os.path.join(arguments.output, "flowers.keras"))


if __name__ == "__main__":
    main()
