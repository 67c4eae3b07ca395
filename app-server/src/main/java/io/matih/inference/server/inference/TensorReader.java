package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Reads one entry of `inputs`. Its fields may come in any order: data that comes before its
/// datatype and shape is skipped first and read afterwards. For one tensor.
final class TensorReader {
    private static final List<String> FIELDS =
            List.of("name", "datatype", "shape", "data", "parameters");
    static final String BINARY_SIZE = "binary_data_size";
    private static final List<String> PARAMETERS = List.of(BINARY_SIZE);
    private static final int SHORTEST_ELEMENT = "0,".length();
    private static final int TYPICAL_STRING = 24;

    private final InferenceLimits limits;
    private final NonFiniteText nonFinite;
    private final BinarySection binary;
    private final UnknownParameters unknown;
    private @Nullable String name;
    private @Nullable Datatype datatype;
    private @Nullable Shape shape;
    private @Nullable ElementBuffer data;
    private @Nullable JsonMark skipped;
    private @Nullable Long binarySize;

    TensorReader(
            InferenceLimits limits,
            NonFiniteText nonFinite,
            BinarySection binary,
            UnknownParameters unknown) {
        this.limits = limits;
        this.nonFinite = nonFinite;
        this.binary = binary;
        this.unknown = unknown;
    }

    Tensor read(JsonInput in) {
        var fields = new ObjectFields(in, FIELDS, ErrorCode.MALFORMED_REQUEST);
        for (var field = fields.next(); field != null; field = fields.next()) {
            field(in, field);
        }
        var readName = require(name, in, "name");
        var readDatatype = require(datatype, in, "datatype");
        var readShape = require(shape, in, "shape");
        requireOneForm(in);
        if (binarySize != null) {
            var bytes = binary.take(binarySize, () -> in.path() + ".parameters." + BINARY_SIZE);
            return BinaryTensors.read(in::path, readName, readDatatype, readShape, bytes);
        }
        if (skipped != null) {
            data = in.reopen(skipped, later -> data(later, readName, readDatatype, readShape));
        }
        return new Tensor(readName, readDatatype, readShape, require(data, in, "data").toSegment());
    }

    private void field(JsonInput in, String field) {
        switch (field) {
            case "name" -> name = tensorName(in, limits);
            case "datatype" ->
                    datatype =
                            Datatype.of(
                                    in.requireString(ErrorCode.INVALID_DTYPE, "a datatype's name"),
                                    in::path);
            case "shape" -> shape = new ShapeReader(limits).read(in);
            case "parameters" -> parameters(in);
            default -> {
                if (name == null || datatype == null || shape == null) {
                    skipped = in.skipMarked();
                } else {
                    data = data(in, name, datatype, shape);
                }
            }
        }
    }

    static String tensorName(JsonInput in, InferenceLimits limits) {
        var name = in.requireString(ErrorCode.MALFORMED_REQUEST, "a tensor's name, a string");
        if (name.length() > limits.maxNameLength()) {
            throw in.wrong(
                    ErrorCode.JSON_LIMIT,
                    "a name of at most %d characters".formatted(limits.maxNameLength()));
        }
        return name;
    }

    private ElementBuffer data(JsonInput in, String name, Datatype datatype, Shape shape) {
        var buffer = new ElementBuffer(capacity(in, datatype, shape.elementCount()));
        var elements = ElementReader.of(datatype, nonFinite);
        new DataReader(name, shape, elements, buffer).read(in, shape.rank() == 0);
        return buffer;
    }

    /// What the elements will take, but no more than the rest of the body can hold: a shape costs
    /// nothing to send.
    private static int capacity(JsonInput in, Datatype datatype, long count) {
        long possible = Math.min(count, in.remaining() / SHORTEST_ELEMENT + 1L);
        if (datatype == Datatype.BYTES) {
            return (int) Math.min(possible * TYPICAL_STRING, in.remaining() + possible);
        }
        return Math.toIntExact(possible * datatype.byteSize());
    }

    private void parameters(JsonInput in) {
        var fields =
                new ObjectFields(
                        in,
                        PARAMETERS,
                        ErrorCode.INVALID_PARAMETER,
                        (path, parameter) -> unknown.meet(path, parameter, PARAMETERS));
        while (fields.next() != null) {
            binarySize =
                    in.requireLong(
                            ErrorCode.BINARY_SIZE,
                            0,
                            Long.MAX_VALUE,
                            "a number of bytes, an integer from 0");
        }
    }

    private void requireOneForm(JsonInput in) {
        boolean json = data != null || skipped != null;
        if (json == (binarySize != null) && (json || binary.isUsual())) {
            throw JsonInput.wrong(
                    ErrorCode.BINARY_SIZE,
                    in.path(),
                    "either data or parameters." + BINARY_SIZE,
                    json ? "both" : "neither");
        }
    }

    private static <T> T require(@Nullable T value, JsonInput in, String field) {
        if (value == null) {
            throw ObjectFields.missing(ErrorCode.MALFORMED_REQUEST, in.path(), field);
        }
        return value;
    }
}
