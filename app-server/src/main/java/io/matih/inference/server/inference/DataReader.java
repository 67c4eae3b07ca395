package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Shape;

/// Reads elements that are nested as their shape says, or lie flat in row-major order.
final class DataReader {
    private final String name;
    private final Shape shape;
    private final long count;
    private final ElementReader elements;
    private final ElementBuffer target;

    /// @param name the tensor's, for messages
    DataReader(String name, Shape shape, ElementReader elements, ElementBuffer target) {
        this.name = name;
        this.shape = shape;
        this.count = shape.elementCount();
        this.elements = elements;
        this.target = target;
    }

    /// @param bare whether a single element may stand without an array around it
    void read(JsonInput in, boolean bare) {
        if (in.token() == JsonToken.START_ARRAY) {
            array(in);
        } else if (bare && count == 1) {
            elements.read(in, target);
        } else {
            throw invalid(in.path(), "an array", in.shown());
        }
    }

    private void array(JsonInput in) {
        var first = in.next();
        if (first == JsonToken.START_ARRAY && shape.rank() > 1) {
            axis(in, first, 0);
        } else {
            leaves(in, first, count);
        }
    }

    private void axis(JsonInput in, JsonToken first, int axis) {
        long length = shape.axis(axis);
        if (axis == shape.rank() - 1) {
            leaves(in, first, length);
            return;
        }
        long seen = 0;
        for (var token = first; token != JsonToken.END_ARRAY; token = in.next()) {
            if (seen++ == length) {
                throw tooMany(in, length);
            }
            if (token != JsonToken.START_ARRAY) {
                throw invalid(in.path(), "an array", in.shown());
            }
            axis(in, in.next(), axis + 1);
        }
        requireAll(in, length, seen);
    }

    private void leaves(JsonInput in, JsonToken first, long length) {
        long seen = 0;
        for (var token = first; token != JsonToken.END_ARRAY; token = in.next()) {
            if (seen == length) {
                throw tooMany(in, length);
            }
            if (token == JsonToken.START_ARRAY) {
                var failure = invalid(in.path(), "an element", in.shown());
                in.skip(); // nesting past the limit is the graver fault, and fails here
                throw failure;
            }
            elements.read(in, target);
            seen++;
            seen += elements.readOn(in, target, length - seen);
        }
        requireAll(in, length, seen);
    }

    private void requireAll(JsonInput in, long length, long seen) {
        if (seen != length) {
            throw invalid(in.path(), elements(length), Long.toString(seen));
        }
    }

    /// The current value is the first one too many.
    private ServingException tooMany(JsonInput in, long length) {
        var path = in.holderPath();
        long seen = length;
        do {
            seen++;
            in.skip();
        } while (in.next() != JsonToken.END_ARRAY);
        return invalid(path, elements(length), Long.toString(seen));
    }

    private static String elements(long length) {
        return length == 1 ? "1 element" : length + " elements";
    }

    private ServingException invalid(String path, String expected, String actual) {
        return new ServingException(
                ErrorCode.INVALID_SHAPE,
                "%s: expected %s, got %s (input '%s', shape %s)"
                        .formatted(path, expected, actual, ServingException.clip(name), shape),
                new ErrorDetail(path, expected, actual));
    }
}
