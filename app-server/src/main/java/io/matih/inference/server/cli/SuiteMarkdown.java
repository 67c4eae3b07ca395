package io.matih.inference.server.cli;

import io.matih.inference.server.bench.suite.Machine;
import io.matih.inference.server.bench.suite.RowResult;
import io.matih.inference.server.bench.suite.Series;

import java.io.PrintStream;
import java.util.List;

/// A suite's results as a Markdown table, with the machine and the command that repeats them.
final class SuiteMarkdown {
    private final PrintStream out;

    SuiteMarkdown(PrintStream out) {
        this.out = out;
    }

    void print(List<RowResult> results, boolean full) {
        var machine = Machine.here();
        out.printf(
                "Measured by `./matih bench --suite serving --%s` on %d cores of %s, %s, %s.%n%n",
                full ? "full" : "quick",
                machine.cores(),
                machine.cpu(),
                machine.system(),
                machine.java());
        out.println("| row | what | median | least – most | goal |");
        out.println("| --- | --- | ---: | ---: | --- |");
        for (var result : results) {
            result.series().forEach(series -> line(result.name(), series));
            if (result.wrong() > 0) {
                out.printf(
                        "| `%s` | wrong answers | %s | | 0 |%n",
                        result.name(), HumanUnits.count(result.wrong()));
            }
        }
        out.println();
        for (var result : results) {
            out.printf("- `%s`: %s%n", result.name(), result.about());
            result.notes().forEach(note -> out.printf("  - %s%n", note));
        }
    }

    private void line(String row, Series series) {
        var goal = series.goal();
        out.printf(
                "| `%s` | %s | %s | %s – %s | %s |%n",
                row,
                series.label(),
                SuiteView.text(series, series.median()),
                SuiteView.text(series, series.least()),
                SuiteView.text(series, series.most()),
                goal == null
                        ? ""
                        : SuiteView.goal(series)
                                + (goal.isMet(series.median()) ? " ✓" : " missed"));
    }
}
