package io.matih.inference.engine.backend.onnxruntime;

import static java.util.Comparator.comparing;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.SequenceInfo;

import com.google.protobuf.ByteString;

import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.tensor.TensorSpec;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// The order of the classes in outputs that are a sequence of maps. ONNX Runtime sorts each map by
/// key; the model means the order of the `ZipMap` node's attribute (ONNX-ML operators, ZipMap).
///
/// @param places by output name: for each class in the model's order its place among the sorted
record ClassOrder(Map<String, int[]> places) {
    static final ClassOrder NONE = new ClassOrder(Map.of());

    static ClassOrder of(ModelMetadata metadata, OrtSession session) throws OrtException {
        var places = new HashMap<String, int[]>();
        for (var output : session.getOutputInfo().values()) {
            if (output.getInfo() instanceof SequenceInfo info && info.isSequenceOfMaps()) {
                var labels = metadata.classLabels().getOrDefault(output.getName(), List.of());
                places.put(output.getName(), places(labels, info.mapInfo.keyType));
            }
        }
        return new ClassOrder(places);
    }

    /// @param declared how the model's metadata declares the output: `[rows, classes]`
    int[] places(TensorSpec declared) {
        int classes = declared.shape().rank() == 2 ? (int) declared.shape().axis(1) : 0;
        var known = places.get(declared.name());
        // Where the labels are not known the columns stay as they come, sorted.
        return known != null && known.length == classes
                ? known
                : IntStream.range(0, Math.max(0, classes)).toArray();
    }

    private static int[] places(List<String> labels, OnnxJavaType key) {
        return key == OnnxJavaType.STRING
                ? ranks(
                        labels.stream().map(ByteString::copyFromUtf8).toList(),
                        ByteString.unsignedLexicographicalComparator())
                : ranks(labels.stream().map(Long::valueOf).toList(), Comparator.naturalOrder());
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
