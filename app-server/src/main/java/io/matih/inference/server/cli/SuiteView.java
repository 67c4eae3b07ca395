package io.matih.inference.server.cli;

import io.matih.inference.server.bench.suite.RowResult;
import io.matih.inference.server.bench.suite.Series;
import io.matih.inference.server.bench.suite.ServingSuite;
import io.matih.inference.server.cli.Table.Cell;
import io.matih.inference.server.cli.Table.Column;

import java.util.Locale;

/// Shows the rows of a suite as they end.
final class SuiteView implements ServingSuite.Watcher {
    private static final String START_OF_LINE = "\r\u001b[K";

    private final Terminal terminal;
    private final boolean quiet;
    private String row = "";

    /// @param quiet whether only the progress is shown
    SuiteView(Terminal terminal, boolean quiet) {
        this.terminal = terminal;
        this.quiet = quiet;
    }

    @Override
    public void begins(String name) {
        row = name;
    }

    @Override
    public void progress(String what) {
        if (terminal.progress()) {
            terminal.err().print(START_OF_LINE + Printable.clip(row + "  " + what, 78));
            terminal.err().flush();
        }
    }

    @Override
    public void ended(RowResult result) {
        if (terminal.progress()) {
            terminal.err().print(START_OF_LINE);
            terminal.err().flush();
        }
        if (!quiet) {
            show(result);
        }
    }

    private void show(RowResult result) {
        terminal.out()
                .println(
                        terminal.styled(Style.STRONG, result.name())
                                + "  "
                                + terminal.styled(Style.FAINT, result.about()));
        var table =
                Table.of(
                        Column.text("  WHAT"),
                        Column.number("MEDIAN"),
                        Column.number("LEAST"),
                        Column.number("MOST"),
                        Column.text("GOAL"));
        for (var series : result.series()) {
            var goal = series.goal();
            table.add(
                    Cell.of("  " + series.label()),
                    Cell.of(text(series, series.median())),
                    new Cell(text(series, series.least()), Style.FAINT),
                    new Cell(text(series, series.most()), Style.FAINT),
                    goal == null
                            ? Cell.of("")
                            : goal.isMet(series.median())
                                    ? new Cell(goal(series) + " ✓", Style.GOOD)
                                    : new Cell(goal(series) + " missed", Style.BUSY));
        }
        table.print(terminal);
        result.notes().forEach(note -> terminal.out().println("  " + note));
        if (result.wrong() > 0) {
            terminal.out()
                    .println(
                            terminal.styled(
                                    Style.BAD,
                                    "  %s wrong answers"
                                            .formatted(HumanUnits.count(result.wrong()))));
        }
        terminal.out().println();
    }

    static String goal(Series series) {
        var goal = series.goal();
        return goal == null ? "" : (goal.atLeast() ? "≥ " : "≤ ") + text(series, goal.bound());
    }

    static String text(Series series, double value) {
        return switch (series.unit()) {
            case PER_SECOND -> String.format(Locale.ROOT, "%,.0f /s", value);
            case MILLIS -> HumanUnits.latency(value);
            case RATIO -> String.format(Locale.ROOT, "%.2f", value);
            case PERCENT -> String.format(Locale.ROOT, "%.0f %%", value);
            case COUNT -> String.format(Locale.ROOT, "%,.0f", value);
        };
    }
}
