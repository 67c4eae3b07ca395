package io.matih.inference.server.cli;

import io.matih.inference.server.cli.Table.Cell;
import io.matih.inference.server.cli.Table.Column;

import tools.jackson.databind.JsonNode;

import java.time.Clock;
import java.util.List;
import java.util.StringJoiner;

/// Deployments for people.
final class DeploymentTables {
    private final Terminal terminal;
    private final Clock clock;

    DeploymentTables(Terminal terminal, Clock clock) {
        this.terminal = terminal;
        this.clock = clock;
    }

    void list(List<JsonNode> deployments) {
        if (deployments.isEmpty()) {
            terminal.out().println("Nothing is deployed. `matih deploy NAME FILE` serves a model.");
            return;
        }
        var table =
                Table.of(
                                Column.text("NAME"),
                                Column.number("VERSION"),
                                Column.text("STATE"),
                                Column.text("BACKEND"),
                                Column.text("DEVICE"),
                                Column.number("INSTANCES"),
                                Column.number("QUEUE"),
                                Column.number("REQ/S"),
                                Column.number("P50"),
                                Column.number("P99"),
                                Column.number("ERRORS"),
                                Column.number("MEMORY"),
                                Column.text("UPDATED"),
                                Column.text("REASON"))
                        .dropping();
        deployments.forEach(deployment -> table.add(row(deployment)));
        table.print(terminal);
    }

    private List<Cell> row(JsonNode d) {
        var stats = d.path("stats");
        return List.of(
                cell(d, "name"),
                versions(d),
                state(d),
                cell(d, "backend"),
                cell(d, "device"),
                cell(d, "instances"),
                cell(d, "queue_depth"),
                cell(stats, "rps"),
                Cell.of(JsonFields.millis(stats.path("p50_ms"))),
                Cell.of(JsonFields.millis(stats.path("p99_ms"))),
                Cell.of(JsonFields.percent(stats.path("error_rate"))),
                Cell.of(JsonFields.bytes(d.path("memory").path("bytes"))),
                Cell.of(JsonFields.ago(d.path("updated_at"), clock)),
                cell(d, "reason"));
    }

    void revisions(JsonNode revisions) {
        var table =
                Table.of(
                                Column.number("REVISION"),
                                Column.text("ACTION"),
                                Column.text("TRAFFIC"),
                                Column.text("BY"),
                                Column.text("WHEN"),
                                Column.text("REASON"))
                        .dropping();
        for (var revision : revisions) {
            table.add(
                    cell(revision, "revision"),
                    cell(revision, "action"),
                    Cell.of(Shares.of(revision.path("variants"))),
                    cell(revision, "actor"),
                    Cell.of(JsonFields.ago(revision.path("at"), clock)),
                    cell(revision, "reason"));
        }
        table.print(terminal);
    }

    void one(JsonNode d) {
        var facts = new Facts(terminal);
        var state = JsonFields.text(d.path("state"));
        facts.add("name", JsonFields.text(d.path("name")));
        facts.add("state", state, Style.ofState(state));
        facts.add("reason", JsonFields.text(d.path("reason")));
        facts.add("last failure", JsonFields.text(d.path("last_failure")), Style.BAD);
        facts.add("version", JsonFields.text(d.path("version")));
        if (d.path("variants").size() > 1) {
            d.path("variants").forEach(variant -> facts.add("traffic", variant(variant)));
        }
        for (var shadow : d.path("shadows")) {
            var verdict = JsonFields.text(shadow.path("verdict"));
            facts.add("shadow", shadow(shadow, verdict), Style.ofVerdict(verdict));
        }
        ports(facts, "input", d.path("signature").path("inputs"));
        ports(facts, "output", d.path("signature").path("outputs"));
        features(facts, d.path("features"));
        d.path("findings").forEach(f -> facts.add("note", JsonFields.text(f.path("message"))));
        facts.add("backend", JsonFields.text(d.path("backend")));
        facts.add("device", JsonFields.text(d.path("device")));
        d.path("providers").forEach(p -> facts.add("provider", JsonFields.text(p)));
        facts.add("instances", JsonFields.text(d.path("instances")));
        facts.add("queue", JsonFields.text(d.path("queue_depth")));
        facts.add("memory", JsonFields.bytes(d.path("memory").path("bytes")));
        facts.add("pinned", d.at("/cache/pinned").asBoolean(false) ? "yes" : "");
        facts.add("last used", JsonFields.ago(d.at("/cache/last_used"), clock));
        stats(facts, d.path("stats"));
        facts.add("revision", JsonFields.text(d.path("revision")));
        facts.add("updated", JsonFields.ago(d.path("updated_at"), clock));
        facts.print();
    }

