package io.matih.inference.engine.tensor;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Arrays;

/// Axis lengths, outermost first; no axes is a scalar. In a signature -1 stands for any length.
/// Immutable.
public final class Shape {
    public static final long ANY = -1;
    public static final int MAX_RANK = 16;

    /// What a signature has where the model declares no shape at all: it accepts any, of any number
    /// of axes. In JSON it is `[-2]`, so that it is neither a scalar nor a vector.
    public static final Shape UNKNOWN = new Shape(new long[] {-2});

    private final long[] axes;

    private Shape(long[] axes) {
        this.axes = axes;
    }

    public static Shape of(long... axes) {
        return new Shape(axes.clone());
    }

    /// Apart from `of`, for Jackson cannot call a method of variable arity.
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Shape fromJson(long[] axes) {
        return of(axes);
    }

    public int rank() {
        return axes.length;
    }

    public long axis(int index) {
        return axes[index];
    }

    /// A copy that the caller owns.
    @JsonValue
    public long[] toArray() {
        return axes.clone();
    }

    public boolean isConcrete() {
        return Arrays.stream(axes).allMatch(axis -> axis >= 0);
    }

    /// The product of all axes; 1 for a scalar.
    ///
    /// @throws ArithmeticException if it does not fit a long
    public long elementCount() {
        long count = 1;
        for (long axis : axes) {
            count = Math.multiplyExact(count, axis);
        }
        return count;
    }

    /// Elements of one row: the product of all axes but the first.
    public long elementsPerRow() {
        long count = 1;
        for (int i = 1; i < axes.length; i++) {
            count = Math.multiplyExact(count, axes[i]);
        }
        return count;
    }

    public Shape withAxis(int index, long length) {
        var changed = axes.clone();
        changed[index] = length;
        return new Shape(changed);
    }

    public boolean isUnknown() {
        return equals(UNKNOWN);
    }

    /// Whether a tensor of the concrete shape `other` may stand where this one is declared.
    public boolean accepts(Shape other) {
        if (isUnknown()) {
            return true;
        }
        if (other.axes.length != axes.length) {
            return false;
        }
        for (int i = 0; i < axes.length; i++) {
            if (axes[i] != ANY && axes[i] != other.axes[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(axes, shape.axes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(axes);
    }

    /// As in JSON, without spaces: `[-1,4]`.
    @Override
    public String toString() {
        return Arrays.toString(axes).replace(" ", "");
    }
}
