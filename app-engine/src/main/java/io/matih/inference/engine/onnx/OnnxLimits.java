package io.matih.inference.engine.onnx;

/// How large a model's structure may be. A file is refused as soon as it passes one of these,
/// before the rest of it is read.
///
/// @param maxNodes operators in all graphs and functions, also after local functions are expanded
/// @param maxNesting graphs inside graphs below the main one; load time grows exponentially with it
/// @param maxTensors tensors stored in the file
/// @param maxNames names that nodes, graphs and functions give to their inputs and outputs
/// @param maxWeightBytes bytes of weights in memory, external data included
/// @param maxInputs inputs that a request must send
/// @param maxOutputs outputs of the main graph
public record OnnxLimits(
        int maxNodes,
        int maxNesting,
        int maxTensors,
        int maxNames,
        long maxWeightBytes,
        int maxInputs,
        int maxOutputs) {
    public static final OnnxLimits DEFAULT =
            new OnnxLimits(200_000, 8, 200_000, 4_000_000, 32L << 30, 256, 256);
}