    private static String variant(JsonNode variant) {
        var stats = variant.path("stats");
        return "version %s, %s: %s %% of requests, %s, p99 %s, %s errors"
                .formatted(
                        JsonFields.text(variant.path("version")),
                        JsonFields.text(variant.path("label")),
                        JsonFields.text(variant.path("weight")),
                        JsonFields.text(variant.path("state")),
                        orNone(JsonFields.millis(stats.path("p99_ms"))),
                        JsonFields.percent(stats.path("error_rate")));
    }

    private static String shadow(JsonNode shadow, String verdict) {
        var agreement = JsonFields.percent(shadow.path("agreement"));
        return "version %s%s: %s %% of requests, %s, %s%s"
                .formatted(
                        JsonFields.text(shadow.path("version")),
                        shadow.path("watching").asBoolean(false) ? ", watching" : "",
                        JsonFields.text(shadow.path("percent")),
                        JsonFields.text(shadow.path("state")),
                        verdict,
                        agreement.isEmpty()
                                ? ""
                                : ", agrees on %s of %s rows"
                                        .formatted(
                                                agreement,
                                                JsonFields.text(shadow.path("samples"))));
    }

    private static String orNone(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private static void stats(Facts facts, JsonNode stats) {
        facts.add("requests/s", JsonFields.text(stats.path("rps")));
        facts.add("p50", JsonFields.millis(stats.path("p50_ms")));
        facts.add("p99", JsonFields.millis(stats.path("p99_ms")));
        facts.add("errors", JsonFields.percent(stats.path("error_rate")));
    }

    private static void ports(Facts facts, String title, JsonNode ports) {
        for (var port : ports) {
            facts.add(
                    title,
                    "%s  %s %s%s"
                            .formatted(
                                    JsonFields.text(port.path("name")),
                                    JsonFields.text(port.path("datatype")),
                                    port.path("shape"),
                                    port.path("optional").asBoolean(false) ? ", optional" : ""));
        }
    }

    private static void features(Facts facts, JsonNode features) {
        for (var input : features.properties()) {
            var columns = new StringJoiner(", ");
            input.getValue().forEach(column -> columns.add(JsonFields.text(column)));
            facts.add("columns", input.getKey() + ": " + columns);
        }
    }

    private static Cell cell(JsonNode node, String field) {
        return Cell.of(JsonFields.text(node.path(field)));
    }

    /// The version, or each with its share: `3 90 %, 4 10 %`.
    private static Cell versions(JsonNode deployment) {
        var variants = deployment.path("variants");
        if (variants.size() < 2) {
            return cell(deployment, "version");
        }
        var shares = new StringJoiner(", ");
        for (var variant : variants) {
            shares.add(
                    "%s %s %%"
                            .formatted(
                                    JsonFields.text(variant.path("version")),
                                    JsonFields.text(variant.path("weight"))));
        }
        return Cell.of(shares.toString());
    }

    private static Cell state(JsonNode deployment) {
        var state = JsonFields.text(deployment.path("state"));
        return new Cell(state, Style.ofState(state));
    }
}
