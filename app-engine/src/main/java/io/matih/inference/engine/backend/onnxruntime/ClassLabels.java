package io.matih.inference.engine.backend.onnxruntime;

import static java.util.Comparator.comparing;

import com.google.protobuf.ByteString;

import io.matih.inference.engine.onnx.proto.OnnxMl.ModelProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.NodeProto;
import io.matih.inference.engine.tensor.TensorSpec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// The order of the classes in outputs that are a sequence of maps. ONNX Runtime sorts each map by
/// key; the model means the order of the `ZipMap` node's attribute (ONNX-ML operators, ZipMap).
///
/// @param places by output name: for each class in the model's order its place among the sorted
record ClassLabels(Map<String, int[]> places) {
    static final ClassLabels NONE = new ClassLabels(Map.of());

    static ClassLabels read(Path modelFile) throws IOException {
        try (var in = Files.newInputStream(modelFile)) {
            var places = new HashMap<String, int[]>();
            for (var node : ModelProto.parseFrom(in).getGraph().getNodeList()) {
                if (node.getOpType().equals("ZipMap") && node.getOutputCount() == 1) {
                    places.put(node.getOutput(0), places(node));
                }
            }
            return new ClassLabels(places);
        }
    }

    /// @param declared how the model's metadata declares the output: `[rows, classes]`
    int[] places(TensorSpec declared) {
        var known = places.get(declared.name());
        if (known != null) {
            return known;
        }
        // No ZipMap makes it directly: as it comes, sorted.
        int classes = declared.shape().rank() == 2 ? (int) declared.shape().axis(1) : 0;
        return IntStream.range(0, classes).toArray();
    }

    private static int[] places(NodeProto node) {
        for (var attribute : node.getAttributeList()) {
            switch (attribute.getName()) {
                case "classlabels_int64s" -> {
                    return ranks(attribute.getIntsList(), Comparator.naturalOrder());
                }
                case "classlabels_strings" -> {
                    return ranks(
                            attribute.getStringsList(),
                            ByteString.unsignedLexicographicalComparator());
                }
                default -> {}
            }
        }
        return new int[0];
    }

    private static <T> int[] ranks(List<T> labels, Comparator<T> order) {
        int[] sorted =
                IntStream.range(0, labels.size())
                        .boxed()
                        .sorted(comparing(labels::get, order))
                        .mapToInt(Integer::intValue)
                        .toArray();
        var ranks = new int[sorted.length];
        for (int rank = 0; rank < sorted.length; rank++) {
            ranks[sorted[rank]] = rank;
        }
        return ranks;
    }
}
