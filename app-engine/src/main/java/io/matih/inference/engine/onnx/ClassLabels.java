package io.matih.inference.engine.onnx;

import static io.matih.inference.engine.onnx.WireReader.BYTES;
import static io.matih.inference.engine.onnx.WireReader.VARINT;

import io.matih.inference.engine.onnx.proto.OnnxMl.AttributeProto;

import java.util.ArrayList;
import java.util.List;

/// The classes of a classifier, in the order of its scores, whole numbers written as text.
final class ClassLabels {
    private static final int MAX_LABELS = 100_000;

    private ClassLabels() {}

    /// @param wire in front of an attribute whose list of numbers or strings are the labels
    static List<String> read(WireReader wire) {
        var labels = new ArrayList<String>();
        wire.message(
                tag -> {
                    switch (tag) {
                        case AttributeProto.INTS_FIELD_NUMBER << 3 | VARINT ->
                                add(labels, Long.toString(wire.varint()));
                        case AttributeProto.INTS_FIELD_NUMBER << 3 | BYTES ->
                                wire.packed(label -> add(labels, Long.toString(label)));
                        case AttributeProto.STRINGS_FIELD_NUMBER << 3 | BYTES ->
                                add(labels, wire.text());
                        default -> {
                            return false;
                        }
                    }
                    return true;
                });
        return labels;
    }

    private static void add(List<String> labels, String label) {
        if (labels.size() == MAX_LABELS) {
            throw Refusal.limit("the model has more than %d class labels".formatted(MAX_LABELS));
        }
        labels.add(label);
    }
}
