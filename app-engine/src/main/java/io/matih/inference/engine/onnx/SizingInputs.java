package io.matih.inference.engine.onnx;

import io.matih.inference.engine.onnx.OnnxModel.FunctionKey;
import io.matih.inference.engine.onnx.OnnxModel.OnnxFunction;
import io.matih.inference.engine.onnx.OnnxModel.OnnxNode;
import io.matih.inference.engine.onnx.proto.OnnxMl.ValueInfoProto;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Finds the integer inputs whose value, not shape, decides how large some tensor becomes: a small
/// request with a large number in it can then ask for any amount of memory.
///
/// Values are followed backwards from the operands that set sizes. Every operator but `Shape` and
/// `Size` is taken to pass on the values of all its inputs, so an input may be named that has no
/// such power, but none is missed. Names inside functions carry the function as a prefix; bodies of
/// control flow share the names around them.
final class SizingInputs {
    /// Operands that set sizes, by operator.
    private static final Map<String, List<Integer>> SIZES =
            Map.ofEntries(
                    Map.entry("ConstantOfShape", List.of(0)),
                    Map.entry("Expand", List.of(1)),
                    Map.entry("Tile", List.of(1, 2)),
                    Map.entry("Range", List.of(0, 1, 2)),
                    Map.entry("Resize", List.of(1, 2, 3)),
                    Map.entry("Upsample", List.of(1)),
                    Map.entry("OneHot", List.of(1)),
                    Map.entry("Pad", List.of(1)),
                    Map.entry("CenterCropPad", List.of(1)),
                    Map.entry("AffineGrid", List.of(1)),
                    Map.entry("MaxUnpool", List.of(2)),
                    Map.entry("Col2Im", List.of(1)),
                    Map.entry("DFT", List.of(1)),
                    Map.entry("BlackmanWindow", List.of(0)),
                    Map.entry("HammingWindow", List.of(0)),
                    Map.entry("HannWindow", List.of(0)),
                    Map.entry("MelWeightMatrix", List.of(0, 1)),
                    Map.entry("ConvTransposeWithDynamicPads", List.of(2)),
                    Map.entry("GreedySearch", List.of(1)),
                    Map.entry("Sampling", List.of(1)),
                    Map.entry("BeamSearch", List.of(1, 3, 4)));

    private final Map<String, Set<String>> origins = new HashMap<>();
    private final Set<String> sizes = new HashSet<>();
    private final Map<FunctionKey, OnnxFunction> functions = new HashMap<>();

    private SizingInputs() {}

    static List<String> of(OnnxModel model) {
        var search = new SizingInputs();
        model.functions().forEach(function -> search.functions.put(function.key(), function));
        model.functions().forEach(search::read);
        search.read(model.graph().nodes(), "");
        var reached = search.reached();
        return model.graph().inputs().stream()
                .filter(SizingInputs::isInteger)
                .map(ValueInfoProto::getName)
                .filter(reached::contains)
                .toList();
    }

    private static boolean isInteger(ValueInfoProto input) {
        return ElementType.of(input.getType().getTensorType().getElemType(), "input").isInteger();
    }

    private void read(OnnxFunction function) {
        read(function.nodes(), prefix(function));
    }

    private void read(List<OnnxNode> nodes, String prefix) {
        nodes.forEach(node -> read(node, prefix));
    }

    private void read(OnnxNode node, String prefix) {
        findSizes(node, prefix);
        var called = functions.get(FunctionKey.of(node));
        if (called != null) {
            call(node, called, prefix);
        } else if (!node.subgraphs().isEmpty()) {
            control(node, prefix);
        } else if (!node.opType().equals("Shape") && !node.opType().equals("Size")) {
            link(node.outputs(), prefix, node.inputs(), prefix);
        }
    }

    private void findSizes(OnnxNode node, String prefix) {
        var operands = new ArrayList<>(SIZES.getOrDefault(node.opType(), List.of()));
        // Besides its carried values, of which it has as many as inputs but two, a loop may put out
        // one row for every round.
        if (node.opType().equals("Loop") && node.outputs().size() > node.inputs().size() - 2) {
            operands.add(0);
        }
        for (int operand : operands) {
            if (operand < node.inputs().size() && !node.inputs().get(operand).isEmpty()) {
                sizes.add(prefix + node.inputs().get(operand));
            }
        }
    }

    /// A body sees what goes into its node and, in the next round, what it put out itself.
    private void control(OnnxNode node, String prefix) {
        for (var body : node.subgraphs()) {
            var results = names(body.outputs());
            link(node.outputs(), prefix, results, prefix);
            link(names(body.inputs()), prefix, results, prefix);
            link(names(body.inputs()), prefix, node.inputs(), prefix);
            read(body.nodes(), prefix);
        }
        link(node.outputs(), prefix, node.inputs(), prefix);
    }

    private void call(OnnxNode node, OnnxFunction called, String prefix) {
        var inside = prefix(called);
        for (int i = 0; i < Math.min(node.inputs().size(), called.inputs().size()); i++) {
            link(List.of(called.inputs().get(i)), inside, List.of(node.inputs().get(i)), prefix);
        }
        for (int i = 0; i < Math.min(node.outputs().size(), called.outputs().size()); i++) {
            link(List.of(node.outputs().get(i)), prefix, List.of(called.outputs().get(i)), inside);
        }
    }

    /// Many to many goes through a name of its own, else one node could make billions of pairs.
    private void link(
            Collection<String> to, String toPrefix, Collection<String> from, String fromPrefix) {
        if (to.size() > 1 && from.size() > 1) {
            var between = List.of("\0" + origins.size());
            link(between, "", from, fromPrefix);
            link(to, toPrefix, between, "");
            return;
        }
        for (var name : to) {
            if (!name.isEmpty()) {
                var known = origins.computeIfAbsent(toPrefix + name, _ -> new HashSet<>());
                from.forEach(origin -> known.add(fromPrefix + origin));
            }
        }
    }

    private Set<String> reached() {
        var reached = new HashSet<>(sizes);
        var open = new ArrayDeque<>(sizes);
        while (!open.isEmpty()) {
            for (var origin : origins.getOrDefault(open.remove(), Set.of())) {
                if (reached.add(origin)) {
                    open.add(origin);
                }
            }
        }
        return reached;
    }

    private static List<String> names(List<ValueInfoProto> values) {
        return values.stream().map(ValueInfoProto::getName).toList();
    }

    private static String prefix(OnnxFunction function) {
        var key = function.key();
        return "%s\0%s\0%s\0".formatted(key.domain(), key.name(), key.overload());
    }
}
