package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Shape;

import java.util.Arrays;
import java.util.function.Supplier;

/// Reads and bounds the shapes of tensors in requests.
final class ShapeReader {
    private final InferenceLimits limits;

    ShapeReader(InferenceLimits limits) {
        this.limits = limits;
    }

    Shape read(JsonInput in) {
        in.requireArray(ErrorCode.INVALID_SHAPE, "an array of axis lengths");
        var axes = new long[limits.maxRank()];
        int rank = 0;
        while (in.next() != JsonToken.END_ARRAY) {
            if (rank == axes.length) {
                throw invalid(in.holderPath(), "at most %d axes".formatted(axes.length), "more");
            }
            axes[rank++] =
                    in.requireLong(
                            ErrorCode.INVALID_SHAPE,
                            0,
                            Long.MAX_VALUE,
                            "an axis length, an integer from 0");
        }
        return require(Shape.of(Arrays.copyOf(axes, rank)), in::path);
    }

    /// Axis lengths that did not come in JSON.
    ///
    /// @throws ServingException `INVALID_SHAPE`
    Shape require(long[] axes, Supplier<String> path) {
        if (axes.length > limits.maxRank()) {
            throw invalid(path.get(), "at most %d axes".formatted(limits.maxRank()), "more");
        }
        for (long axis : axes) {
            if (axis < 0) {
                throw invalid(path.get(), "axis lengths from 0", Long.toString(axis));
            }
        }
        return require(Shape.of(axes), path);
    }

    /// @param shape without any -1
    /// @param path where it stands in the request, asked for only where it is wrong
    /// @throws ServingException `INVALID_SHAPE` where it counts more elements than are allowed
    Shape require(Shape shape, Supplier<String> path) {
        long count = 1;
        for (int i = 0; i < shape.rank(); i++) {
            long axis = Math.max(1, shape.axis(i));
            if (axis > limits.maxElements() / count) {
                throw invalid(
                        path.get(),
                        "at most %d elements".formatted(limits.maxElements()),
                        shape.toString());
            }
            count *= axis;
        }
        return shape;
    }

    private static ServingException invalid(String path, String expected, String actual) {
        return new ServingException(
                ErrorCode.INVALID_SHAPE,
                "%s: expected %s, got %s".formatted(path, expected, ServingException.clip(actual)),
                new ErrorDetail(path, expected, ServingException.clip(actual)));
    }
}
