"""What a transported model may be made of: classes and functions of Keras, and names of settings.

Everything that is not named here is refused. Left out on purpose are Lambda and layers that load
files or run other frameworks, those that hold tables of texts, and metrics that hold big tables.
"""

from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


LAYERS: Final = _names("""
    Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention Average
    AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization Bidirectional
    CategoryEncoding CenterCrop Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D
    Conv3DTranspose ConvLSTM1D ConvLSTM2D Cropping1D Cropping2D Cropping3D Dense DepthwiseConv1D
    DepthwiseConv2D Dot Dropout ELU Embedding Flatten GRU GaussianDropout GaussianNoise
    GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D
    GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization Identity InputLayer LSTM
    LayerNormalization LeakyReLU Masking MaxPooling1D MaxPooling2D MaxPooling3D Maximum Minimum
    MultiHeadAttention Multiply Normalization PReLU Permute RMSNormalization RandomBrightness
    RandomContrast RandomCrop RandomFlip RandomRotation RandomShear RandomTranslation RandomZoom
    ReLU RepeatVector Rescaling Reshape Resizing SeparableConv1D SeparableConv2D SimpleRNN Softmax
    SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization Subtract
    TimeDistributed UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D
    ZeroPadding2D ZeroPadding3D
""")

MODELS: Final = {
    "Sequential": _names("keras keras.models keras.src.models.sequential"),
    "Functional": _names("keras keras.models keras.src.models.functional"),
}
"""Classes of models, and the modules that they may be said to come from."""

OPERATIONS: Final = _names("""
    Absolute Add Cast Clip Concatenate Divide Elu Exp ExpandDims Flip Gelu GetItem HardSigmoid
    LeakyRelu Log LogSoftmax Max Maximum Mean Min Minimum Multiply Negative Power ReLU Relu Relu6
    Reshape Selu Sigmoid Silu Softmax Softplus Softsign Sqrt Square Squeeze Stack Subtract Sum Tanh
    Transpose TrueDivide
""")
"""Operations of `keras.ops` that a functional model may call."""

OPERATION_MODULES: Final = _names("""
    keras.src.activations.activations keras.src.ops.core keras.src.ops.nn keras.src.ops.numpy
""")

ACTIVATIONS: Final = _names("""
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu
    linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus
    softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink
""")
ACTIVATION_LAYERS: Final = _names("ELU LeakyReLU PReLU ReLU Softmax Identity")

_CROSSENTROPIES = """
    binary_crossentropy binary_focal_crossentropy categorical_crossentropy
    categorical_focal_crossentropy categorical_hinge cosine_similarity hinge huber kl_divergence
    log_cosh mean_absolute_error mean_absolute_percentage_error mean_squared_error
    mean_squared_logarithmic_error poisson sparse_categorical_crossentropy squared_hinge
    mse MSE mae MAE mape MAPE msle MSLE kld KLD logcosh bce BCE kullback_leibler_divergence
    BinaryCrossentropy CategoricalCrossentropy CategoricalHinge CosineSimilarity Hinge
    KLDivergence MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError
    MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy SquaredHinge
"""

CLASSES: Final = {
    "initializers": _names("""
        Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity IdentityInitializer
        LecunNormal LecunUniform Ones Orthogonal OrthogonalInitializer RandomNormal RandomUniform
        TruncatedNormal VarianceScaling Zeros constant glorot_normal glorot_uniform he_normal
        he_uniform identity lecun_normal lecun_uniform ones orthogonal random_normal random_uniform
        truncated_normal variance_scaling zeros
    """),
    "regularizers": _names("L1 L1L2 L2 OrthogonalRegularizer l1 l1_l2 l2 orthogonal_regularizer"),
    "constraints": _names(
        "MaxNorm MinMaxNorm NonNeg UnitNorm max_norm min_max_norm non_neg unit_norm"
    ),
    "losses": _names(f"""
        {_CROSSENTROPIES} BinaryFocalCrossentropy CategoricalFocalCrossentropy Dice Huber LogCosh
        Tversky dice tversky
    """),
    "metrics": _names(f"""
        {_CROSSENTROPIES} AUC Accuracy BinaryAccuracy CategoricalAccuracy F1Score FBetaScore
        FalseNegatives FalsePositives LogCoshError Mean Precision R2Score Recall
        RootMeanSquaredError SparseCategoricalAccuracy SparseTopKCategoricalAccuracy
        TopKCategoricalAccuracy TrueNegatives TruePositives acc accuracy binary_accuracy
        categorical_accuracy sparse_categorical_accuracy sparse_top_k_categorical_accuracy
        top_k_categorical_accuracy ce crossentropy
    """),
    "optimizers": _names("""
        Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion Nadam RMSprop SGD adadelta
        adafactor adagrad adam adamax adamw ftrl lamb lion nadam rmsprop sgd
    """),
    "optimizers.schedules": _names("""
        CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay PiecewiseConstantDecay
        PolynomialDecay
    """),
}
"""Classes and functions by the module of Keras that they come from."""

DTYPES: Final = _names("""
    bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 mixed_float16 mixed_bfloat16
""")

CHOICES: Final = _names("""
    valid same causal channels_last channels_first nearest bilinear bicubic lanczos3 lanczos5 area
    constant reflect wrap horizontal vertical horizontal_and_vertical concat sum mul ave dot int
    one_hot multi_hot count none mean sum_over_batch_size mean_with_sample_weight macro micro
    weighted ROC PR interpolation minoring majoring fan_in fan_out fan_avg normal uniform
    truncated_normal untruncated_normal rows columns crop_to_aspect_ratio uniform_average
    variance_weighted tf th auto
""")
"""Texts that settings of layers, losses and metrics may have."""

SMALL: Final = {
    **dict.fromkeys(_names("units filters output_dim num_heads key_dim value_dim groups "
                           "num_tokens depth_multiplier"), 100_000),
    **dict.fromkeys(_names("kernel_size strides pool_size dilation_rate size padding n height "
                           "width cropping output_padding"), 10_000),
    "num_classes": 1000,
    "num_thresholds": 10_000,
    "power_iterations": 10,
}  # fmt: skip
"""The largest whole number of some settings."""

UNSET: Final = _names("quantization_config lora_rank lora_alpha unroll quantized")
"""Settings that must be None or False."""
