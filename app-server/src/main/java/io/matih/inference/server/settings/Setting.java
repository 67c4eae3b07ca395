package io.matih.inference.server.settings;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// One thing that an operator can set.
///
/// @param key its name in the file and as a flag: `http.port`
/// @param fallback its value where nobody sets it; empty for one that may stay unset
/// @param fallbackText the fallback for people to read
/// @param secret never printed, and no flag: other users can read a process's arguments
public record Setting<T>(
        String key,
        ValueType<T> type,
        Fallback<T> fallback,
        String fallbackText,
        String description,
        boolean secret) {
    private static final String MASK = "********";
    private static final Pattern PASSWORD = Pattern.compile("(?i)([?&;]password=)[^&;]*");

    /// A value nobody wrote down; it may depend on settings that stand earlier in the list.
    @FunctionalInterface
    public interface Fallback<T> {
        Optional<T> value(Surroundings surroundings, Settings earlier);
    }

    static <T> Setting<T> of(String key, ValueType<T> type, T fallback, String description) {
        var text = type.formatter().apply(fallback);
        return derived(
                key,
                type,
                (_, _) -> Optional.of(fallback),
                text.isEmpty() ? "none" : text,
                description);
    }

    static <T> Setting<T> derived(
            String key,
            ValueType<T> type,
            Fallback<T> fallback,
            String fallbackText,
            String description) {
        return new Setting<>(key, type, fallback, fallbackText, description, false);
    }

    static <T> Setting<T> optional(
            String key, ValueType<T> type, String fallbackText, String description) {
        return derived(key, type, (_, _) -> Optional.empty(), fallbackText, description);
    }

    Setting<T> asSecret() {
        return new Setting<>(key, type, fallback, fallbackText, description, true);
    }

    /// Whether this text of it must not be seen: a secret, or a database URL with a password.
    boolean hidesIn(String text) {
        return secret || PASSWORD.matcher(text).find();
    }

    /// The value as it may be printed.
    String shown(T value) {
        var text = type.formatter().apply(value);
        return secret ? MASK : PASSWORD.matcher(text).replaceAll("$1" + MASK);
    }

    /// Its environment variable: `MATIH_HTTP_PORT`.
    public String variable() {
        return "MATIH_" + key.toUpperCase(Locale.ROOT).replace('.', '_');
    }
}
