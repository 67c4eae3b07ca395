package io.matih.inference.server.bench;

import java.nio.charset.StandardCharsets;

/// Compares two JSON texts that may differ in how their numbers round, and in nothing else.
final class SameNumbers {
    private static final double RELATIVE = 1e-4;
    private static final double ABSOLUTE = 1e-6;

    private final byte[] left;
    private final byte[] right;
    private int leftAt;
    private int rightAt;

    private SameNumbers(byte[] left, byte[] right) {
        this.left = left;
        this.right = right;
    }

    static boolean in(byte[] left, byte[] right) {
        return new SameNumbers(left, right).compare();
    }

    private boolean compare() {
        boolean quoted = false;
        while (leftAt < left.length && rightAt < right.length) {
            byte here = left[leftAt];
            if (!quoted && startsNumber(here) && startsNumber(right[rightAt])) {
                if (!near(leftNumber(), rightNumber())) {
                    return false;
                }
                continue;
            }
            if (here != right[rightAt]) {
                return false;
            }
            if (here == '"' && !(quoted && escaped())) {
                quoted = !quoted;
            }
            leftAt++;
            rightAt++;
        }
        return leftAt == left.length && rightAt == right.length;
    }

    private boolean escaped() {
        int backslashes = 0;
        while (leftAt - backslashes > 0 && left[leftAt - backslashes - 1] == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    static boolean near(double a, double b) {
        return Math.abs(a - b) <= ABSOLUTE + RELATIVE * Math.abs(b);
    }

    private double leftNumber() {
        int from = leftAt;
        leftAt = end(left, from);
        return number(left, from, leftAt);
    }

    private double rightNumber() {
        int from = rightAt;
        rightAt = end(right, from);
        return number(right, from, rightAt);
    }

    /// Text that is no number compares as different from everything.
    private static double number(byte[] bytes, int from, int to) {
        try {
            return Double.parseDouble(
                    new String(bytes, from, to - from, StandardCharsets.US_ASCII));
        } catch (NumberFormatException _) {
            return Double.NaN;
        }
    }

    private static boolean startsNumber(byte b) {
        return b == '-' || (b >= '0' && b <= '9');
    }

    private static int end(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length
                && (startsNumber(bytes[at])
                        || bytes[at] == '.'
                        || bytes[at] == '+'
                        || bytes[at] == 'e'
                        || bytes[at] == 'E')) {
            at++;
        }
        return at;
    }
}
