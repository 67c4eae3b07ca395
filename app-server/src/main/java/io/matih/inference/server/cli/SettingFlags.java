package io.matih.inference.server.cli;

import io.matih.inference.server.settings.Setting;
import io.matih.inference.server.settings.SettingKeys;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Every setting as an option of a command: `--http.port N`.
final class SettingFlags {
    private final Map<String, String> given = new LinkedHashMap<>();

    /// What was given, text by key.
    Map<String, String> given() {
        return Map.copyOf(given);
    }

    /// Adds the options; a secret has none, for arguments can be read by every user.
    void addTo(CommandSpec command) {
        var group =
                ArgGroupSpec.builder()
                        .validate(false)
                        .multiplicity("0..1")
                        .heading(
                                "%nSettings, also by matih.yaml and by the environment"
                                        + " (--http.port is MATIH_HTTP_PORT):%n")
                        .order(100);
        SettingKeys.ALL.stream().filter(s -> !s.secret()).forEach(s -> group.addArg(option(s)));
        command.addArgGroup(group.build());
    }

    private OptionSpec option(Setting<?> setting) {
        var flag = "--" + setting.key();
        return OptionSpec.builder(names(setting, flag))
                .type(String.class)
                .arity("1")
                .paramLabel(label(setting))
                .description(
                        setting.description().replace("%", "%%")
                                + " (default: %s)".formatted(setting.fallbackText()))
                .setter(new Recorder(given, setting.key()))
                .build();
    }

    /// The second name of the repository is what Triton's users type.
    private static String[] names(Setting<?> setting, String flag) {
        if (setting.equals(SettingKeys.DATA_DIR)) {
            return new String[] {"--data", flag};
        }
        return setting.equals(SettingKeys.MODEL_REPOSITORY)
                ? new String[] {flag, "--model-repository"}
                : new String[] {flag};
    }

    private static String label(Setting<?> setting) {
        var word = setting.key().substring(setting.key().lastIndexOf('.') + 1);
        return switch (word) {
            case "port", "max_rows" -> "N";
            case "timeout" -> "TIME";
            case "roots", "allowed_hosts", "allowed_origins" -> "LIST";
            case "path_style" -> "BOOL";
            case "endpoint" -> "URL";
            case "repository" -> "FOLDER";
            case "access_key" -> "KEY";
            default -> word.endsWith("_bytes") ? "SIZE" : word.toUpperCase(Locale.ROOT);
        };
    }

    private record Recorder(Map<String, String> given, String key) implements ISetter {
        @Override
        @SuppressWarnings("NullAway") // picocli's contract: the value before, which nobody asks for
        public <T> T set(@Nullable T value) {
            if (value == null) {
                given.remove(key);
            } else {
                given.put(key, value.toString());
            }
            return null;
        }
    }
}
