"""The genuine VGG16 up to fc1: what exercise 06 asks for, so students' package comes without it."""

import keras

from autograder.student.vgg import vgg16


def full_feature_model(weights: str | None = None) -> keras.Model:
    """Build the genuine VGG16 up to fc1 before its ReLU.

    Parameters
    ----------
    weights : {"course", "imagenet"}, optional
        By default what ``EIGHT_FACES_WEIGHTS`` says, else "course".

    Returns
    -------
    keras.Model
        Input (224, 224, 3) as ``prepare_images`` makes it, output (4096,), float32.
    """
    vgg = vgg16(weights)
    fc1 = vgg.get_layer("fc1")
    linear = keras.layers.Dense(fc1.units, name="fc1_before_relu")
    model = keras.Model(vgg.input, linear(fc1.input))
    linear.set_weights(fc1.get_weights())
    return model
