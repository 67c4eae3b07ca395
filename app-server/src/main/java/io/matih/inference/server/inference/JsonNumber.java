package io.matih.inference.server.inference;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The number that was read last (RFC 8259, 6): digits × 10^exponent, taken in while its syntax is
/// checked. Up to 19 digits are kept; what has more goes back to its text. One thread.
final class JsonNumber {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ZEROS = 0x3030303030303030L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long ABOVE_NINE = 0x7676767676767676L;
    private static final long[] POWERS_OF_TEN = {
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000
    };
    private static final int MOST_DIGITS = 19;
    private static final int HUGE_EXPONENT = 100_000_000;

    private final byte[] bytes;
    private final int limit;
    private int start;
    private int end;
    private int negative;
    private boolean integer;
    private boolean exact;
    private long digits;
    private int exponent;

    /// @param limit the byte behind the text
    JsonNumber(byte[] bytes, int limit) {
        this.bytes = bytes;
        this.limit = limit;
    }

    /// Reads the number that starts at `from`.
    ///
    /// @return the byte behind it, or the complement of where it stops being one
    int read(int from) {
        int at = from;
        // 1 for a minus, 0 for any other byte, without a branch that can't be foretold.
        int minus = (((bytes[at] ^ '-') & 0xFF) - 1) >>> 31;
        negative = minus;
        at += minus;
        int first = at;
        if (!isDigit(at)) {
            return ~at;
        }
        digits = (long) bytes[at++] - '0';
        if (isDigit(at)) {
            if (digits == 0) {
                return ~at;
            }
            at = digits(at);
        }
        int count = at - first;
        integer = true;
        exponent = 0;
        if (at < limit && bytes[at] == '.') {
            integer = false;
            int fraction = at + 1;
            at = digits(fraction);
            if (at == fraction) {
                return ~at;
            }
            exponent = fraction - at;
            count += at - fraction;
        }
        if (at < limit && (bytes[at] | 0x20) == 'e') {
            integer = false;
            at = exponent(at + 1);
        }
        exact = count <= MOST_DIGITS || count - leadingZeros(first) <= MOST_DIGITS;
        start = from;
        end = at;
        return at;
    }

    boolean isInteger() {
        return integer;
    }

    /// Whether the integer fits a `long`.
    boolean fitsLong() {
        return exact && (digits >= 0 || (negative == 1 && digits == Long.MIN_VALUE));
    }

    long longValue() {
        return negative == 0 ? digits : -digits;
    }

    BigInteger bigIntegerValue() {
        return new BigInteger(text());
    }

    /// Rounded once; infinite where it is too large.
    float floatValue() {
        int bits = exact ? NearestBinary.floatBits(digits, exponent) : NearestBinary.UNDECIDED;
        if (bits == NearestBinary.UNDECIDED) {
            return Float.parseFloat(text());
        }
        return Float.intBitsToFloat(negative << 31 | bits);
    }

    /// Rounded once; infinite where it is too large.
    double doubleValue() {
        long bits = exact ? NearestBinary.doubleBits(digits, exponent) : NearestBinary.UNDECIDED;
        if (bits == NearestBinary.UNDECIDED) {
            return Double.parseDouble(text());
        }
        return Double.longBitsToDouble((long) negative << 63 | bits);
    }

    private String text() {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    private boolean isDigit(int at) {
        return at < limit && bytes[at] >= '0' && bytes[at] <= '9';
    }

    /// Appends the digits from `from` on.
    ///
    /// @return the byte behind them
    private int digits(int from) {
        if (from + 2 * Long.BYTES > limit) {
            return digitByDigit(from);
        }
        long first = (long) LONG.get(bytes, from) ^ ZEROS;
        long second = (long) LONG.get(bytes, from + Long.BYTES) ^ ZEROS;
        int count = leadingDigits(first);
        // How many digits a number has can't be foretold, so no branch depends on it.
        int more = leadingDigits(second) * (count >>> 3);
        if (count == 0) {
            return from;
        }
        long value = digits * POWERS_OF_TEN[count] + eightDigits(first << (Long.SIZE - 8 * count));
        if (more == Long.BYTES) {
            digits = value * POWERS_OF_TEN[more] + eightDigits(second);
            return digitByDigit(from + 2 * Long.BYTES);
        }
        digits =
                value * POWERS_OF_TEN[more]
                        + eightDigits(second << (Long.SIZE - 8 - 8 * more) << 8);
        return from + count + more;
    }

    /// The same, for what follows sixteen digits, and where the text ends soon.
    private int digitByDigit(int from) {
        int at = from;
        long value = digits;
        for (; isDigit(at); at++) {
            value = value * 10 + (bytes[at] - '0');
        }
        digits = value;
        return at;
    }

    /// @param chunk eight bytes without `ZEROS`
    private static int leadingDigits(long chunk) {
        long others = ((chunk + ABOVE_NINE) | chunk) & HIGH_BITS;
        return Long.numberOfTrailingZeros(others) >>> 3;
    }

    /// The number that eight bytes of a digit each make up, the lowest byte the first digit: pairs
    /// to two digits, those to four, those to eight.
    private static long eightDigits(long chunk) {
        long pairs = chunk * 10 + (chunk >>> 8);
        long mask = 0x000000FF000000FFL;
        return ((pairs & mask) * 0x000F424000000064L
                        + ((pairs >>> 16) & mask) * 0x0000271000000001L)
                >>> 32;
    }

    private int exponent(int from) {
        int at = from;
        boolean minus = at < limit && bytes[at] == '-';
        if (minus || (at < limit && bytes[at] == '+')) {
            at++;
        }
        int first = at;
        int value = 0;
        for (; isDigit(at); at++) {
            value = Math.min(HUGE_EXPONENT, value * 10 + (bytes[at] - '0'));
        }
        exponent += minus ? -value : value;
        return at == first ? ~at : at;
    }

    private int leadingZeros(int from) {
        int zeros = 0;
        for (int at = from; bytes[at] == '0' || bytes[at] == '.'; at++) {
            zeros += bytes[at] == '0' ? 1 : 0;
            if (at + 1 == limit) {
                break;
            }
        }
        return zeros;
    }
}
