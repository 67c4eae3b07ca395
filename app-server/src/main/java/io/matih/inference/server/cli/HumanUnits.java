package io.matih.inference.server.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.Locale;

/// Quantities as people read them.
final class HumanUnits {
    private static final String[] SIZES = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final MathContext SHORT = new MathContext(6);

    private HumanUnits() {}

    /// Three significant digits: `13.2 KiB`, `220 MiB`.
    static String bytes(long bytes) {
        double number = bytes;
        int unit = 0;
        while (number >= 1000 && unit < SIZES.length - 1) {
            number /= 1024;
            unit++;
        }
        var form = unit == 0 || number >= 100 ? "%.0f %s" : number >= 10 ? "%.1f %s" : "%.2f %s";
        return String.format(Locale.ROOT, form, number, SIZES[unit]);
    }

    /// `0.42 ms`, `3.1 ms`, `1.2 s`.
    static String millis(double millis) {
        if (millis >= 1000) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000);
        }
        return String.format(Locale.ROOT, millis < 1 ? "%.2f ms" : "%.1f ms", millis);
    }

    /// Three significant digits in the unit that suits: `36 µs`, `1.24 ms`, `105 ms`, `1.20 s`.
    static String latency(double millis) {
        if (millis < 1) {
            return String.format(Locale.ROOT, "%.0f µs", millis * 1000);
        }
        if (millis >= 1000) {
            return String.format(Locale.ROOT, "%.2f s", millis / 1000);
        }
        var form = millis < 10 ? "%.2f ms" : millis < 100 ? "%.1f ms" : "%.0f ms";
        return String.format(Locale.ROOT, form, millis);
    }

    /// `1,234,567`.
    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /// How long ago: `now`, `42 s ago`, `3 min ago`, `5 h ago`, `12 d ago`.
    static String ago(Duration age) {
        long seconds = age.toSeconds();
        if (seconds < 2) {
            return "now";
        }
        if (seconds < 120) {
            return seconds + " s ago";
        }
        if (age.toMinutes() < 120) {
            return age.toMinutes() + " min ago";
        }
        return age.toHours() < 48 ? age.toHours() + " h ago" : age.toDays() + " d ago";
    }

    /// At most six significant digits, without an exponent where that is readable.
    static String number(BigDecimal number) {
        var rounded = number.round(SHORT);
        if (rounded.signum() == 0) {
            return "0";
        }
        var stripped = rounded.stripTrailingZeros();
        int magnitude = stripped.precision() - stripped.scale();
        return magnitude > 12 || magnitude < -5 ? stripped.toString() : stripped.toPlainString();
    }
}
