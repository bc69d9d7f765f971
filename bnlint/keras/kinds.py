"""Kinds of layers, by the names of their classes."""

from __future__ import annotations

BATCH_NORM = frozenset(
    {"BatchNormalization", "SyncBatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2", "BatchNorm"}
)
DROPOUT = frozenset(
    "Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout StochasticDepth".split()
)
CONVOLUTIONS = frozenset(
    """Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose DepthwiseConv1D DepthwiseConv2D
    SeparableConv1D SeparableConv2D""".split()
)
RESAMPLING = frozenset(
    """AveragePooling1D AveragePooling2D AveragePooling3D Cropping2D Cropping3D MaxPooling1D MaxPooling2D MaxPooling3D
    UpSampling2D UpSampling3D ZeroPadding2D ZeroPadding3D""".split()
)
"""Layers without weights that know rows and columns from channels."""
ELEMENTWISE = frozenset(
    """Activation ActivityRegularization Add AlphaDropout Average Concatenate Dropout ELU GaussianDropout GaussianNoise
    Identity LeakyReLU Maximum Minimum Multiply PReLU ReLU SpatialDropout1D SpatialDropout2D SpatialDropout3D
    Subtract ThresholdedReLU""".split()
)
"""Layers behind which every axis means what it meant before."""
WEIGHTED = frozenset(
    """Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM2D CuDNNGRU CuDNNLSTM Dense
    DepthwiseConv1D DepthwiseConv2D EinsumDense Embedding GRU GroupNormalization LSTM LayerNormalization
    LocallyConnected1D LocallyConnected2D MultiHeadAttention PReLU SeparableConv1D SeparableConv2D SimpleRNN""".split()
)
"""Layers, other than BatchNormalization, that surely have weights to train."""
KERNELED = frozenset(
    """Conv1D Conv2D Conv2DTranspose Conv3D Conv3DTranspose Dense DepthwiseConv2D GRU LSTM SeparableConv1D
    SeparableConv2D""".split()
)
"""Those of them whose kernel begins as random numbers: frozen before any training they are of little use."""
WEIGHTLESS = frozenset(
    """Activation ActivityRegularization Add AlphaDropout Average AveragePooling1D AveragePooling2D AveragePooling3D
    Concatenate Cropping1D Cropping2D Cropping3D CustomScaleLayer Dot Dropout ELU Flatten GaussianDropout
    GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D
    GlobalMaxPooling2D InputLayer Lambda LeakyReLU Masking MaxPooling1D MaxPooling2D MaxPooling3D Maximum Minimum
    Multiply Normalization Permute RandomContrast RandomFlip RandomRotation RandomTranslation RandomZoom ReLU
    RepeatVector Rescaling Reshape Resizing SlicingOpLambda Softmax SpatialDropout1D SpatialDropout2D
    SpatialDropout3D StochasticDepth Subtract TFOpLambda TensorFlowOpLayer ThresholdedReLU UpSampling1D UpSampling2D
    ZeroPadding1D ZeroPadding2D ZeroPadding3D""".split()
)
"""Layers in which no gradient step changes anything, whatever their flags say."""
SILENT = WEIGHTLESS - DROPOUT
"""Those of them that do the same in training and in inference mode, as far as rules ask."""
