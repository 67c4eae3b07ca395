package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.tensor.Datatype;

/// Floating-point numbers, rounded once to the nearest, ties to even; what would round to infinity
/// is refused.
final class FloatingReader implements ElementReader {
    private final Datatype datatype;
    private final NonFiniteText nonFinite;

    FloatingReader(Datatype datatype, NonFiniteText nonFinite) {
        this.datatype = datatype;
        this.nonFinite = nonFinite;
    }

    @Override
    public void read(JsonInput in, ElementBuffer target) {
        switch (in.token()) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(in, target);
            case VALUE_STRING -> special(in, target);
            default -> throw noNumber(in);
        }
    }

    @Override
    public long readOn(JsonInput in, ElementBuffer target, long most) {
        long count = 0;
        while (count < most && in.nextNumber()) {
            number(in, target);
            count++;
        }
        return count;
    }

    private void number(JsonInput in, ElementBuffer target) {
        switch (datatype) {
            case FP32 -> {
                float value = in.number().floatValue();
                requireFinite(in, value);
                target.putInt(Float.floatToRawIntBits(value));
            }
            case FP64 -> {
                double value = in.number().doubleValue();
                requireFinite(in, value);
                target.putLong(Double.doubleToRawLongBits(value));
            }
            default -> {
                var format = SmallFloat.of(datatype);
                double value = format.round(in.number().doubleValue(), in::raw);
                requireFinite(in, value);
                target.putShort(format.bits(value));
            }
        }
    }

    private void special(JsonInput in, ElementBuffer target) {
        var value = nonFinite.value(in);
        if (value == null) {
            throw noNumber(in);
        }
        switch (datatype) {
            case FP32 -> target.putInt(Float.floatToIntBits(value.floatValue()));
            case FP64 -> target.putLong(Double.doubleToLongBits(value));
            default -> target.putShort(SmallFloat.of(datatype).bits(value));
        }
    }

    private void requireFinite(JsonInput in, double value) {
        if (Double.isInfinite(value)) {
            throw in.wrong(ErrorCode.OUT_OF_RANGE, "a number in the range of " + datatype);
        }
    }

    private RuntimeException noNumber(JsonInput in) {
        return in.wrong(ErrorCode.INVALID_DTYPE, datatype + ", a number");
    }
}
