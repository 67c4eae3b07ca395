package io.matih.inference.engine.onnx;

import io.matih.inference.engine.onnx.OnnxModel.FunctionKey;
import io.matih.inference.engine.onnx.OnnxModel.OnnxFunction;
import io.matih.inference.engine.onnx.OnnxModel.OnnxNode;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The domains of operators that ONNX Runtime 1.28 has, and the newest version of each that it
/// loads. Whether a domain has an operator of a given name is left to the runtime.
final class OperatorSets {
    static final long NEWEST_IR = 13;

    private static final Map<String, Long> NEWEST =
            new TreeMap<>(
                    Map.of(
                            OnnxModel.DEFAULT_DOMAIN,
                            26L,
                            "ai.onnx.ml",
                            5L,
                            "ai.onnx.preview",
                            1L,
                            "com.microsoft",
                            1L,
                            "com.microsoft.experimental",
                            1L,
                            "com.microsoft.nchwc",
                            1L,
                            "com.ms.internal.nhwc",
                            26L));

    /// Known, but not for inference: an import of them does no harm, an operator does.
    private static final Set<String> TRAINING =
            Set.of("ai.onnx.training", "ai.onnx.preview.training");

    private static final Set<String> LAYOUTS =
            Set.of("com.microsoft.nchwc", "com.ms.internal.nhwc");

    private final OnnxModel model;
    private final Set<FunctionKey> functions;

    OperatorSets(OnnxModel model) {
        this.model = model;
        this.functions =
                model.functions().stream().map(OnnxFunction::key).collect(Collectors.toSet());
    }

    void require() {
        if (model.irVersion() < 1) {
            throw Refusal.invalid("the model file does not say its ir_version");
        }
        if (model.irVersion() > NEWEST_IR) {
            throw Refusal.unsupported(
                    "the model has ir_version %d; this server reads up to %d"
                            .formatted(model.irVersion(), NEWEST_IR));
        }
        if (model.opsets().isEmpty()) {
            throw Refusal.unsupported("the model imports no operator set (opset_import is empty)");
        }
        model.opsets().forEach(OperatorSets::requireVersion);
        model.graph().allNodes().forEach(node -> requireDomain(node, model.opsets()));
        model.functions().forEach(this::requireFunction);
    }

    /// Imported domains that are neither ONNX's nor ONNX Runtime's: of functions in the file, or of
    /// operators that nothing uses.
    List<String> customDomains() {
        return model.opsets().keySet().stream()
                .filter(domain -> !NEWEST.containsKey(domain) && !TRAINING.contains(domain))
                .sorted()
                .toList();
    }

    /// Whether operators of a layout are used that the runtime chose when it saved the file.
    static boolean isMachineSpecific(OnnxModel model) {
        return model.graph().allNodes().anyMatch(node -> LAYOUTS.contains(node.domain()));
    }

    private void requireFunction(OnnxFunction function) {
        function.opsets().forEach(OperatorSets::requireVersion);
        function.nodes().stream()
                .flatMap(OnnxNode::withSubgraphs)
                .forEach(node -> requireDomain(node, function.opsets()));
    }

    private void requireDomain(OnnxNode node, Map<String, Long> imports) {
        var domain = node.domain();
        if (!imports.containsKey(domain)) {
            throw Refusal.unsupported(
                    "node %s is of domain '%s', which the model does not import"
                            .formatted(node.label(), Refusal.clip(domain)));
        }
        if (!NEWEST.containsKey(domain) && !functions.contains(FunctionKey.of(node))) {
            throw Refusal.unsupported(
                    "node %s is of the custom domain '%s'; this server has the operators of %s"
                            .formatted(
                                    node.label(),
                                    Refusal.clip(domain),
                                    String.join(", ", NEWEST.keySet())));
        }
    }

    private static void requireVersion(String domain, long version) {
        if (version < 1) {
            throw Refusal.invalid(
                    "the model imports version %d of domain '%s'"
                            .formatted(version, Refusal.clip(domain)));
        }
        Long newest = NEWEST.get(domain);
        if (newest != null && version > newest) {
            throw Refusal.unsupported(
                    "the model imports version %d of domain '%s'; this server has up to %d"
                            .formatted(version, domain, newest));
        }
    }
}
