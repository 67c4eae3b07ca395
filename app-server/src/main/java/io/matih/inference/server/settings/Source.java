package io.matih.inference.server.settings;

import java.nio.file.Path;

/// Where a setting's value came from; each kind overrules the ones before it.
public sealed interface Source {
    /// Nobody set it.
    record Default() implements Source {}

    /// @param line counted from 1
    record File(Path file, int line) implements Source {}

    record Environment(String variable) implements Source {}

    record Flag(String name) implements Source {}

    /// As messages and `matih doctor` name it.
    default String text() {
        return switch (this) {
            case Default _ -> "default";
            case File(Path file, int line) -> file + " line " + line;
            case Environment(String variable) -> "environment " + variable;
            case Flag(String name) -> "flag --" + name;
        };
    }
}
