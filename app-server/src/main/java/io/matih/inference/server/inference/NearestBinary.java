package io.matih.inference.server.inference;

import java.math.BigInteger;

/// The binary floating-point number nearest to a decimal one, ties to even, by the method of Eisel
/// and Lemire ("Number Parsing at a Gigabyte per Second", Software: Practice and Experience 51(8),
/// 2021): the digits, shifted until their highest bit is set, times 5^q to 128 bits. That product
/// always suffices to round ("Fast Number Parsing Without Fallback", ibid. 53(6), 2023), except
/// where the number may lie exactly between two neighbours. That case, subnormal results and what
/// is outside of the table are left undecided.
final class NearestBinary {
    /// No number's bits, for they have no sign.
    static final int UNDECIDED = -1;

    private static final int SMALLEST_POWER = -342;
    private static final int LARGEST_POWER = 308;
    private static final int SMALLEST_ABOVE = -27;
    private static final long[] HIGH = new long[LARGEST_POWER - SMALLEST_POWER + 1];
    private static final long[] LOW = new long[HIGH.length];

    static {
        for (int q = SMALLEST_POWER; q <= LARGEST_POWER; q++) {
            var power = powerOfFive(q);
            HIGH[q - SMALLEST_POWER] = power.shiftRight(Long.SIZE).longValue();
            LOW[q - SMALLEST_POWER] = power.longValue();
        }
    }

    private NearestBinary() {}

    /// @param digits unsigned
    /// @return the bits of the `float` nearest to digits × 10^q, or `UNDECIDED`
    static int floatBits(long digits, int q) {
        return (int) bits(digits, q, 23, 127);
    }

    /// @param digits unsigned
    /// @return the bits of the `double` nearest to digits × 10^q, or `UNDECIDED`
    static long doubleBits(long digits, int q) {
        return bits(digits, q, 52, 1023);
    }

    private static long bits(long digits, int q, int fractionBits, int bias) {
        if (digits == 0) {
            return 0;
        }
        if (q < SMALLEST_POWER || q > LARGEST_POWER) {
            return UNDECIDED;
        }
        int zeros = Long.numberOfLeadingZeros(digits);
        long shifted = digits << zeros;
        long factor = HIGH[q - SMALLEST_POWER];
        long high = Math.unsignedMultiplyHigh(shifted, factor);
        long low = shifted * factor;
        long beyond = -1L >>> (fractionBits + 3);
        if ((high & beyond) == beyond) {
            long more = Math.unsignedMultiplyHigh(shifted, LOW[q - SMALLEST_POWER]);
            low += more;
            high += Long.compareUnsigned(low, more) < 0 ? 1 : 0;
        }
        int top = (int) (high >>> 63);
        int shift = top + Long.SIZE - fractionBits - 3;
        // The result's bits and one more, to round by.
        long kept = high >>> shift;
        // As one term: the processor can't foretell its parts, and would go astray in a quarter of
        // all numbers.
        boolean between = (((kept & 3) ^ 1) | ((kept << shift) ^ high) | (low & ~1L)) == 0;
        int exponent = ((217706 * q) >> 16) + 63 + top - zeros + bias;
        if (between || exponent <= 0) {
            return UNDECIDED;
        }
        if (exponent > 2 * bias) {
            return (2L * bias + 1) << fractionBits;
        }
        long fraction = (kept + (kept & 1)) >>> 1;
        // The hidden bit, and a carry out of the fraction, add one to the exponent above it.
        return ((long) (exponent - 1) << fractionBits) + fraction;
    }

    /// 5^q times a power of two, to 128 bits, as section 5 of the first paper has it: cut, but
    /// where 5^-q fits 64 bits one above its cut inverse, so that what lies exactly between is
    /// seen.
    private static BigInteger powerOfFive(int q) {
        var five = BigInteger.valueOf(5).pow(Math.abs(q));
        if (q >= 0) {
            int excess = five.bitLength() - 128;
            return excess > 0 ? five.shiftRight(excess) : five.shiftLeft(-excess);
        }
        int bits = five.bitLength() + 127;
        return BigInteger.ONE
                .shiftLeft(bits)
                .divide(five)
                .add(q < SMALLEST_ABOVE ? BigInteger.ZERO : BigInteger.ONE);
    }
}
