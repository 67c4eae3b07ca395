package io.matih.inference.server.cli;

import org.HdrHistogram.Histogram;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Bars of how many answers took how long, each bar reaching twice or so as far as the one before:
/// 1, 2, 5, 10 …
final class LatencyChart {
    private static final int MOST_BARS = 8;
    private static final double NEARLY_ALL = 99.9;
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

    /// The first bar holds all that was faster, the last the few that were slower than nearly all.
    private static List<Bar> bars(Histogram histogram) {
        var bars = new ArrayList<Bar>();
        long seen = 0;
        for (long edge : edges(histogram)) {
            // A histogram counts a value with the whole bucket it lies in.
            long upTo = Math.max(seen, histogram.getCountBetweenValues(0, edge));
            bars.add(new Bar(label(edge), upTo - seen));
            seen = upTo;
        }
        if (seen < histogram.getTotalCount()) {
            bars.add(new Bar("more", histogram.getTotalCount() - seen));
        }
        return bars;
    }

    private static List<Long> edges(Histogram histogram) {
        long least = histogram.getMinValue();
        long most = histogram.getValueAtPercentile(NEARLY_ALL);
        var edges = new ArrayList<Long>();
        for (long edge = SHORTEST; edges.isEmpty() || edges.getLast() < most; edge = next(edge)) {
            if (edge >= least) {
                edges.add(edge);
            }
        }
        return edges.subList(Math.max(0, edges.size() - MOST_BARS), edges.size());
    }

    private static String label(long nanos) {
        return "≤ " + HumanUnits.latency(nanos / 1e6).replaceFirst("\\.0+ ", " ");
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
