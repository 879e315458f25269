"""Which models the compiled engine trains, and what it says of the others: `check`."""

from dlcourse.console import quiet

with quiet():
    import keras

from dlcourse.errors import ModelError
from dlcourse.training import keras_internals

# What the engine does in its own way, and not by the model's method.
STEPS = {
    "train_step": "training step",
    "test_step": "validation step",
    "predict_step": "prediction step",
    "compute_loss": "loss",
    "compute_metrics": "reckoning of metrics",
    "make_train_function": "training loop",
    "make_test_function": "validation loop",
    "make_predict_function": "prediction loop",
    "fit": "training loop",
}
# The first is made of several; the second goes on reading variables that it has changed on the way.
UNSUPPORTED_OPTIMIZERS = (keras.optimizers.MultiOptimizer, keras.optimizers.ScheduleFreeAdamW)


def check(model: keras.Model) -> None:
    """Raise a `ModelError` unless the engine would train the model as `model.fit` does."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or not model.built:
        raise ModelError(
            "The model must be compiled and know its input shape: start it with keras.Input, and compile it."
        )
    for name, what in STEPS.items():
        if getattr(getattr(model, name), "__func__", None) is not getattr(keras.Model, name):
            raise ModelError(
                f"{type(model).__name__} has a {what} of its own, {name}, which the compiled engine would "
                "pass by: train it with model.fit."
            )
    if model.run_eagerly:
        raise ModelError(
            "The model is compiled with run_eagerly=True, and the compiled engine makes a graph of it: train "
            "with model.fit, or compile without."
        )
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer) or optimizer.gradient_accumulation_steps:
        raise ModelError(
            "The compiled engine neither scales the loss nor accumulates gradients: train with model.fit, or "
            "use another optimizer or precision."
        )
    if isinstance(optimizer, UNSUPPORTED_OPTIMIZERS):
        raise ModelError(
            f"The compiled engine can't take the steps of {type(optimizer).__name__}: train with model.fit, "
            "or use another optimizer."
        )
    now = [id(variable) for variable in model.trainable_variables]
    if optimizer.built and now != [id(v) for v in keras_internals.trained_variables(optimizer)]:
        raise ModelError("The optimizer is of other weights: compile anew after freezing or unfreezing.")
    if optimizer.use_ema:
        raise ModelError("The compiled engine keeps no moving averages of weights: use use_ema=False.")
    if keras_internals.distribution(optimizer).num_replicas_in_sync > 1:
        raise ModelError("The compiled engine trains on one device: train with model.fit on several.")
