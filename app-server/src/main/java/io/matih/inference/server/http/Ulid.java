package io.matih.inference.server.http;

import java.util.concurrent.ThreadLocalRandom;

/// Mints identifiers that sort by time: 48 bits of milliseconds and 80 random ones, 26 characters
/// of Crockford's base 32 (the ULID specification).
public final class Ulid {
    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 26;
    private static final int TIME_LENGTH = 10;

    private Ulid() {}

    public static String next() {
        var random = ThreadLocalRandom.current();
        var text = new char[LENGTH];
        write(System.currentTimeMillis(), text, 0, TIME_LENGTH);
        write(random.nextLong(), text, TIME_LENGTH, TIME_LENGTH + 8);
        write(random.nextLong(), text, TIME_LENGTH + 8, LENGTH);
        return new String(text);
    }

    /// The lowest five bits go last.
    private static void write(long bits, char[] text, int from, int to) {
        long rest = bits;
        for (int i = to - 1; i >= from; i--) {
            text[i] = DIGITS.charAt((int) (rest & 31));
            rest >>>= 5;
        }
    }
}
