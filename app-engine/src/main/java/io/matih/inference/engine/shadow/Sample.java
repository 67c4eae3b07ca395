package io.matih.inference.engine.shadow;

import io.matih.inference.engine.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/// One row of a tensor, kept for people to look at.
///
/// @param name of the tensor
/// @param shape axis lengths of the row
/// @param values its elements, the first of them where there are many; empty where they are
///   redacted
/// @param elements how many there are
/// @param redacted whether they are not kept because the operator said so
public record Sample(
        String name, List<Long> shape, List<Object> values, long elements, boolean redacted) {
    private static final long MOST = 1024;

    public Sample {
        shape = List.copyOf(shape);
        values = List.copyOf(values);
    }

    /// @param rows of the request; a tensor with another first axis is one row
    static Sample of(Tensor tensor, long row, long rows, boolean redacted) {
        boolean split = tensor.shape().rank() > 0 && tensor.rows() == rows;
        var axes = tensor.shape().toArray();
        var shape = new ArrayList<Long>();
        for (int i = split ? 1 : 0; i < axes.length; i++) {
            shape.add(axes[i]);
        }
        long elements = split ? tensor.shape().elementsPerRow() : tensor.shape().elementCount();
        var values = new ArrayList<Object>();
        if (!redacted) {
            var all = new Values(tensor);
            long from = split ? row * elements : 0;
            for (long i = from; i < from + Math.min(elements, MOST); i++) {
                values.add(all.shown(i));
            }
        }
        return new Sample(tensor.name(), shape, values, elements, redacted);
    }
}
