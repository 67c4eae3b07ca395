package io.matih.inference.server.inference;

import io.matih.inference.engine.tensor.Datatype;

import java.math.BigDecimal;
import java.util.function.Supplier;

/// A 16-bit floating-point format.
///
/// Decimal text is read as a `double` first. Rounding that again is right except where the double
/// lies exactly between two neighbours, for the text may have lain beside it: there the text itself
/// decides (the double is the one nearest to the text, so it lies on the same side of every other
/// boundary, all of which are doubles too).
enum SmallFloat {
    /// IEEE 754 binary16.
    FP16(10, -14, 65504),
    /// The upper half of an IEEE 754 binary32.
    BF16(7, -126, 0x1.FEp127);

    private final int fractionBits;
    private final int minExponent;
    private final double largest;

    SmallFloat(int fractionBits, int minExponent, double largest) {
        this.fractionBits = fractionBits;
        this.minExponent = minExponent;
        this.largest = largest;
    }

    /// @param datatype `FP16` or `BF16`
    static SmallFloat of(Datatype datatype) {
        return datatype == Datatype.FP16 ? FP16 : BF16;
    }

    /// The nearest number of this format; infinite where that is too large for it.
    ///
    /// @param value the double nearest to `text`
    double round(double value, Supplier<String> text) {
        int exponent = Math.max(Math.getExponent(value), minExponent);
        double quantum = Math.scalb(1.0, exponent - fractionBits);
        double scaled = value / quantum;
        double whole = Math.rint(scaled);
        if (Math.abs(scaled - whole) == 0.5) {
            int side = new BigDecimal(text.get()).compareTo(new BigDecimal(value));
            whole = side == 0 ? whole : side > 0 ? Math.ceil(scaled) : Math.floor(scaled);
        }
        double rounded = whole * quantum;
        return Math.abs(rounded) > largest
                ? Math.copySign(Double.POSITIVE_INFINITY, value)
                : rounded;
    }

    /// @param value a number of this format, an infinity or NaN
    short bits(double value) {
        float exact = (float) value;
        return this == FP16
                ? Float.floatToFloat16(exact)
                : (short) (Float.floatToIntBits(exact) >>> Short.SIZE);
    }

    float toFloat(short bits) {
        return this == FP16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << Short.SIZE);
    }
}
