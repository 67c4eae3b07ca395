package io.matih.inference.server.cli;

import io.matih.inference.server.bench.suite.Machine;
import io.matih.inference.server.bench.suite.RowResult;
import io.matih.inference.server.bench.suite.Series;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Locale;

/// A suite's results for scripts.
final class SuiteJson {
    private static final JsonMapper JSON = JsonMapper.shared();

    private SuiteJson() {}

    static JsonNode of(List<RowResult> results) {
        var machine = Machine.here();
        var all = JSON.createObjectNode();
        all.putObject("machine")
                .put("cores", machine.cores())
                .put("cpu", machine.cpu())
                .put("system", machine.system())
                .put("java", machine.java());
        var rows = all.putArray("rows");
        for (var result : results) {
            var row = rows.addObject();
            row.put("name", result.name())
                    .put("about", result.about())
                    .put("wrong", result.wrong());
            var series = row.putArray("series");
            result.series().forEach(s -> write(s, series.addObject()));
            var notes = row.putArray("notes");
            result.notes().forEach(notes::add);
        }
        return all;
    }

    private static void write(Series series, ObjectNode into) {
        into.put("label", series.label())
                .put("unit", series.unit().name().toLowerCase(Locale.ROOT))
                .put("median", series.median())
                .put("least", series.least())
                .put("most", series.most());
        var rounds = into.putArray("rounds");
        series.values().forEach(rounds::add);
        var goal = series.goal();
        if (goal != null) {
            into.putObject("goal")
                    .put(goal.atLeast() ? "at_least" : "at_most", goal.bound())
                    .put("met", goal.isMet(series.median()));
        }
    }
}
