package io.matih.inference.server.settings;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Numbers with units, as people write them in settings and options.
public final class Quantities {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})\\s*([A-Za-zµ]*)");
    private static final long KIB = 1024;
    private static final Map<String, Long> BYTES =
            Map.of(
                    "", 1L,
                    "b", 1L,
                    "kib", KIB,
                    "mib", KIB * KIB,
                    "gib", KIB * KIB * KIB,
                    "tib", KIB * KIB * KIB * KIB,
                    "kb", 1_000L,
                    "mb", 1_000_000L,
                    "gb", 1_000_000_000L,
                    "tb", 1_000_000_000_000L);
    private static final Map<String, Long> NANOS =
            Map.of(
                    "us", 1_000L,
                    "µs", 1_000L,
                    "ms", 1_000_000L,
                    "s", 1_000_000_000L,
                    "m", 60_000_000_000L,
                    "min", 60_000_000_000L,
                    "h", 3_600_000_000_000L,
                    "d", 86_400_000_000_000L);

    private Quantities() {}

    /// `64MiB`, `2 GiB`, `1000`: KiB, MiB, GiB and TiB are powers of 1024, KB, MB, GB, TB of 1000.
    public static Optional<Long> bytes(String text) {
        return scaled(text, BYTES);
    }

    /// `30s`, `500ms`, `2m`, `1h`; `0` alone needs no unit.
    public static Optional<Duration> duration(String text) {
        return text.equals("0")
                ? Optional.of(Duration.ZERO)
                : scaled(text, NANOS).map(Duration::ofNanos);
    }

    static Optional<Long> wholeNumber(String text) {
        return scaled(text, Map.of("", 1L));
    }

    private static Optional<Long> scaled(String text, Map<String, Long> units) {
        var form = FORM.matcher(text.strip());
        if (!form.matches()) {
            return Optional.empty();
        }
        var unit = units.get(form.group(2).toLowerCase(Locale.ROOT));
        var number = Long.parseLong(form.group(1));
        return unit == null || Math.multiplyHigh(number, unit) != 0 || number * unit < 0
                ? Optional.empty()
                : Optional.of(number * unit);
    }

    /// The largest unit that divides it: `64MiB`, `1000`.
    static String size(long bytes) {
        var units = new String[] {"", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        long number = bytes;
        while (number != 0 && number % KIB == 0 && unit < units.length - 1) {
            number /= KIB;
            unit++;
        }
        return number + units[unit];
    }

    static String time(Duration time) {
        long millis = time.toMillis();
        if (millis % 3_600_000 == 0 && millis > 0) {
            return millis / 3_600_000 + "h";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
