package io.matih.inference.server.cli;

import io.matih.inference.server.bench.LoadPlan;
import io.matih.inference.server.bench.LoadSnapshot;

import org.HdrHistogram.Histogram;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// Shows a load while it runs, on standard error: lines that are written again and again on a
/// terminal, one line a second elsewhere. One thread.
final class LoadView implements Consumer<LoadSnapshot> {
    private static final String[] LEVELS = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    private static final int MOST_LEVELS = 40;
    private static final int USUAL_COLUMNS = 80;
    private static final String CLEAR_LINE = "\u001b[K";

    private final Terminal terminal;
    private final String name;
    private final LoadPlan plan;
    private final List<Double> throughputs = new ArrayList<>();
    private int shown;
    private long saidSeconds;

    LoadView(Terminal terminal, String name, LoadPlan plan) {
        this.terminal = terminal;
        this.name = Printable.line(name);
        this.plan = plan;
    }

    @Override
    public void accept(LoadSnapshot now) {
        throughputs.add(now.throughput());
        if (terminal.progress()) {
            redraw(now);
        } else if (now.elapsed().toSeconds() > saidSeconds) {
            saidSeconds = now.elapsed().toSeconds();
            terminal.err()
                    .printf(
                            "%3d s  %s  %s  failed %s  wrong %s%n",
                            saidSeconds,
                            perSecond(now.throughput()),
                            now.warmingUp() ? "warming up" : percentiles(now.latest()),
                            HumanUnits.count(now.failed()),
                            HumanUnits.count(now.wrong()));
        }
    }

    private void redraw(LoadSnapshot now) {
        int columns = Math.min(terminal.columns(), MOST_LEVELS * 3);
        if (terminal.columns() == Terminal.UNLIMITED) {
            columns = USUAL_COLUMNS;
        }
        var lines = new ArrayList<String>();
        lines.add(title(now));
        lines.add(
                "%s  %s"
                        .formatted(
                                perSecond(now.throughput()),
                                style(Style.GOOD, levels(columns - 24))));
        if (!now.warmingUp()) {
            lines.add(percentiles(now.all()) + "  max " + latency(now.all().getMaxValue()));
            lines.add(
                    style(
                                    now.failed() > 0 ? Style.BUSY : Style.PLAIN,
                                    "failed " + HumanUnits.count(now.failed()))
                            + "  "
                            + style(
                                    now.wrong() > 0 ? Style.BAD : Style.PLAIN,
                                    "wrong " + HumanUnits.count(now.wrong())));
            lines.addAll(LatencyChart.lines(now.all(), columns));
        }
        clear();
        lines.forEach(line -> terminal.err().print(line + CLEAR_LINE + "\n"));
        terminal.err().flush();
        shown = lines.size();
    }

    private String title(LoadSnapshot now) {
        var whole = plan.warmup().plus(plan.duration());
        var state = now.warmingUp() ? "warming up" : "measuring";
        return style(Style.STRONG, name)
                + style(
                        Style.FAINT,
                        "  %s, %s  %s of %s"
                                .formatted(
                                        load(plan), state, seconds(now.elapsed()), seconds(whole)));
    }

    /// `64 connections`, `2,000 a second`.
    static String load(LoadPlan plan) {
        var pace = plan.pace();
        return pace == null
                ? "%s connection%s"
                        .formatted(
                                HumanUnits.count(plan.connections()),
                                plan.connections() == 1 ? "" : "s")
                : HumanUnits.count(Math.round(pace.rate())) + " a second offered";
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.0f s", time.toMillis() / 1000.0);
    }

    private static String perSecond(double throughput) {
        return String.format(Locale.ROOT, "%,8.0f requests/s", throughput);
    }

    private static String percentiles(Histogram latencies) {
        return "p50 %s  p95 %s  p99 %s"
                .formatted(
                        latency(latencies.getValueAtPercentile(50)),
                        latency(latencies.getValueAtPercentile(95)),
                        latency(latencies.getValueAtPercentile(99)));
    }

    private static String latency(long nanos) {
        return HumanUnits.latency(nanos / 1e6);
    }

    private String style(Style style, String text) {
        return style.apply(text, terminal.colours());
    }

    /// The last throughputs, each a block as high as its share of the highest.
    private String levels(int columns) {
        var last =
                throughputs.subList(
                        Math.max(0, throughputs.size() - Math.clamp(columns, 1, MOST_LEVELS)),
                        throughputs.size());
        double most = last.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        var text = new StringBuilder();
        for (double value : last) {
            text.append(
                    most == 0
                            ? LEVELS[0]
                            : LEVELS[(int) Math.round(value / most * (LEVELS.length - 1))]);
        }
        return text.toString();
    }

    /// Takes away what is shown.
    void clear() {
        if (shown > 0) {
            terminal.err().print("\u001b[" + shown + "A\r\u001b[J");
            terminal.err().flush();
            shown = 0;
        }
    }
}
