"""Ways to compile and to train, and what real Keras does with each program."""

from __future__ import annotations

import pytest

from tests.constructs import programs
from tests.constructs.programs import Fits, params, totals
from tests.reading import FROZEN, INFERENCE_BUT_TRAINED, TRAINS, UNKNOWN

DRIFTS = ("batch", True, False)
"""No gradient reaches gamma and beta, and the moving statistics follow the batches."""

BOTH_MODES = (None, True, True)
"""Called in training mode and in inference mode in one step."""

TRAINED_IN_SOME_MODE = (None, None, True)
"""Trained, in a mode that is not known."""

GAPS = {
    "a fit inside a callback",
    "a callback that unfreezes",
    "a callback that freezes before the training",
    "a lambda callback that unfreezes",
}
"""Programs of which bnlint does not yet know what is true."""

BEFORE = (
    programs.BEFORE
    + """
    def step(model, x, y, variables=None, training=True):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x, training=training) - y) ** 2)
        variables = model.trainable_variables if variables is None else variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss


    optimizer = keras.optimizers.SGD(1e-2)
"""
)

# the program; its fits on Keras 2.15 and on Keras 3.15
CASES: dict[str, tuple[str, Fits]] = {
    "fit of a chain": (
        """
        def build():
            base = backbone()
            base.trainable = False
            model = classifier(base)
            model.compile("sgd", "mse")
            return model

        history = build().fit(images, labels).history
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "compile without arguments by position": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        options = {"optimizer": "sgd", "loss": "mse", "metrics": ["mae"]}
        model.compile(**options)
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a history from a helper": (
        """
        def train(model, data, epochs=1):
            model.compile("sgd", "mse")
            history = model.fit(*data, epochs=epochs)
            return history

        base = backbone()
        base.trainable = False
        history = train(classifier(base), (images, labels))
        print(history.history["loss"])
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "fit with a dictionary of options": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        options = dict(x=images, y=labels, epochs=1, verbose=0)
        model.fit(**options)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a method taken as value": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        train = model.fit
        train(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "fit called through the class": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        keras.Model.fit(model, images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "evaluate, predict and save around a fit": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        model.evaluate(images, labels)
        model.fit(images, labels)
        model.predict(images)
        model.save("model.keras")
        model.save_weights("model.weights.h5")
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a fit after saving and loading": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        fit(model)
        model.save("model.keras")
        loaded = keras.models.load_model("model.keras")
        loaded.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "weights saved and loaded": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        fit(model)
        model.save_weights("model.weights.h5")
        other = backbone()
        model = classifier(other)
        model.load_weights("model.weights.h5")
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "train_on_batch and test_on_batch": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        for x, y in batches:
            model.train_on_batch(x, y)
            model.test_on_batch(x, y)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "unfrozen between batches without compiling": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        model.train_on_batch(images, labels)
        base.trainable = True
        model.train_on_batch(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "two phases": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        model.fit(images, labels)
        base.trainable = True
        model.compile(keras.optimizers.SGD(1e-5), "mse")
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "two phases without compiling again": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        model.fit(images, labels)
        base.trainable = True
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "frozen after the first phase without compiling again": (
        """
        base = backbone()
        model = classifier(base)
        model.compile("sgd", "mse")
        model.fit(images, labels)
        base.trainable = False
        model.fit(images, labels)
        """,
        [{TRAINS: 3}],
    ),
    "compile after fit": (
        """
        base = backbone()
        model = classifier(base)
        model.compile("sgd", "mse")
        model.fit(images, labels)
        base.trainable = False
        model.compile("sgd", "mse")
        """,
        [{TRAINS: 3}],
    ),
    "compiled twice before the fit": (
        """
        base = backbone()
        model = classifier(base)
        model.compile("sgd", "mse")
        base.trainable = False
        model.compile("adam", "mse")
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a new rate without compiling": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        fit(model)
        model.optimizer.learning_rate = 1e-5
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a new rate, unfrozen, without compiling": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        fit(model)
        base.trainable = True
        model.optimizer.learning_rate.assign(1e-5)
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "run eagerly": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse", run_eagerly=True)
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a model wrapped around a trained one": (
        """
        base = backbone()
        inner = classifier(base)
        fit(inner)
        inner.trainable = False
        fit(keras.Sequential([inner, layers.Dense(1)]))
        """,
        [{TRAINS: 3}, {FROZEN: 3}],
    ),
    "the last layer taken off": (
        """
        model = classifier(backbone())
        fit(model)
        features = keras.Model(model.layers[0].input, model.layers[0].output)
        features.trainable = False
        fit(keras.Sequential([features, layers.Dense(1)]))
        """,
        [{TRAINS: 3}, {FROZEN: 2}],
    ),
    "a custom step": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(images, training=True) - labels) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a custom step without training": (
        """
        model = classifier(backbone())
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(images) - labels) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        """,
        [{INFERENCE_BUT_TRAINED: 3}],
    ),
    "a custom step in inference mode": (
        """
        model = classifier(backbone())
        step(model, images, labels, training=False)
        """,
        [{INFERENCE_BUT_TRAINED: 3}],
    ),
    "a step compiled by tf.function": (
        """
        @tf.function
        def train_step(x, y):
            with tf.GradientTape() as tape:
                predictions = model(x, training=True)
                loss = tf.reduce_mean((predictions - y) ** 2)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        base = backbone()
        base.trainable = False
        model = classifier(base)
        for epoch in range(2):
            for x, y in batches:
                loss = train_step(x, y)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "tf.function called as a function": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        fast_step = tf.function(step)
        fast_step(model, images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: measured with data of one shape, what was traced first counts; other shapes are traced anew
    "a flag changed between the calls of a compiled step": (
        """
        @tf.function
        def train_step(x, y):
            return step(model, x, y)

        base = backbone()
        base.trainable = False
        model = classifier(base)
        for x, y in batches:
            train_step(x, y)
        base.trainable = True
        for x, y in batches:
            train_step(x, y)
        """,
        [{FROZEN: 2, TRAINS: 1}, {UNKNOWN: 2, TRAINS: 1}],
    ),
    "a step of a helper for each phase": (
        """
        def make_step(model):
            @tf.function
            def train_step(x, y):
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
                variables = model.trainable_variables
                optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
            return train_step

        base = backbone()
        model = classifier(base)
        optimizer.build(model.trainable_variables)
        base.trainable = False
        make_step(model)(images, labels)
        base.trainable = True
        make_step(model)(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a step compiled anew for the second phase": (
        """
        def train(model):
            fast_step = tf.function(lambda x, y: step(model, x, y))
            for x, y in batches:
                fast_step(x, y)

        base = backbone()
        base.trainable = False
        train(classifier(base))
        base.trainable = True
        train(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a step over a dataset": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        dataset = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(8).batch(4)
        for i, (x, y) in enumerate(dataset):
            step(model, x, y)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a step under a strategy": (
        """
        strategy = tf.distribute.get_strategy()
        with strategy.scope():
            base = backbone()
            base.trainable = False
            model = classifier(base)

        @tf.function
        def distributed_step(x, y):
            return strategy.run(step, args=(model, x, y))

        for x, y in batches:
            distributed_step(tf.constant(x), tf.constant(y))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a step in a class": (
        """
        class Trainer:
            def __init__(self, model, optimizer):
                self.model = model
                self.optimizer = optimizer

            @tf.function
            def train_step(self, x, y):
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((self.model(x, training=True) - y) ** 2)
                variables = self.model.trainable_variables
                self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))

            def train(self, batches):
                for x, y in batches:
                    self.train_step(x, y)

        base = backbone()
        base.trainable = False
        Trainer(classifier(base), optimizer).train(batches)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "gradients of the last layers only": (
        """
        model = classifier(backbone())
        variables = model.layers[-1].trainable_variables
        step(model, images, labels, variables)
        """,
        [{DRIFTS: 3}],
    ),
    "gradients of two parts added": (
        """
        base, head = backbone(), keras.Sequential([layers.BatchNormalization(), layers.Dense(1)])
        head.build((None, 8))
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((head(base(images, training=False), training=True) - labels) ** 2)
        variables = base.trainable_variables + head.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        """,
        [{INFERENCE_BUT_TRAINED: 2, TRAINS: 1}],
    ),
    "gradients of a part, the rest in inference mode": (
        """
        base, head = backbone(), keras.Sequential([layers.BatchNormalization(), layers.Dense(1)])
        head.build((None, 8))
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((head(base(images, training=False), training=True) - labels) ** 2)
        optimizer.apply_gradients(zip(tape.gradient(loss, head.trainable_variables), head.trainable_variables))
        """,
        [{TRAINS: 1}],
    ),
    "gradients clipped": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(images, training=True) - labels) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        gradients, _ = tf.clip_by_global_norm(gradients, 1.0)
        gradients = [tf.clip_by_value(gradient, -1.0, 1.0) for gradient in gradients]
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "gradients filtered": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(images, training=True) - labels) ** 2)
        variables = model.trainable_variables
        pairs = [(g, v) for g, v in zip(tape.gradient(loss, variables), variables) if g is not None]
        optimizer.apply_gradients(pairs)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "gradients accumulated": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        total = [tf.zeros_like(variable) for variable in model.trainable_variables]
        for x, y in batches:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
            gradients = tape.gradient(loss, model.trainable_variables)
            total = [a + b for a, b in zip(total, gradients)]
        optimizer.apply_gradients(zip(total, model.trainable_variables))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "two tapes, two networks": (
        """
        generator = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization()])
        critic = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(1)])
        other = keras.optimizers.SGD(1e-2)
        with tf.GradientTape() as one, tf.GradientTape() as two:
            fake = generator(images, training=True)
            score = critic(fake, training=True)
            real = critic(images, training=True)
            loss, critic_loss = -tf.reduce_mean(score), tf.reduce_mean(score) - tf.reduce_mean(real)
        optimizer.apply_gradients(zip(one.gradient(loss, generator.trainable_variables), generator.trainable_variables))
        other.apply_gradients(zip(two.gradient(critic_loss, critic.trainable_variables), critic.trainable_variables))
        """,
        [{TRAINS: 1}],
    ),
    "a teacher that is only called": (
        """
        teacher, student = classifier(backbone()), classifier(backbone())
        for x, y in batches:
            targets = teacher(x, training=False)
            step(student, x, targets)
        """,
        [{TRAINS: 3}],
    ),
    "a step for all, then one for the head": (
        """
        base = backbone()
        model = classifier(base)
        step(model, images, labels)
        base.trainable = False
        step(model, images, labels)
        """,
        [{TRAINS: 3}, {FROZEN: 2, TRAINS: 1}],
    ),
    "a persistent tape": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        with tf.GradientTape(persistent=True) as tape:
            loss = tf.reduce_mean((model(images, training=True) - labels) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        del tape
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a loss scaled": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        scaled = keras.mixed_precision.LossScaleOptimizer(keras.optimizers.SGD(1e-2))
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(images, training=True) - labels) ** 2)
        scaled.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a train_step of the program": (
        """
        class Net(keras.Model):
            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
                gradients = tape.gradient(loss, self.trainable_variables)
                self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
                return {"loss": loss}

        base = backbone()
        base.trainable = False
        inputs = keras.Input((4,))
        model = Net(inputs, layers.Dense(1)(layers.BatchNormalization()(base(inputs))))
        model.compile("sgd")
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a train_step around that of Keras": (
        """
        class Net(keras.Model):
            def train_step(self, data):
                x, y = data
                return super().train_step((x * 2, y))

        base = backbone()
        base.trainable = False
        inputs = keras.Input((4,))
        model = Net(inputs, layers.Dense(1)(layers.BatchNormalization()(base(inputs))))
        model.compile("sgd", "mse")
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a train_step with compute_loss": (
        """
        class Net(keras.Model):
            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    predictions = self(x, training=True)
                    loss = self.compute_loss(y=y, y_pred=predictions)
                variables = self.trainable_variables
                self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
                return {metric.name: metric.result() for metric in self.metrics}

        base = backbone()
        base.trainable = False
        inputs = keras.Input((4,))
        model = Net(inputs, layers.Dense(1)(layers.BatchNormalization()(base(inputs))))
        model.compile("sgd", "mse")
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a loss of the program's own": (
        """
        class Net(keras.Model):
            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                return tf.reduce_mean((y_pred - y) ** 2)

        base = backbone()
        base.trainable = False
        inputs = keras.Input((4,))
        model = Net(inputs, layers.Dense(1)(layers.BatchNormalization()(base(inputs))))
        model.compile("sgd")
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an adversarial train_step": (
        """
        class GAN(keras.Model):
            def __init__(self, generator, critic):
                super().__init__()
                self.generator, self.critic = generator, critic

            def compile(self, generator_optimizer, critic_optimizer):
                super().compile()
                self.generator_optimizer, self.critic_optimizer = generator_optimizer, critic_optimizer

            def train_step(self, real):
                with tf.GradientTape() as tape:
                    fake = self.generator(real, training=True)
                    loss = tf.reduce_mean(self.critic(fake, training=True) - self.critic(real, training=True))
                variables = self.critic.trainable_variables
                self.critic_optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
                with tf.GradientTape() as tape:
                    loss = -tf.reduce_mean(self.critic(self.generator(real, training=True), training=True))
                variables = self.generator.trainable_variables
                self.generator_optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
                return {"loss": loss}

        generator = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization()])
        critic = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(1)])
        gan = GAN(generator, critic)
        gan.compile(keras.optimizers.SGD(1e-2), keras.optimizers.SGD(1e-2))
        gan.fit(images)
        """,
        [{TRAINS: 2}],
    ),
    "a distiller": (
        """
        class Distiller(keras.Model):
            def __init__(self, student, teacher):
                super().__init__()
                self.student = student
                self.teacher = teacher

            def train_step(self, data):
                x, y = data
                targets = self.teacher(x, training=False)
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((self.student(x, training=True) - targets) ** 2)
                variables = self.student.trainable_variables
                self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
                return {"loss": loss}

        distiller = Distiller(classifier(backbone()), classifier(backbone()))
        distiller.compile("sgd")
        distiller.fit(images, labels)
        """,
        [{FROZEN: 3, TRAINS: 3}],
    ),
    # measured with a stand-in for keras_tuner
    "a tuner": (
        """
        import keras_tuner as kt

        def build(hp):
            base = backbone()
            base.trainable = False
            model = classifier(base, hp.Int("units", 1, 4))
            model.compile(keras.optimizers.SGD(hp.Choice("rate", [1e-2, 1e-3])), "mse")
            return model

        tuner = kt.RandomSearch(build, objective="loss", max_trials=3)
        tuner.search(images, labels, epochs=1)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "a tuner that decides the freeze": (
        """
        import keras_tuner as kt

        def build(hp):
            base = backbone()
            base.trainable = hp.Boolean("fine_tune")
            model = classifier(base)
            model.compile("sgd", "mse")
            return model

        tuner = kt.Hyperband(build, objective="loss", max_epochs=3)
        tuner.search(images, labels)
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "a tuner that chooses how much to freeze": (
        """
        import keras_tuner as kt

        def build(hp):
            base = backbone()
            for layer in base.layers[: hp.Choice("frozen", [3, 5])]:
                layer.trainable = False
            model = classifier(base)
            model.compile("sgd", "mse")
            return model

        tuner = kt.RandomSearch(build, objective="loss", max_trials=3)
        tuner.search(images, labels)
        """,
        [{FROZEN: 1, UNKNOWN: 1, TRAINS: 1}],
    ),
    # measured with a stand-in for keras_tuner
    "a hypermodel": (
        """
        import keras_tuner as kt

        class Hyper(kt.HyperModel):
            def build(self, hp):
                base = backbone()
                base.trainable = False
                model = classifier(base)
                model.compile(keras.optimizers.SGD(hp.Float("rate", 1e-4, 1e-2, sampling="log")), "mse")
                return model

            def fit(self, hp, model, *args, **kwargs):
                return model.fit(*args, batch_size=hp.Choice("batch", [4, 8]), **kwargs)

        tuner = kt.BayesianOptimization(Hyper(), objective="loss", max_trials=3)
        tuner.search(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # measured with a stand-in for keras_tuner
    "the best of a tuner": (
        """
        import keras_tuner as kt

        def build(hp):
            base = backbone()
            base.trainable = False
            model = classifier(base, hp.Int("units", 1, 4))
            model.compile("sgd", "mse")
            return model

        tuner = kt.RandomSearch(build, objective="loss", max_trials=3)
        tuner.search(images, labels)
        best = tuner.get_best_hyperparameters(1)[0]
        model = tuner.hypermodel.build(best)
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # measured with a stand-in for optuna
    "an objective of optuna": (
        """
        import optuna

        def objective(trial):
            base = backbone()
            base.trainable = False
            model = classifier(base)
            rate = trial.suggest_float("rate", 1e-5, 1e-1, log=True)
            model.compile(keras.optimizers.SGD(rate), "mse")
            return model.fit(images, labels).history["loss"][-1]

        study = optuna.create_study(direction="minimize")
        study.optimize(objective, n_trials=3)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # measured with a stand-in for optuna
    "an objective of optuna in a lambda": (
        """
        import optuna

        def objective(trial, freeze):
            base = backbone()
            base.trainable = not freeze
            model = classifier(base, trial.suggest_int("units", 1, 4))
            model.compile("sgd", "mse")
            return model.fit(images, labels).history["loss"][-1]

        study = optuna.create_study()
        study.optimize(lambda trial: objective(trial, freeze=True), n_trials=3)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "an objective of optuna that decides the freeze": (
        """
        import optuna

        def objective(trial):
            base = backbone()
            base.trainable = trial.suggest_categorical("fine_tune", [True, False])
            model = classifier(base)
            model.compile("sgd", "mse")
            return model.fit(images, labels).history["loss"][-1]

        optuna.create_study().optimize(objective, n_trials=3)
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    # measured with a stand-in for scikeras
    "a wrapper for scikit-learn": (
        """
        from scikeras.wrappers import KerasRegressor

        def build(units=1):
            base = backbone()
            base.trainable = False
            model = classifier(base, units)
            model.compile("sgd", "mse")
            return model

        estimator = KerasRegressor(model=build, epochs=1, verbose=0)
        estimator.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # measured with a stand-in for scikeras
    "a wrapper with build_fn": (
        """
        from scikeras.wrappers import KerasClassifier

        def create_model(freeze=False):
            base = backbone()
            base.trainable = not freeze
            model = classifier(base)
            model.compile("sgd", "mse")
            return model

        estimator = KerasClassifier(build_fn=create_model, freeze=True, epochs=1)
        estimator.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # measured with a plain fit of the wrapper in place of scikit-learn's
    "a cross validation": (
        """
        from scikeras.wrappers import KerasRegressor
        from sklearn.model_selection import cross_val_score

        def build():
            base = backbone()
            base.trainable = False
            model = classifier(base)
            model.compile("sgd", "mse")
            return model

        scores = cross_val_score(KerasRegressor(model=build), images, labels, cv=3)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: the fit inside was not measured
    "a fit inside a callback": (
        """
        class Refit(keras.callbacks.Callback):
            def __init__(self, other):
                super().__init__()
                self.other = other

            def on_epoch_end(self, epoch, logs=None):
                self.other.fit(images, labels, verbose=0)

        base = backbone()
        base.trainable = False
        other = classifier(base)
        other.compile("sgd", "mse")
        model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(images, labels, callbacks=[Refit(other)])
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a callback that unfreezes": (
        """
        class Unfreeze(keras.callbacks.Callback):
            def __init__(self, base):
                super().__init__()
                self.base = base

            def on_epoch_begin(self, epoch, logs=None):
                self.base.trainable = True

        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        model.fit(images, labels, epochs=2, callbacks=[Unfreeze(base)])
        """,
        [{TRAINS: 3}],
    ),
    "a callback that unfreezes at a later epoch": (
        """
        class Unfreeze(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 1:
                    self.model.layers[0].trainable = True

        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        model.fit(images, labels, epochs=3, callbacks=[Unfreeze()])
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a callback that freezes before the training": (
        """
        class Freeze(keras.callbacks.Callback):
            def __init__(self, base):
                super().__init__()
                self.base = base

            def on_train_begin(self, logs=None):
                self.base.trainable = False

        base = backbone()
        model = classifier(base)
        model.compile("sgd", "mse")
        model.fit(images, labels, callbacks=[Freeze(base)])
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a lambda callback that unfreezes": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        unfreeze = keras.callbacks.LambdaCallback(on_train_begin=lambda logs: setattr(base, "trainable", True))
        model.fit(images, labels, callbacks=[unfreeze])
        """,
        [{TRAINS: 3}],
    ),
    "a callback that only logs": (
        """
        class Log(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                print(epoch, self.model.optimizer.learning_rate, logs)

        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        quiet = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None)
        model.fit(images, labels, callbacks=[Log(), quiet])
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a trainer that is given a loss and a metric": (
        """
        class Loss(keras.losses.Loss):
            def call(self, y_true, y_pred):
                return tf.reduce_mean((y_true - y_pred) ** 2)

        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile(optimizer=optimizer, loss=Loss(), metrics=[keras.metrics.MeanSquaredError()])
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "fit of a Sequence": (
        """
        class Batches(keras.utils.Sequence):
            def __len__(self):
                return 2

            def __getitem__(self, index):
                return batches[index]

        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        model.fit(Batches())
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a model that is cloned": (
        """
        base = backbone()
        base.trainable = False
        copy = keras.models.clone_model(classifier(base))
        copy.compile("sgd", "mse")
        copy.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "fit for several models in a helper": (
        """
        def train_all(models):
            for model in models:
                model.compile("sgd", "mse")
                model.fit(images, labels)

        base = backbone()
        base.trainable = False
        train_all([classifier(base), classifier(base, 1)])
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "fit in a comprehension": (
        """
        bases = [backbone(), backbone()]
        bases[0].trainable = False
        histories = [fit(classifier(base)) for base in bases]
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a step in a helper that is given the optimizer": (
        """
        def make_step(model, optimizer):
            @tf.function
            def train_step(x, y):
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
                variables = model.trainable_variables
                optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
                return loss
            return train_step

        base = backbone()
        base.trainable = False
        model = classifier(base)
        train_step = make_step(model, keras.optimizers.SGD(1e-2))
        for x, y in batches:
            train_step(x, y)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a step whose training argument is passed on": (
        """
        def forward(model, x, **kwargs):
            return model(x, **kwargs)

        model = classifier(backbone())
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((forward(model, images, training=True) - labels) ** 2)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        """,
        [{TRAINS: 3}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "a step of unknown training argument": (
        """
        model = classifier(backbone())
        step(model, images, labels, training=flag())
        """,
        [{TRAINED_IN_SOME_MODE: 3}],
    ),
    "losses of the layers added": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(images, training=True) - labels) ** 2)
            loss += tf.add_n(model.losses) if model.losses else 0.0
        gradients = tape.gradient(loss, model.trainable_weights)
        optimizer.apply_gradients(zip(gradients, model.trainable_weights))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a step whose variables depend on the epoch": (
        """
        base = backbone()
        model = classifier(base)
        optimizer.build(model.trainable_variables)
        for epoch in range(2):
            base.trainable = epoch > 0
            for x, y in batches:
                step(model, x, y)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a variational auto-encoder": (
        """
        class VAE(keras.Model):
            def __init__(self, encoder, decoder, **kwargs):
                super().__init__(**kwargs)
                self.encoder = encoder
                self.decoder = decoder
                self.loss_tracker = keras.metrics.Mean(name="loss")

            @property
            def metrics(self):
                return [self.loss_tracker]

            def train_step(self, data):
                with tf.GradientTape() as tape:
                    code = self.encoder(data)
                    loss = tf.reduce_mean((data - self.decoder(code)) ** 2)
                grads = tape.gradient(loss, self.trainable_weights)
                self.optimizer.apply_gradients(zip(grads, self.trainable_weights))
                self.loss_tracker.update_state(loss)
                return {"loss": self.loss_tracker.result()}

        encoder = keras.Sequential([keras.Input((4,)), layers.Dense(2), layers.BatchNormalization()])
        decoder = keras.Sequential([keras.Input((2,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(4)])
        vae = VAE(encoder, decoder)
        vae.compile(optimizer=keras.optimizers.SGD(1e-2))
        vae.fit(images)
        """,
        [{INFERENCE_BUT_TRAINED: 2}],
    ),
    # measured: the statistics follow the batches, gamma and beta train; the encoder is called in both modes
    "a contrastive model": (
        """
        class Contrastive(keras.Model):
            def __init__(self):
                super().__init__()
                self.encoder = backbone()
                self.projection = keras.Sequential([keras.Input((8,)), layers.Dense(4), layers.BatchNormalization()])
                self.probe = keras.Sequential([keras.Input((8,)), layers.BatchNormalization(), layers.Dense(1)])

            def compile(self, contrastive_optimizer, probe_optimizer, **kwargs):
                super().compile(**kwargs)
                self.contrastive_optimizer = contrastive_optimizer
                self.probe_optimizer = probe_optimizer

            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean(self.projection(self.encoder(x, training=True), training=True) ** 2)
                variables = self.encoder.trainable_weights + self.projection.trainable_weights
                self.contrastive_optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
                features = self.encoder(x, training=False)
                with tf.GradientTape() as tape:
                    probe_loss = tf.reduce_mean((self.probe(features, training=True) - y) ** 2)
                variables = self.probe.trainable_weights
                self.probe_optimizer.apply_gradients(zip(tape.gradient(probe_loss, variables), variables))
                return {"loss": loss}

        model = Contrastive()
        model.compile(keras.optimizers.SGD(1e-2), keras.optimizers.SGD(1e-2))
        model.fit(images, labels)
        """,
        [{BOTH_MODES: 2, TRAINS: 2}],
    ),
    "a train_step that changes the head only": (
        """
        class Tuned(keras.Model):
            def __init__(self, base):
                super().__init__()
                self.base = base
                self.head = keras.Sequential([keras.Input((8,)), layers.BatchNormalization(), layers.Dense(1)])

            def call(self, x, training=None):
                return self.head(self.base(x, training=False), training=training)

            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
                variables = self.head.trainable_variables
                self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
                return {"loss": loss}

        model = Tuned(backbone())
        model.compile("sgd")
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a fit of the program's own around that of Keras": (
        """
        class Net(keras.Model):
            def fit(self, *args, **kwargs):
                self.layers[1].trainable = False
                self.compile("sgd", "mse")
                return super().fit(*args, **kwargs)

        inputs = keras.Input((4,))
        model = Net(inputs, layers.Dense(1)(layers.BatchNormalization()(backbone()(inputs))))
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a compile of the program's own": (
        """
        class Net(keras.Model):
            def compile(self, rate=1e-2, **kwargs):
                super().compile(optimizer=keras.optimizers.SGD(rate), loss="mse", **kwargs)

        base = backbone()
        base.trainable = False
        inputs = keras.Input((4,))
        model = Net(inputs, layers.Dense(1)(layers.BatchNormalization()(base(inputs))))
        model.compile(rate=1e-3)
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # measured with a stand-in for ray
    "a function that ray runs": (
        """
        from ray import tune

        def train(config):
            base = backbone()
            base.trainable = False
            model = classifier(base)
            model.compile(keras.optimizers.SGD(config["rate"]), "mse")
            model.fit(images, labels)

        tune.run(train, config={"rate": tune.loguniform(1e-4, 1e-1)})
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: the sweep was not run
    "a function that a sweep runs": (
        """
        import wandb

        def train():
            wandb.init()
            base = backbone()
            base.trainable = False
            model = classifier(base)
            model.compile(keras.optimizers.SGD(wandb.config.rate), "mse")
            model.fit(images, labels)

        wandb.agent(wandb.sweep({"method": "random"}), function=train, count=3)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # measured with a thread in place of the process
    "a process of its own": (
        """
        from multiprocessing import Process

        def train(freeze):
            base = backbone()
            base.trainable = not freeze
            fit(classifier(base))

        if __name__ == "__main__":
            process = Process(target=train, args=(True,))
            process.start()
            process.join()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # measured with a plain fit of the wrapper in place of scikit-learn's
    "a grid search of scikit-learn": (
        """
        from scikeras.wrappers import KerasRegressor
        from sklearn.model_selection import GridSearchCV

        def build(units=1):
            base = backbone()
            base.trainable = False
            model = classifier(base, units)
            model.compile("sgd", "mse")
            return model

        search = GridSearchCV(KerasRegressor(model=build), {"model__units": [1, 2], "batch_size": [4, 8]}, cv=3)
        search.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: the trials were not run
    "a trial of a tuner of the program": (
        """
        import keras_tuner as kt

        def build(hp):
            base = backbone()
            base.trainable = False
            model = classifier(base, hp.Int("units", 1, 4))
            model.compile("sgd", "mse")
            return model

        class Tuner(kt.BayesianOptimization):
            def run_trial(self, trial, *args, **kwargs):
                kwargs["batch_size"] = trial.hyperparameters.Int("batch_size", 4, 8)
                return super().run_trial(trial, *args, **kwargs)

        tuner = Tuner(build, objective="loss", max_trials=3)
        tuner.search(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: the search was not run
    "the best models of a tuner": (
        """
        import keras_tuner as kt

        def build(hp):
            base = backbone()
            base.trainable = False
            model = classifier(base, hp.Int("units", 1, 4))
            model.compile("sgd", "mse")
            return model

        tuner = kt.Hyperband(build, objective="loss", max_epochs=3)
        tuner.search(images, labels)
        best = tuner.get_best_models(num_models=1)[0]
        best.layers[0].trainable = True
        best.compile("sgd", "mse")
        best.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    # expected by reasoning: what it builds is not in the program
    "a tuner that is not known": (
        """
        from loader import make_tuner

        tuner = make_tuner("resnet")
        tuner.search(images, labels, epochs=3, validation_split=0.2)
        """,
        [{UNKNOWN: None}],
    ),
    # expected by reasoning: the search was not run
    "a wrapper in a pipeline that is searched": (
        """
        from scikeras.wrappers import KerasClassifier
        from sklearn.model_selection import RandomizedSearchCV
        from sklearn.pipeline import Pipeline
        from sklearn.preprocessing import StandardScaler

        def build(freeze=False):
            base = backbone()
            base.trainable = not freeze
            model = classifier(base)
            model.compile("sgd", "mse")
            return model

        pipeline = Pipeline([("scale", StandardScaler()), ("net", KerasClassifier(model=build, epochs=3))])
        search = RandomizedSearchCV(pipeline, {"net__model__freeze": [True, False], "net__batch_size": [8, 16]})
        search.fit(images, labels)
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: SciKeras compiles what its function has not
    "a wrapper that compiles": (
        """
        from scikeras.wrappers import KerasRegressor

        def build(meta, compile_kwargs, units=1):
            base = backbone()
            base.trainable = False
            return classifier(base, units)

        KerasRegressor(model=build, loss="mse", optimizer="sgd", optimizer__learning_rate=0.1).fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what is compiled does what it does uncompiled
    "tf.function in a partial": (
        """
        from functools import partial

        compiled = partial(tf.function, reduce_retracing=True)

        @compiled
        def train_step(x, y):
            return step(model, x, y)

        base = backbone()
        base.trainable = False
        model = classifier(base)
        train_step(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: each of them runs the step
    "a step under one of two strategies": (
        """
        try:
            strategy = tf.distribute.TPUStrategy(tf.distribute.cluster_resolver.TPUClusterResolver())
        except ValueError:
            strategy = tf.distribute.MirroredStrategy()

        with strategy.scope():
            base = backbone()
            base.trainable = False
            model = classifier(base)

        def replica_step(data):
            return step(model, data[0], data[1])

        data = tf.data.Dataset.from_tensor_slices((images, labels)).batch(8 * strategy.num_replicas_in_sync)
        for batch in strategy.experimental_distribute_dataset(data):
            losses = strategy.run(replica_step, args=(batch,))
            strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: any optimizer trains the variables that it is given
    "an optimizer that is not known": (
        """
        from loader import make_optimizer

        custom = make_optimizer()
        base = backbone()
        base.trainable = False
        model = classifier(base)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(images, training=True) - labels) ** 2)
        custom.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what is built there is not in the program
    "a model of a module that is not known": (
        """
        from loader import network

        network.fit(images, labels, epochs=3)
        """,
        [{UNKNOWN: None}],
    ),
    # expected by reasoning: the function is called as its library documents it
    "a thread": (
        """
        import threading

        def train(freeze=False):
            base = backbone()
            base.trainable = not freeze
            fit(classifier(base))

        threading.Thread(target=train, kwargs={"freeze": True}).start()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: the function is called as its library documents it
    "a pool of processes": (
        """
        from multiprocessing import Pool

        def train(freeze=False):
            base = backbone()
            base.trainable = not freeze
            fit(classifier(base))

        with Pool(2) as pool:
            pool.map(train, [True])
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: the function is called as its library documents it
    "a process of a context": (
        """
        import multiprocessing

        def train(freeze=False):
            base = backbone()
            base.trainable = not freeze
            fit(classifier(base))

        multiprocessing.get_context("spawn").Process(target=train, args=(True,)).start()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: the function is called as its library documents it
    "an executor": (
        """
        from concurrent.futures import ProcessPoolExecutor

        def train(freeze=False):
            base = backbone()
            base.trainable = not freeze
            fit(classifier(base))

        with ProcessPoolExecutor() as executor:
            executor.submit(train, freeze=True).result()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: the function is called as its library documents it
    "a search of hyperopt": (
        """
        from hyperopt import fmin, hp, tpe

        def train(freeze=False):
            base = backbone()
            base.trainable = not freeze
            fit(classifier(base))

        fmin(lambda point: train(point["freeze"]), {"freeze": True, "rate": hp.uniform("rate", 0, 1)}, tpe.suggest)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: the function is called as its library documents it
    "a Bayesian optimization": (
        """
        from bayes_opt import BayesianOptimization

        def train(freeze=False):
            base = backbone()
            base.trainable = not freeze
            fit(classifier(base))

        BayesianOptimization(lambda rate: train(True), {"rate": (1e-4, 1e-1)}).maximize(n_iter=3)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "an unknown function is given the model before the fit": (
        """
        from loader import prepare

        base = backbone()
        base.trainable = False
        model = classifier(base)
        prepare(model)
        fit(model)
        """,
        [{UNKNOWN: 3}],
    ),
}

# the program; its fits on Keras 2.15; its fits on Keras 3.15
DIFFERENT: dict[str, tuple[str, Fits, Fits]] = {
    "frozen after compile": (
        """
        base = backbone()
        model = classifier(base)
        model.compile("sgd", "mse")
        base.trainable = False
        model.fit(images, labels)
        """,
        [{TRAINS: 3}],
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "compiled again after an evaluation": (
        """
        base = backbone()
        model = classifier(base)
        model.compile("sgd", "mse")
        model.evaluate(images, labels)
        base.trainable = False
        model.fit(images, labels)
        """,
        [{TRAINS: 3}],
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "two models that share layers, one after the other": (
        """
        base = backbone()
        first, second = classifier(base), classifier(base)
        first.compile("sgd", "mse")
        base.trainable = False
        second.compile("sgd", "mse")
        first.fit(images, labels)
        second.fit(images, labels)
        """,
        [{TRAINS: 3}, {FROZEN: 2, TRAINS: 1}],
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an adversarial model with a frozen critic": (
        """
        generator = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization()])
        critic = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(1)])
        critic.compile("sgd", "mse")
        critic.trainable = False
        gan = keras.Sequential([generator, critic])
        gan.compile("sgd", "mse")
        for turn in range(2):
            critic.train_on_batch(images, labels)
            gan.train_on_batch(images, labels)
        """,
        [{TRAINS: 1}, {FROZEN: 1, TRAINS: 1}, {TRAINS: 1}, {FROZEN: 1, TRAINS: 1}],
        [{FROZEN: 1}, {FROZEN: 1, TRAINS: 1}, {FROZEN: 1}, {FROZEN: 1, TRAINS: 1}],
    ),
}

KERAS_3_ONLY: dict[str, tuple[str, Fits]] = {
    "optimizer.apply": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(images, training=True) - labels) ** 2)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
}

KERAS_2_ONLY: dict[str, tuple[str, Fits]] = {
    "minimize": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model(images)

        def loss():
            return tf.reduce_mean((model(images, training=True) - labels) ** 2)

        optimizer.minimize(loss, model.trainable_variables)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "fit_generator": (
        """
        def generate():
            while True:
                yield images, labels

        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        model.fit_generator(generate(), steps_per_epoch=2)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
}


@pytest.mark.parametrize(("program", "fits"), params(CASES, GAPS))
def test_events(program: str, fits: Fits) -> None:
    assert totals(BEFORE, program, target="keras==3.15") == fits
    assert totals(BEFORE, program, target="tensorflow==2.15") == fits


@pytest.mark.parametrize(("program", "keras_2", "keras_3"), params(DIFFERENT, GAPS))
def test_releases_differ(program: str, keras_2: Fits, keras_3: Fits) -> None:
    assert totals(BEFORE, program, target="tensorflow==2.15") == keras_2
    assert totals(BEFORE, program, target="keras==3.15") == keras_3


@pytest.mark.parametrize(("program", "fits"), params(KERAS_3_ONLY, GAPS))
def test_keras_3_only(program: str, fits: Fits) -> None:
    assert totals(BEFORE, program, target="keras==3.15") == fits


@pytest.mark.parametrize(("program", "fits"), params(KERAS_2_ONLY, GAPS))
def test_keras_2_only(program: str, fits: Fits) -> None:
    assert totals(BEFORE, program, target="tensorflow==2.15") == fits
