package io.matih.inference.server.cli;

import io.matih.inference.server.cli.Table.Cell;
import io.matih.inference.server.cli.Table.Column;

import tools.jackson.databind.JsonNode;

import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/// Comparisons for people.
final class ShadowTables {
    private static final int MOST_VALUES = 4;

    private final Terminal terminal;
    private final Clock clock;

    ShadowTables(Terminal terminal, Clock clock) {
        this.terminal = terminal;
        this.clock = clock;
    }

    void print(JsonNode answer) {
        var shadows = answer.path("shadows");
        if (shadows.isEmpty()) {
            var name = Printable.line(JsonFields.text(answer.path("deployment")));
            terminal.out()
                    .println(
                            "%s has no shadow; deploy one: matih deploy %s FILE --shadow 100"
                                    .formatted(name, name));
        }
        boolean more = false;
        for (var shadow : shadows) {
            if (more) {
                terminal.out().println();
            }
            one(shadow);
            more = true;
        }
    }

    private void one(JsonNode shadow) {
        var verdict = text(shadow.path("verdict"));
        boolean watching = shadow.path("watching").asBoolean(false);
        line(
                "%s  %s"
                        .formatted(
                                terminal.styled(
                                        Style.ofVerdict(verdict), verdict.toUpperCase(Locale.ROOT)),
                                terminal.styled(
                                        Style.STRONG,
                                        (watching
                                                        ? "version %s watches version %s"
                                                        : "version %s shadows version %s")
                                                .formatted(
                                                        text(shadow.path("shadow")),
                                                        text(shadow.path("primary"))))));
        for (var reason : shadow.path("reasons")) {
            line("  " + text(reason));
        }
        field(
                "agreement",
                "%s of %s rows, %s to %s with 95 %% confidence%s"
                        .formatted(
                                JsonFields.percent(shadow.at("/agreement/value")),
                                count(shadow.path("samples")),
                                JsonFields.percent(shadow.at("/agreement/low")),
                                JsonFields.percent(shadow.at("/agreement/high")),
                                comparator(shadow)));
        field(
                "requests",
                "%s mirrored (%s %% of all), %s dropped, %s failed; %s of the stable version's failed"
                        .formatted(
                                count(shadow.path("requests")),
                                text(shadow.path("percent")),
                                count(shadow.path("dropped")),
                                count(shadow.at("/errors/shadow")),
                                count(shadow.at("/errors/primary"))));
        if (!text(shadow.path("last_error")).isEmpty()) {
            field("last error", text(shadow.path("last_error")));
        }
        field("gate", gate(shadow.path("gate")));
        field(
                "since",
                JsonFields.ago(shadow.path("since"), clock)
                        + (shadow.path("ended").asBoolean(false) ? "; its time is over" : ""));
        for (var unshared : shadow.path("unshared").properties()) {
            field("not compared", unshared.getKey() + ": " + text(unshared.getValue()));
        }
        terminal.out().println();
        latencies(shadow.path("latency_ms"));
        if (!shadow.path("outputs").isEmpty()) {
            terminal.out().println();
            outputs(shadow.path("outputs"));
        }
        if (!shadow.path("worst").isEmpty()) {
            terminal.out().println();
            worst(shadow.path("worst"));
        }
    }

    private static String comparator(JsonNode shadow) {
        var comparator = text(shadow.at("/agreement/comparator"));
        return comparator.isEmpty() ? "" : ", by " + comparator;
    }

    private static String gate(JsonNode gate) {
        return "agreement %s after %s rows, p99 at most %s × (a difference of %s ms is free), promoted %s"
                .formatted(
                        JsonFields.percent(gate.path("min_agreement")),
                        count(gate.path("min_samples")),
                        JsonFields.number(gate.path("max_p99_ratio")),
                        JsonFields.number(gate.path("p99_slack_ms")),
                        text(gate.path("promote")).equals("automatic") ? "by itself" : "by hand");
    }

    private void latencies(JsonNode latency) {
        var table =
                Table.of(
                        Column.text("LATENCY"),
                        Column.number("P50"),
                        Column.number("P95"),
                        Column.number("P99"));
        for (var side : List.of("primary", "shadow")) {
            table.add(
                    Cell.of(side),
                    Cell.of(millis(latency.path(side).path("p50"))),
                    Cell.of(millis(latency.path(side).path("p95"))),
                    Cell.of(millis(latency.path(side).path("p99"))));
        }
        table.print(terminal);
    }

    private static String millis(JsonNode node) {
        return node.isNumber() && node.doubleValue() > 0
                ? HumanUnits.latency(node.doubleValue())
                : "-";
    }

    private void outputs(JsonNode outputs) {
        var table =
                Table.of(
                        Column.text("OUTPUT"),
                        Column.text("BY"),
                        Column.number("MAX DIFF"),
                        Column.number("MEAN DIFF"),
                        Column.number("MIN COSINE"),
                        Column.number("PSI"),
                        Column.number("KS"));
        for (var output : outputs) {
            table.add(
                    Cell.of(text(output.path("name"))),
                    Cell.of(text(output.path("comparator"))),
                    Cell.of(figure(output.path("max_abs_diff"))),
                    Cell.of(figure(output.path("mean_abs_diff"))),
                    Cell.of(figure(output.path("cosine_min"))),
                    Cell.of(figure(output.path("psi"))),
                    Cell.of(figure(output.path("ks"))));
        }
        table.dropping().print(terminal);
    }

    /// Four significant digits are enough to compare.
    private static String figure(JsonNode number) {
        if (!number.isNumber()) {
            return "";
        }
        double value = number.doubleValue();
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.4g", value);
    }

    private void worst(JsonNode rows) {
        var table =
                Table.of(
                        Column.text("WORST"),
                        Column.number("ROW"),
                        Column.number("DIFFERENCE"),
                        Column.text("PRIMARY"),
                        Column.text("SHADOW"));
        for (var row : rows) {
            var id = text(row.path("id"));
            table.add(
                    Cell.of(id.isEmpty() ? "(no id)" : id),
                    Cell.of(text(row.path("row"))),
                    Cell.of(figure(row.path("score"))),
                    Cell.of(values(row.path("primary"))),
                    Cell.of(values(row.path("shadow"))));
        }
        table.print(terminal);
    }

    /// `probabilities 0.02 0.91 0.01 0.01 …`.
    private static String values(JsonNode tensors) {
        var all = new StringJoiner("; ");
        for (var tensor : tensors.properties()) {
            var values = new StringJoiner(" ").add(tensor.getKey());
            int shown = 0;
            for (var value : tensor.getValue().path("data")) {
                if (shown++ == MOST_VALUES) {
                    values.add("…");
                    break;
                }
                values.add(value.isFloatingPointNumber() ? figure(value) : text(value));
            }
            all.add(
                    tensor.getValue().path("redacted").asBoolean(false)
                            ? values.add("(redacted)").toString()
                            : values.toString());
        }
        return all.toString();
    }

    private static String count(JsonNode number) {
        return number.isIntegralNumber() ? HumanUnits.count(number.longValue()) : text(number);
    }

    private static String text(JsonNode node) {
        return Printable.line(JsonFields.text(node));
    }

    private void field(String name, String value) {
        line(terminal.styled(Style.FAINT, "%-12s".formatted(name)) + " " + Printable.line(value));
    }

    private void line(String text) {
        terminal.out().println(text);
    }
}
