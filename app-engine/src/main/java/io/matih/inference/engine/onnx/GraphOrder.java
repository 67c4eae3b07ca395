package io.matih.inference.engine.onnx;

import io.matih.inference.engine.onnx.OnnxModel.OnnxFunction;
import io.matih.inference.engine.onnx.OnnxModel.OnnxGraph;
import io.matih.inference.engine.onnx.OnnxModel.OnnxNode;
import io.matih.inference.engine.onnx.proto.OnnxMl.ValueInfoProto;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Checks that each tensor of a graph has one origin and that its nodes can be run in some order
/// (ONNX IR specification, "Graphs": single static assignment, no cycles).
///
/// The order of the file does not matter, as it does not to the runtime. A node that holds
/// subgraphs also reads whatever these take from around them.
final class GraphOrder {
    private final Set<String> given = new HashSet<>();
    private final Set<String> produced = new HashSet<>();
    private final Set<String> outer = new LinkedHashSet<>();
    private final List<OnnxNode> nodes;

    private GraphOrder(List<OnnxNode> nodes) {
        this.nodes = nodes;
    }

    static void require(OnnxModel model) {
        var graph = model.graph();
        if (graph.outputs().isEmpty()) {
            throw Refusal.invalid("the model's graph has no outputs");
        }
        requireClosed(outerNames(graph), "the model's graph");
        model.functions().forEach(GraphOrder::requireFunction);
    }

    private static void requireFunction(OnnxFunction function) {
        var what = "function '%s'".formatted(function.key().label());
        var order = new GraphOrder(function.nodes());
        order.give(function.inputs(), "input of " + what);
        order.run();
        order.requireOutputs(function.outputs(), what);
        requireClosed(order.outer, what);
    }

    /// @return names that the graph takes from around it
    private static Set<String> outerNames(OnnxGraph graph) {
        var order = new GraphOrder(graph.nodes());
        order.give(graph.inputs().stream().map(ValueInfoProto::getName).toList(), "input");
        requireDistinct(graph.initializers(), "initializer");
        order.given.addAll(graph.initializers());
        order.run();
        order.requireOutputs(
                graph.outputs().stream().map(ValueInfoProto::getName).toList(), "the graph");
        return order.outer;
    }

    private static void requireClosed(Set<String> outer, String what) {
        if (!outer.isEmpty()) {
            throw Refusal.invalid(
                    "%s uses tensor '%s', which nothing produces"
                            .formatted(what, Refusal.clip(outer.iterator().next())));
        }
    }

    private static void requireDistinct(Collection<String> names, String what) {
        var seen = new HashSet<String>();
        for (var name : names) {
            if (name.isEmpty()) {
                throw Refusal.invalid("an %s of the model has no name".formatted(what));
            }
            if (!seen.add(name)) {
                throw Refusal.invalid(
                        "the model has two tensors named '%s': %s given twice"
                                .formatted(Refusal.clip(name), what));
            }
        }
    }

    private void give(Collection<String> names, String what) {
        requireDistinct(names, what);
        given.addAll(names);
    }

    private void requireOutputs(Collection<String> outputs, String what) {
        requireDistinct(outputs, "output");
        for (var output : outputs) {
            if (!given.contains(output) && !produced.contains(output)) {
                throw Refusal.invalid(
                        "output '%s' of %s is never produced"
                                .formatted(Refusal.clip(output), what));
            }
        }
    }

    private void run() {
        for (var node : nodes) {
            node.outputs().stream().filter(output -> !output.isEmpty()).forEach(this::produce);
        }
        var missing = new int[nodes.size()];
        var readers = readers(missing);
        var ready = new ArrayDeque<Integer>();
        for (int i = 0; i < missing.length; i++) {
            if (missing[i] == 0) {
                ready.add(i);
            }
        }
        int done = 0;
        for (; !ready.isEmpty(); done++) {
            for (var output : nodes.get(ready.remove()).outputs()) {
                for (int reader : readers.getOrDefault(output, List.of())) {
                    if (--missing[reader] == 0) {
                        ready.add(reader);
                    }
                }
            }
        }
        if (done < missing.length) {
            throw cycle(missing);
        }
    }

    private void produce(String output) {
        if (given.contains(output) || !produced.add(output)) {
            throw Refusal.invalid(
                    "the model has two tensors named '%s': each can have one origin only"
                            .formatted(Refusal.clip(output)));
        }
    }

    /// @param missing receives how many tensors each node waits for
    /// @return the nodes that wait for each tensor
    private Map<String, List<Integer>> readers(int[] missing) {
        var readers = new HashMap<String, List<Integer>>();
        for (int i = 0; i < missing.length; i++) {
            for (var name : reads(nodes.get(i))) {
                if (produced.contains(name)) {
                    missing[i]++;
                    readers.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(i);
                } else if (!given.contains(name)) {
                    outer.add(name);
                }
            }
        }
        return readers;
    }

    private static Set<String> reads(OnnxNode node) {
        var reads = new LinkedHashSet<>(node.inputs());
        node.subgraphs().forEach(subgraph -> reads.addAll(outerNames(subgraph)));
        reads.remove("");
        return reads;
    }

    private RuntimeException cycle(int[] missing) {
        int stuck = 0;
        while (missing[stuck] == 0) {
            stuck++;
        }
        return Refusal.invalid(
                "the model's graph has a cycle: node %s needs what is made from its own result"
                        .formatted(nodes.get(stuck).label()));
    }
}
