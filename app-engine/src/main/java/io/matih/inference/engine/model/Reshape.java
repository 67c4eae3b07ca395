package io.matih.inference.engine.model;

import io.matih.inference.engine.tensor.Shape;

import java.util.List;

/// The same elements in two shapes: as requests and answers have them, and as the model has them.
/// Neither has the batch's axis; -1 is any length, as often in one as in the other, in the same
/// order.
public record Reshape(List<Long> outer, List<Long> inner) {
    public Reshape {
        outer = List.copyOf(outer);
        inner = List.copyOf(inner);
    }

    /// @param batched whether the first axis of `actual` counts rows and stays
    public Shape toModel(Shape actual, boolean batched) {
        return convert(actual, outer, inner, batched);
    }

    /// @param batched whether the first axis of `actual` counts rows and stays
    public Shape fromModel(Shape actual, boolean batched) {
        return convert(actual, inner, outer, batched);
    }

    private static Shape convert(Shape actual, List<Long> from, List<Long> to, boolean batched) {
        int first = batched ? 1 : 0;
        var axes = new long[first + to.size()];
        if (batched) {
            axes[0] = actual.axis(0);
        }
        int source = 0;
        for (int i = 0; i < to.size(); i++) {
            axes[first + i] = to.get(i);
            if (to.get(i) == Shape.ANY) {
                while (from.get(source) != Shape.ANY) {
                    source++;
                }
                axes[first + i] = actual.axis(first + source++);
            }
        }
        return Shape.of(axes);
    }
}
