package io.matih.inference.server.settings;

import io.matih.inference.engine.error.ServingException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/// The resolved settings of one server: every value checked, each with where it came from.
/// Immutable once loaded.
public final class Settings {
    private final Map<Setting<?>, Resolved> values = new LinkedHashMap<>();
    private final List<String> warnings;

    private record Resolved(Optional<?> value, Source source) {}

    private Settings(List<String> warnings) {
        this.warnings = List.copyOf(warnings);
    }

    /// Settings from flags alone, without file and environment.
    ///
    /// @param flags text by key: `http.port` to `0`
    /// @throws SettingsException for an unknown key or a value that is not allowed
    public static Settings of(Map<String, String> flags) {
        var here = Surroundings.here();
        var bare = new Surroundings(Map.of(), here.systemName(), here.home(), here.workingFolder());
        return SettingsLoader.load(bare, Optional.empty(), flags, false);
    }

    static Settings resolve(
            Surroundings surroundings, Map<String, Written> written, List<String> warnings) {
        var settings = new Settings(warnings);
        for (var setting : SettingKeys.ALL) {
            settings.values.put(setting, settings.resolve(setting, surroundings, written));
        }
        Consistency.check(settings);
        return settings;
    }

    private <T> Resolved resolve(
            Setting<T> setting, Surroundings surroundings, Map<String, Written> written) {
        var text = written.get(setting.key());
        return text == null
                ? new Resolved(setting.fallback().value(surroundings, this), new Source.Default())
                : new Resolved(Optional.of(text.parse(setting, surroundings)), text.source());
    }

    /// A setting that always has a value.
    public <T> T get(Setting<T> setting) {
        return find(setting).orElseThrow(() -> new NoSuchElementException(setting.key()));
    }

    /// A setting that may be unset.
    @SuppressWarnings("unchecked") // resolve() puts under a Setting<T> what its ValueType<T> parsed
    public <T> Optional<T> find(Setting<T> setting) {
        return (Optional<T>) resolved(setting).value();
    }

    public Source source(Setting<?> setting) {
        return resolved(setting).source();
    }

    private Resolved resolved(Setting<?> setting) {
        var resolved = values.get(setting);
        if (resolved == null) {
            throw new IllegalArgumentException(setting.key() + " is not resolved yet");
        }
        return resolved;
    }

    /// What is odd but does no harm, one line each.
    public List<String> warnings() {
        return warnings;
    }

    /// Every setting, its value and where that came from, in the order of `SettingKeys`.
    public List<SettingRow> describe() {
        var rows = new ArrayList<SettingRow>();
        for (var setting : SettingKeys.ALL) {
            rows.add(new SettingRow(setting.key(), shown(setting), source(setting)));
        }
        return List.copyOf(rows);
    }

    private <T> String shown(Setting<T> setting) {
        return find(setting)
                .map(setting::shown)
                .filter(text -> !text.isEmpty())
                .orElse("(" + setting.fallbackText() + ")");
    }

    /// A value as somebody wrote it.
    ///
    /// @param base what a relative path in it starts from
    record Written(String text, Source source, Path base) {
        <T> T parse(Setting<T> setting, Surroundings surroundings) {
            return setting.type()
                    .parser()
                    .parse(text.strip(), new ValueType.Context(surroundings, base))
                    .orElseThrow(
                            () ->
                                    new SettingsException(
                                            "%s is %s (%s): allowed is %s"
                                                    .formatted(
                                                            setting.key(),
                                                            setting.hidesIn(text)
                                                                    ? "malformed"
                                                                    : quoted(),
                                                            source.text(),
                                                            setting.type().allowed())));
        }

        private String quoted() {
            return "'" + ServingException.clip(text) + "'";
        }
    }
}
