package io.matih.inference.server.cli;

import io.matih.inference.server.settings.SettingKeys;
import io.matih.inference.server.settings.Settings;

/// Hands `log.level` to `logback.xml`, which reads it when the first logger is made: before a
/// server starts. Libraries stay at warnings unless the level is `error`, or `debug` and below.
final class LogLevel {
    private LogLevel() {}

    static void apply(Settings settings) {
        var level = settings.get(SettingKeys.LOG_LEVEL);
        System.setProperty("matih.log.level", level);
        var libraries =
                switch (level) {
                    case "error" -> "error";
                    case "debug", "trace" -> "info";
                    default -> "warn";
                };
        System.setProperty("matih.log.level.libraries", libraries);
    }
}
