package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.tensor.Datatype;

/// `UINT64`, all 64 bits of it.
final class UnsignedLongReader implements ElementReader {
    @Override
    public void read(JsonInput in, ElementBuffer target) {
        IntegerReader.requireInteger(in, Datatype.UINT64);
        if (in.number().fitsLong()) {
            long value = in.number().longValue();
            if (value < 0) {
                throw outOfRange(in);
            }
            target.putLong(value);
        } else {
            var value = in.number().bigIntegerValue();
            if (value.signum() < 0 || value.bitLength() > Long.SIZE) {
                throw outOfRange(in);
            }
            target.putLong(value.longValue());
        }
    }

    private static RuntimeException outOfRange(JsonInput in) {
        return in.wrong(ErrorCode.OUT_OF_RANGE, "UINT64 from 0 to " + Long.toUnsignedString(-1));
    }
}
