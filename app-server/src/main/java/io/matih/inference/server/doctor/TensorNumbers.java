package io.matih.inference.server.doctor;

import static io.matih.inference.server.doctor.Checks.require;
import static io.matih.inference.server.doctor.Checks.requireEqual;

import io.matih.inference.engine.tensor.Datatype;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/// An output's numbers, to compare what came in two forms.
final class TensorNumbers {
    private static final double TOLERANCE = 1e-5;

    private final double[] values;

    private TensorNumbers(double[] values) {
        this.values = values;
    }

    /// Absent for datatypes that are not compared.
    static @Nullable TensorNumbers of(Datatype datatype, byte[] bytes, int offset, int length) {
        var buffer = ByteBuffer.wrap(bytes, offset, length).order(ByteOrder.LITTLE_ENDIAN);
        return switch (datatype) {
            case FP32 -> read(length / Float.BYTES, _ -> buffer.getFloat());
            case FP64 -> read(length / Double.BYTES, _ -> buffer.getDouble());
            case INT32 -> read(length / Integer.BYTES, _ -> buffer.getInt());
            case INT64 -> read(length / Long.BYTES, _ -> buffer.getLong());
            default -> null;
        };
    }

    private static TensorNumbers read(int count, IntToDoubleFunction next) {
        var values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = next.applyAsDouble(i);
        }
        return new TensorNumbers(values);
    }

    void requireSame(JsonNode data, Object name) {
        var flat = new ArrayList<Double>();
        flatten(data, flat);
        requireEqual(values.length, flat.size(), "elements of output " + name);
        for (int i = 0; i < values.length; i++) {
            double difference = Math.abs(values[i] - flat.get(i));
            require(
                    difference <= TOLERANCE * Math.max(1, Math.abs(values[i]))
                            || Double.isNaN(values[i]),
                    "output %s, element %d: %s in JSON, %s in bytes"
                            .formatted(name, i, flat.get(i), values[i]));
        }
    }

    private static void flatten(JsonNode data, List<Double> flat) {
        for (var element : data) {
            if (element.isArray()) {
                flatten(element, flat);
            } else {
                flat.add(element.asDouble());
            }
        }
    }
}
