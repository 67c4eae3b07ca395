package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// The classification extension of the Open Inference Protocol: the best classes of each row in
/// place of all scores.
public final class Classification {
    private static final int FIRST_CAPACITY = 1024;

    private Classification() {}

    /// The highest scores, best first, as strings `value:index` or, where the class has a name,
    /// `value:index:label`; of equal scores the lower index comes first, NaN comes last.
    ///
    /// @param scores `[batch, classes…]`, further axes counted as classes too, or `[classes]`
    /// @param classes how many; as many as there are where there are fewer
    /// @param labels names of the classes by index, as far as they have any
    /// @param nonFiniteAllowed whether NaN and the infinities may be among the scores
    /// @return `BYTES` of shape `[batch, classes]` or `[classes]`
    /// @throws ServingException `INVALID_PARAMETER` for `BOOL`, `BYTES` and scalars,
    ///   `NON_FINITE_OUTPUT`
    public static Tensor best(
            Tensor scores, int classes, List<String> labels, boolean nonFiniteAllowed) {
        var shape = scores.shape();
        boolean numeric = scores.datatype() != Datatype.BYTES && scores.datatype() != Datatype.BOOL;
        if (!numeric || shape.rank() == 0) {
            throw noClasses(scores);
        }
        boolean batched = shape.rank() > 1;
        long perRow = batched ? shape.elementsPerRow() : shape.axis(0);
        long rows = batched ? shape.axis(0) : 1;
        long kept = Math.min(classes, perRow);
        var target = new ElementBuffer(FIRST_CAPACITY);
        var numbers = new Scores(scores);
        if (!nonFiniteAllowed) {
            numbers.requireFinite();
        }
        for (long row = 0; row < rows; row++) {
            best(numbers, row * perRow, perRow, kept, labels, target);
        }
        var result = batched ? Shape.of(rows, kept) : Shape.of(kept);
        return new Tensor(scores.name(), Datatype.BYTES, result, target.toSegment());
    }

    private static void best(
            Scores scores,
            long start,
            long count,
            long kept,
            List<String> labels,
            ElementBuffer target) {
        Comparator<Long> better =
                (a, b) -> {
                    int byScore = scores.compare(start + b, start + a);
                    return byScore != 0 ? byScore : Long.compare(a, b);
                };
        var worstFirst = new PriorityQueue<Long>(better.reversed());
        for (long i = 0; i < count; i++) {
            if (worstFirst.size() < kept) {
                worstFirst.add(i);
            } else if (kept > 0 && better.compare(i, worstFirst.element()) < 0) {
                worstFirst.remove();
                worstFirst.add(i);
            }
        }
        for (var index : worstFirst.stream().sorted(better).toList()) {
            var text = scores.text(start + index) + ":" + index + label(labels, index);
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            target.putInt(bytes.length);
            target.putBytes(bytes);
        }
    }

    private static String label(List<String> labels, long index) {
        return index < labels.size() ? ":" + labels.get((int) index) : "";
    }

    private static ServingException noClasses(Tensor scores) {
        var actual = "%s %s".formatted(scores.datatype(), scores.shape());
        return new ServingException(
                ErrorCode.INVALID_PARAMETER,
                "classification of output '%s': expected numbers with an axis of classes, got %s"
                        .formatted(ServingException.clip(scores.name()), actual),
                new ErrorDetail("classification", "numbers with an axis of classes", actual));
    }
}
