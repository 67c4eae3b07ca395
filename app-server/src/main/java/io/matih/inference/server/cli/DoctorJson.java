package io.matih.inference.server.cli;

import io.matih.inference.server.settings.SettingRow;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.Locale;

/// The doctor's findings for scripts.
final class DoctorJson {
    private static final JsonMapper JSON = JsonMapper.shared();

    private DoctorJson() {}

    static String of(List<Finding> findings, List<SettingRow> settings) {
        var root = JSON.createObjectNode();
        var checks = root.putArray("checks");
        for (var finding : findings) {
            checks.addObject()
                    .put("health", finding.health().name().toLowerCase(Locale.ROOT))
                    .put("subject", finding.subject())
                    .put("text", finding.text())
                    .put("advice", finding.advice());
        }
        var rows = root.putArray("settings");
        for (var row : settings) {
            rows.addObject()
                    .put("key", row.key())
                    .put("value", row.value())
                    .put("source", row.source().text());
        }
        return JSON.writeValueAsString(root);
    }
}
