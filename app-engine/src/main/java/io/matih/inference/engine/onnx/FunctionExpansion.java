package io.matih.inference.engine.onnx;

import io.matih.inference.engine.onnx.OnnxModel.FunctionKey;
import io.matih.inference.engine.onnx.OnnxModel.OnnxFunction;
import io.matih.inference.engine.onnx.OnnxModel.OnnxNode;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Counts what becomes of the graph when the runtime puts each local function's body where it is
/// called: a few functions that call each other twice grow as 2 to the power of their number.
final class FunctionExpansion {
    private static final int MAX_CALL_DEPTH = 64;

    private final OnnxLimits limits;
    private final Map<FunctionKey, OnnxFunction> functions = new HashMap<>();
    private final Map<FunctionKey, Size> sizes = new HashMap<>();
    private final Set<FunctionKey> open = new HashSet<>();

    private FunctionExpansion(OnnxLimits limits) {
        this.limits = limits;
    }

    static void require(OnnxModel model, OnnxLimits limits) {
        var expansion = new FunctionExpansion(limits);
        for (var function : model.functions()) {
            if (expansion.functions.put(function.key(), function) != null) {
                throw Refusal.invalid(
                        "the model defines function '%s' twice".formatted(function.key().label()));
            }
        }
        model.functions().forEach(function -> expansion.sizeOf(function.key()));
        expansion.size(model.graph().nodes());
    }

    /// Nodes and nesting of a function body or graph once expanded.
    private record Size(long nodes, int nesting) {
        static final Size NONE = new Size(0, 0);

        Size plus(Size other) {
            return new Size(nodes + other.nodes, Math.max(nesting, other.nesting));
        }

        Size nested() {
            return new Size(nodes, nesting + 1);
        }
    }

    private @Nullable Size sizeOf(FunctionKey key) {
        var function = functions.get(key);
        if (function == null || sizes.containsKey(key)) {
            return sizes.get(key);
        }
        if (!open.add(key)) {
            throw Refusal.invalid("function '%s' calls itself".formatted(key.label()));
        }
        if (open.size() > MAX_CALL_DEPTH) {
            throw Refusal.limit(
                    "the model's functions call each other more than %d deep"
                            .formatted(MAX_CALL_DEPTH));
        }
        var size = size(function.nodes());
        open.remove(key);
        sizes.put(key, size);
        return size;
    }

    private Size size(List<OnnxNode> nodes) {
        var size = Size.NONE;
        for (var node : nodes) {
            size = size.plus(new Size(1, 0));
            var called = sizeOf(FunctionKey.of(node));
            if (called != null) {
                size = size.plus(called);
            }
            for (var subgraph : node.subgraphs()) {
                size = size.plus(size(subgraph.nodes()).nested());
            }
            require(size);
        }
        return size;
    }

    private void require(Size size) {
        if (size.nodes() > limits.maxNodes()) {
            throw Refusal.limit(
                    "the model has more than %d nodes once its functions are expanded"
                            .formatted(limits.maxNodes()));
        }
        if (size.nesting() > limits.maxNesting()) {
            throw Refusal.limit(
                    "the model nests graphs (If, Loop, Scan) more than %d deep once its functions"
                                    .formatted(limits.maxNesting())
                            + " are expanded");
        }
    }
}
