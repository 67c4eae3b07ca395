package io.matih.inference.engine.onnx;

/// Counts what has been read of one file against its limits.
final class Budget {
    private final OnnxLimits limits;
    private int nodes;
    private int tensors;
    private int names;

    Budget(OnnxLimits limits) {
        this.limits = limits;
    }

    void node() {
        if (++nodes > limits.maxNodes()) {
            throw Refusal.limit("the model has more than %d nodes".formatted(limits.maxNodes()));
        }
    }

    void tensor() {
        if (++tensors > limits.maxTensors()) {
            throw Refusal.limit(
                    "the model stores more than %d tensors".formatted(limits.maxTensors()));
        }
    }

    void name() {
        if (++names > limits.maxNames()) {
            throw Refusal.limit(
                    "the model's nodes have more than %d inputs and outputs"
                            .formatted(limits.maxNames()));
        }
    }

    void nesting(int depth) {
        if (depth > limits.maxNesting()) {
            throw Refusal.limit(
                    "the model nests graphs (If, Loop, Scan) more than %d deep"
                            .formatted(limits.maxNesting()));
        }
    }

    int nodes() {
        return nodes;
    }
}
