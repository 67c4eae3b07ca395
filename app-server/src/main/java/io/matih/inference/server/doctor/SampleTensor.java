package io.matih.inference.server.doctor;

import io.matih.inference.engine.tensor.Datatype;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// An input made from what a server says of its model: zeros, or strings that say nothing.
///
/// @param shape every axis known
record SampleTensor(String name, Datatype datatype, List<Long> shape) {
    private static final long MOST_ELEMENTS = 1 << 22;
    private static final byte[] TEXT = "a".getBytes(StandardCharsets.UTF_8);

    /// @param declared -1 for axes of any length, which become 1 long
    static SampleTensor of(String name, String datatype, List<Long> declared) {
        var shape = declared.stream().map(axis -> axis < 0 ? 1L : axis).toList();
        var sample = new SampleTensor(name, Datatype.of(datatype, () -> name), shape);
        if (sample.elements() > MOST_ELEMENTS) {
            throw new NotOfferedException("input '%s' is too large to ask with".formatted(name));
        }
        return sample;
    }

    long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /// FP16 and BF16 have no form in JSON, nor have they in typed contents of gRPC.
    boolean hasJson() {
        return datatype != Datatype.FP16 && datatype != Datatype.BF16;
    }

    ObjectNode described() {
        var node = JsonNodeFactory.instance.objectNode();
        node.put("name", name).put("datatype", datatype.name());
        var axes = node.putArray("shape");
        shape.forEach(axes::add);
        return node;
    }

    ObjectNode asJson() {
        var node = described();
        node.set("data", flat());
        return node;
    }

    private ArrayNode flat() {
        var data = JsonNodeFactory.instance.arrayNode();
        for (long i = 0; i < elements(); i++) {
            addZero(data);
        }
        return data;
    }

    private void addZero(ArrayNode data) {
        switch (datatype) {
            case BOOL -> data.add(false);
            case BYTES -> data.add("a");
            default -> data.add(0);
        }
    }

    /// The same with arrays in arrays, an array an axis.
    ObjectNode asNestedJson() {
        var node = described();
        node.set("data", shape.isEmpty() ? flat() : nested(0));
        return node;
    }

    private ArrayNode nested(int axis) {
        var data = JsonNodeFactory.instance.arrayNode();
        for (long i = 0; i < shape.get(axis); i++) {
            if (axis == shape.size() - 1) {
                addZero(data);
            } else {
                data.add(nested(axis + 1));
            }
        }
        return data;
    }

    /// Little-endian, strings with their lengths before them.
    byte[] bytes() {
        int count = Math.toIntExact(elements());
        if (datatype != Datatype.BYTES) {
            return new byte[Math.multiplyExact(count, datatype.byteSize())];
        }
        var bytes =
                ByteBuffer.allocate(Math.multiplyExact(count, Integer.BYTES + TEXT.length))
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putInt(TEXT.length).put(TEXT);
        }
        return bytes.array();
    }
}
