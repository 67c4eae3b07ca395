package io.matih.inference.server.cli;

import org.HdrHistogram.Histogram;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Bars of how many answers took how long, each bar reaching twice or so as far as the one before:
/// 1, 2, 5, 10 …
final class LatencyChart {
    private static final int MOST_BARS = 8;
    private static final long SHORTEST = 1000;
    private static final int WIDEST_BAR = 60;
    private static final int TEXT_COLUMNS = 24;
    private static final String[] EIGHTHS = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

    private LatencyChart() {}

    /// @param columns of the terminal
    static List<String> lines(Histogram histogram, int columns) {
        long total = histogram.getTotalCount();
        if (total == 0) {
            return List.of();
        }
        var bars = bars(histogram);
        int widest = Math.clamp((long) columns - TEXT_COLUMNS, 8, WIDEST_BAR);
        long most = bars.stream().mapToLong(Bar::count).max().orElse(1);
        return bars.stream()
                .map(
                        bar ->
                                String.format(
                                        Locale.ROOT,
                                        "%10s  %s %.1f %%",
                                        bar.label(),
                                        blocks((double) bar.count() * widest / most),
                                        bar.count() * 100.0 / total))
                .toList();
    }

    private static List<Bar> bars(Histogram histogram) {
        var bars = new ArrayList<Bar>();
        long total = histogram.getTotalCount();
        long seen = 0;
        for (long edge = SHORTEST; seen < total; edge = next(edge)) {
            boolean last = bars.size() == MOST_BARS - 1;
            // A histogram rounds values up to the end of their bucket; `seen` keeps the sum right.
            long upTo = last ? total : histogram.getCountBetweenValues(0, edge);
            if (!bars.isEmpty() || upTo > 0) {
                bars.add(new Bar(last ? "more" : label(edge), Math.max(0, upTo - seen)));
            }
            seen = Math.max(seen, upTo);
        }
        return bars;
    }

    private static String label(long nanos) {
        return "≤ " + HumanUnits.latency(nanos / 1e6).replace(".00", "");
    }

    /// 1, 2, 5, 10, 20, 50 …
    private static long next(long edge) {
        long leading = edge;
        while (leading >= 10) {
            leading /= 10;
        }
        return leading == 2 ? edge / 2 * 5 : edge * 2;
    }

    private static String blocks(double length) {
        int eighths = (int) Math.round(length * 8);
        return "█".repeat(eighths / 8) + EIGHTHS[eighths % 8];
    }

    private record Bar(String label, long count) {}
}
