package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.tensor.Datatype;

/// Integers that fit a `long`: no fraction, no exponent, no wrapping.
final class IntegerReader implements ElementReader {
    private final Datatype datatype;
    private final long min;
    private final long max;

    IntegerReader(Datatype datatype, long min, long max) {
        this.datatype = datatype;
        this.min = min;
        this.max = max;
    }

    @Override
    public void read(JsonInput in, ElementBuffer target) {
        requireInteger(in, datatype);
        if (!in.number().fitsLong()) {
            throw outOfRange(in);
        }
        long value = in.number().longValue();
        if (value < min || value > max) {
            throw outOfRange(in);
        }
        switch (datatype.byteSize()) {
            case Byte.BYTES -> target.putByte((byte) value);
            case Short.BYTES -> target.putShort((short) value);
            case Integer.BYTES -> target.putInt((int) value);
            default -> target.putLong(value);
        }
    }

    @Override
    public long readOn(JsonInput in, ElementBuffer target, long most) {
        long count = 0;
        while (count < most && in.nextNumber()) {
            read(in, target);
            count++;
        }
        return count;
    }

    static void requireInteger(JsonInput in, Datatype datatype) {
        if (in.token() != JsonToken.VALUE_NUMBER_INT) {
            throw in.wrong(
                    ErrorCode.INVALID_DTYPE,
                    datatype + ", an integer without fraction or exponent");
        }
    }

    private RuntimeException outOfRange(JsonInput in) {
        return in.wrong(ErrorCode.OUT_OF_RANGE, "%s from %d to %d".formatted(datatype, min, max));
    }
}
