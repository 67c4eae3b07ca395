package io.matih.inference.server.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/// How a setting's value is written.
///
/// @param allowed what may stand there, for messages: `a whole number from 0 to 65535`
/// @param parser from text and its context; empty where the text is not allowed
/// @param formatter as it could be written again
public record ValueType<T>(
        String allowed, Parser<T> parser, Function<? super T, String> formatter) {
    /// Reads one value.
    @FunctionalInterface
    public interface Parser<T> {
        Optional<T> parse(String text, Context context);
    }

    /// @param base what a relative path starts from
    public record Context(Surroundings surroundings, Path base) {
        Path path(String text) {
            return surroundings.path(text, base);
        }
    }

    private static final Pattern URI_SCHEME = Pattern.compile("[a-z][a-z0-9+.-]+:.*");

    static ValueType<String> text(String allowed, Pattern pattern) {
        return new ValueType<>(
                allowed,
                (text, _) -> Optional.of(text).filter(t -> pattern.matcher(t).matches()),
                Function.identity());
    }

    static ValueType<String> choice(String... choices) {
        return new ValueType<>(
                choices.length == 1
                        ? "'" + choices[0] + "'"
                        : "one of " + String.join(", ", choices),
                (text, _) -> Arrays.stream(choices).filter(text::equalsIgnoreCase).findFirst(),
                Function.identity());
    }

    static ValueType<Boolean> flag() {
        return new ValueType<>(
                "true or false",
                (text, _) ->
                        switch (text.toLowerCase(Locale.ROOT)) {
                            case "true" -> Optional.of(true);
                            case "false" -> Optional.of(false);
                            default -> Optional.empty();
                        },
                String::valueOf);
    }

    static ValueType<Integer> number(int low, int high) {
        return new ValueType<>(
                "a whole number from %d to %d".formatted(low, high),
                (text, _) ->
                        Quantities.wholeNumber(text)
                                .filter(number -> number >= low && number <= high)
                                .map(Math::toIntExact),
                String::valueOf);
    }

    static ValueType<Long> bytes(long low, long high) {
        return new ValueType<>(
                "a size from %s to %s, such as 512KiB, 64MiB or 2GiB"
                        .formatted(Quantities.size(low), Quantities.size(high)),
                (text, _) -> Quantities.bytes(text).filter(size -> size >= low && size <= high),
                Quantities::size);
    }

    static ValueType<Duration> duration(Duration low, Duration high) {
        return new ValueType<>(
                "a time from %s to %s, such as 500ms, 30s or 2m"
                        .formatted(Quantities.time(low), Quantities.time(high)),
                (text, _) ->
                        Quantities.duration(text)
                                .filter(t -> t.compareTo(low) >= 0 && t.compareTo(high) <= 0),
                Quantities::time);
    }

    static ValueType<Path> folder() {
        return new ValueType<>("a folder", ValueType::parsePath, Path::toString);
    }

    /// Comma-separated; empty text is the empty list.
    static ValueType<List<String>> list(String allowed, Pattern entry) {
        return list(
                allowed, (text, _) -> Optional.of(text).filter(t -> entry.matcher(t).matches()));
    }

    /// Folders, made absolute, and `s3://bucket[/prefix]`.
    static ValueType<List<String>> roots() {
        return list("folders and s3://bucket or s3://bucket/prefix", ValueType::parseRoot);
    }

    private static ValueType<List<String>> list(String allowed, Parser<String> entry) {
        return new ValueType<>(
                allowed + ", separated by commas",
                (text, context) -> parseList(text, entry, context),
                entries -> String.join(",", entries));
    }

    private static Optional<List<String>> parseList(
            String text, Parser<String> entry, Context context) {
        var entries = new LinkedHashSet<String>();
        for (var part : text.split(",", -1)) {
            if (part.isBlank()) {
                continue;
            }
            var parsed = entry.parse(part.strip(), context);
            if (parsed.isEmpty()) {
                return Optional.empty();
            }
            entries.add(parsed.get());
        }
        return Optional.of(List.copyOf(entries));
    }

    private static Optional<String> parseRoot(String text, Context context) {
        if (text.startsWith("s3://")) {
            return Optional.of(text)
                    .filter(root -> root.matches("s3://[a-z0-9][a-z0-9.-]{1,62}(/.*)?"));
        }
        var path = text.startsWith("file:/") ? text.replaceFirst("^file:(//(?=/))?", "") : text;
        return URI_SCHEME.matcher(path).matches() && !isDrive(path)
                ? Optional.empty()
                : parsePath(path, context).map(Path::toString);
    }

    private static boolean isDrive(String path) {
        return path.length() > 1 && path.charAt(1) == ':';
    }

    private static Optional<Path> parsePath(String text, Context context) {
        try {
            return text.isBlank() ? Optional.empty() : Optional.of(context.path(text));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
