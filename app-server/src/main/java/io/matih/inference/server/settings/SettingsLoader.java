package io.matih.inference.server.settings;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.error.Nearest;
import io.matih.inference.server.settings.Settings.Written;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Gathers what was written in the file, the environment and the flags; the later overrules.
public final class SettingsLoader {
    /// The file that is read from the data folder where `--config` names none.
    public static final String FILE_NAME = "matih.yaml";

    private static final String PREFIX = "MATIH_";

    /// Variables of the launcher and of the client commands.
    private static final Set<String> OTHER_VARIABLES =
            Set.of("MATIH_JAVA_OPTS", "MATIH_SERVER", "MATIH_API_KEY");

    private SettingsLoader() {}

    /// @param config the file that `--config` names
    /// @param flags text by key
    /// @throws SettingsException for an unknown key, a value that is not allowed, settings that do
    ///   not go together, or a file that others can read although it holds a secret
    public static Settings load(
            Surroundings surroundings, Optional<Path> config, Map<String, String> flags) {
        return load(surroundings, config, flags, true);
    }

    static Settings load(
            Surroundings surroundings,
            Optional<Path> config,
            Map<String, String> flags,
            boolean fileInDataFolder) {
        var warnings = new ArrayList<String>();
        var overruling = fromEnvironment(surroundings, warnings);
        overruling.putAll(fromFlags(surroundings, flags));
        var written =
                new LinkedHashMap<>(fromFile(surroundings, config, overruling, fileInDataFolder));
        written.putAll(overruling);
        return Settings.resolve(surroundings, written, warnings);
    }

    /// The data folder that a server with these flags would use, without reading any file: what the
    /// client commands need to find that server.
    public static Path dataFolder(Surroundings surroundings, Map<String, String> flags) {
        var written = fromEnvironment(surroundings, new ArrayList<>());
        written.putAll(fromFlags(surroundings, flags));
        return folder(surroundings, written);
    }

    private static Path folder(Surroundings surroundings, Map<String, Written> written) {
        var setting = SettingKeys.DATA_DIR;
        var text = written.get(setting.key());
        return text == null ? surroundings.dataFolder() : text.parse(setting, surroundings);
    }

    private static Map<String, Written> fromFile(
            Surroundings surroundings,
            Optional<Path> config,
            Map<String, Written> overruling,
            boolean fileInDataFolder) {
        if (config.isPresent()) {
            return checkedFile(surroundings.workingFolder().resolve(config.get()));
        }
        var folder = folder(surroundings, overruling);
        var file = folder.resolve(FILE_NAME);
        if (!fileInDataFolder || !Files.exists(file)) {
            return Map.of();
        }
        var written = checkedFile(file);
        if (written.containsKey(SettingKeys.DATA_DIR.key())
                && !folder(surroundings, written).equals(folder)) {
            throw new SettingsException(
                    "%s names another data.dir than the folder it was found in: give that one by --data"
                            .formatted(file));
        }
        return written;
    }

    private static Map<String, Written> checkedFile(Path file) {
        var written = ConfigFile.read(file);
        for (var setting : SettingKeys.ALL) {
            var value = written.get(setting.key());
            if (value != null && setting.hidesIn(value.text())) {
                FileModes.requirePrivate(file, setting.key());
            }
        }
        return written;
    }

    private static Map<String, Written> fromEnvironment(
            Surroundings surroundings, List<String> warnings) {
        var written = new LinkedHashMap<String, Written>();
        var variables = SettingKeys.ALL.stream().map(Setting::variable).toList();
        surroundings.environment().keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && !OTHER_VARIABLES.contains(name))
                .filter(name -> !variables.contains(name))
                .sorted()
                .forEach(
                        name ->
                                warnings.add(
                                        "the environment variable %s is no setting%s"
                                                .formatted(
                                                        ServingException.clip(name),
                                                        Nearest.suggestion(name, variables))));
        for (var setting : SettingKeys.ALL) {
            var text = surroundings.environment().get(setting.variable());
            if (text != null && !text.isEmpty()) {
                var source = new Source.Environment(setting.variable());
                written.put(setting.key(), new Written(text, source, surroundings.workingFolder()));
            }
        }
        return written;
    }

    private static Map<String, Written> fromFlags(
            Surroundings surroundings, Map<String, String> flags) {
        var written = new LinkedHashMap<String, Written>();
        flags.forEach(
                (key, text) -> {
                    var source = new Source.Flag(key);
                    var setting = known(key, source);
                    if (setting.secret()) {
                        throw secretFlag(setting);
                    }
                    written.put(key, new Written(text, source, surroundings.workingFolder()));
                });
        return written;
    }

    /// The setting of that key.
    ///
    /// @throws SettingsException that names the nearest key where there is none
    static Setting<?> known(String key, Source source) {
        return SettingKeys.ALL.stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow(() -> unknown(key, source));
    }

    /// Why no option takes that key: it is a secret, or there is none.
    public static SettingsException refusedFlag(String key) {
        return SettingKeys.ALL.stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .map(SettingsLoader::secretFlag)
                .orElseGet(() -> unknown(key, new Source.Flag(ServingException.clip(key))));
    }

    private static SettingsException secretFlag(Setting<?> setting) {
        return new SettingsException(
                "--%s would show a secret to everyone who can list processes: set %s or write it in %s"
                        .formatted(setting.key(), setting.variable(), FILE_NAME));
    }

    private static SettingsException unknown(String key, Source source) {
        var keys = SettingKeys.ALL.stream().map(Setting::key).toList();
        return new SettingsException(
                "there is no setting '%s' (%s)%s"
                        .formatted(
                                ServingException.clip(key),
                                source.text(),
                                Nearest.suggestion(key, keys)));
    }
}
