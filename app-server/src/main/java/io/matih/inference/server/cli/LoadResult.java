package io.matih.inference.server.cli;

import io.matih.inference.server.bench.LoadPlan;
import io.matih.inference.server.bench.LoadReport;
import io.matih.inference.server.cli.Table.Cell;
import io.matih.inference.server.cli.Table.Column;

import org.HdrHistogram.Histogram;

import java.util.Locale;

/// What a load came to, for people.
final class LoadResult {
    private static final int WIDE = 100;

    private final Terminal terminal;

    LoadResult(Terminal terminal) {
        this.terminal = terminal;
    }

    void print(String name, LoadPlan plan, LoadReport report) {
        var out = terminal.out();
        out.println(
                "%s  %s, measured for %d s"
                        .formatted(
                                terminal.styled(Style.STRONG, Printable.line(name)),
                                LoadView.load(plan),
                                Math.round(plan.duration().toMillis() / 1000.0)));
        out.println();
        var table =
                Table.of(
                        Column.text("ANSWERS"),
                        Column.number("COUNT"),
                        Column.number("PER SECOND"),
                        Column.number("P50"),
                        Column.number("P95"),
                        Column.number("P99"),
                        Column.number("P99.9"),
                        Column.number("MAX"));
        double seconds = plan.duration().toNanos() / 1e9;
        row(table, new Cell("good", Style.GOOD), report.accepted(), report.throughput());
        if (report.refused().getTotalCount() > 0) {
            double rate = report.refused().getTotalCount() / seconds;
            row(table, new Cell("refused", Style.BUSY), report.refused(), rate);
        }
        table.print(terminal);
        out.println();
        LatencyChart.lines(report.accepted(), Math.min(terminal.columns(), WIDE))
                .forEach(out::println);
        out.println();
        statuses(report);
        out.println(
                terminal.styled(
                        report.wrong() > 0 ? Style.BAD : Style.GOOD,
                        "%s answers compared, %s wrong"
                                .formatted(
                                        HumanUnits.count(report.checked()),
                                        HumanUnits.count(report.wrong()))));
        out.println(
                terminal.styled(
                        Style.FAINT,
                        String.format(
                                Locale.ROOT,
                                "The generator took %.0f %% of all cores.",
                                report.cpuShare() * 100)));
    }

    private static void row(Table table, Cell kind, Histogram latencies, double perSecond) {
        table.add(
                kind,
                Cell.of(HumanUnits.count(latencies.getTotalCount())),
                Cell.of(HumanUnits.count(Math.round(perSecond))),
                latency(latencies.getValueAtPercentile(50)),
                latency(latencies.getValueAtPercentile(95)),
                latency(latencies.getValueAtPercentile(99)),
                latency(latencies.getValueAtPercentile(99.9)),
                latency(latencies.getMaxValue()));
    }

    private static Cell latency(long nanos) {
        return Cell.of(HumanUnits.latency(nanos / 1e6));
    }

    /// Only what went wrong; that 200 is good is said above.
    private void statuses(LoadReport report) {
        report.statuses().entrySet().stream()
                .filter(entry -> entry.getKey() / 100 != 2)
                .forEach(entry -> bad("status %d".formatted(entry.getKey()), entry.getValue()));
        bad("no answer in time", report.timeouts());
        bad("connection broken", report.broken());
        bad("due, but every connection was busy until the end", report.unsent());
    }

    private void bad(String what, long count) {
        if (count > 0) {
            terminal.out()
                    .println(terminal.styled(Style.BUSY, what + ": " + HumanUnits.count(count)));
        }
    }
}
