package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The shape of one row of an input: its axes but the first, the open ones settled by the first
/// row.
final class RowShape {
    private RowShape() {}

    /// @param in stands at the first row's value, and still does afterwards
    static Shape of(TensorSpec spec, JsonInput in) {
        var declared = declared(spec, in.path());
        if (declared.isConcrete()) {
            return declared;
        }
        var measured = in.reopen(in.here(), RowShape::measure);
        if (measured.rank() == 0) {
            measured = single(declared);
        }
        if (!declared.accepts(measured)) {
            throw invalid(spec, in.path(), declared.toString(), measured.toString());
        }
        return measured;
    }

    /// @param columns how many make up a row; an open axis takes what the fixed ones leave
    static Shape ofColumns(TensorSpec spec, int columns) {
        var path = ServingException.clip(spec.name());
        var shape = declared(spec, path);
        long left = columns;
        for (int i = 0; i < shape.rank(); i++) {
            long axis = shape.axis(i);
            left = axis == Shape.ANY ? left : axis != 0 && left % axis == 0 ? left / axis : 0;
        }
        for (int i = 0; i < shape.rank(); i++) {
            if (shape.axis(i) == Shape.ANY) {
                shape = shape.withAxis(i, left);
                left = 1;
            }
        }
        if (left != 1 || columns == 0) {
            throw invalid(spec, path, shape.toString(), columns + " columns");
        }
        return shape;
    }

    private static Shape declared(TensorSpec spec, String path) {
        var axes = spec.shape().toArray();
        if (axes.length == 0) {
            throw invalid(
                    spec, path, "a scalar, which has no rows; send inputs instead", "instances");
        }
        return Shape.of(Arrays.copyOfRange(axes, 1, axes.length));
    }

    /// A value without an array around it may stand for the only element of a row.
    private static Shape single(Shape declared) {
        var axes = declared.toArray();
        for (int i = 0; i < axes.length; i++) {
            axes[i] = axes[i] == Shape.ANY ? 1 : axes[i];
        }
        return Shape.of(axes);
    }

    private static Shape measure(JsonInput in) {
        var axes = new ArrayList<Long>();
        measure(in, axes);
        return Shape.of(axes.stream().mapToLong(Long::longValue).toArray());
    }

    private static void measure(JsonInput in, List<Long> axes) {
        if (in.token() != JsonToken.START_ARRAY) {
            in.skip();
            return;
        }
        int depth = axes.size();
        axes.add(0L);
        long length = 0;
        while (in.next() != JsonToken.END_ARRAY) {
            if (length++ == 0) {
                measure(in, axes);
            } else {
                in.skip();
            }
        }
        axes.set(depth, length);
    }

    private static ServingException invalid(
            TensorSpec spec, String path, String expected, String actual) {
        return new ServingException(
                ErrorCode.INVALID_SHAPE,
                "%s: expected a row of input '%s' to be %s, got %s"
                        .formatted(
                                path,
                                ServingException.clip(spec.name()),
                                expected,
                                ServingException.clip(actual)),
                new ErrorDetail(path, expected, ServingException.clip(actual)));
    }
}
