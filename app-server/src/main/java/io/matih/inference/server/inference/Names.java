package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ServingException;

import java.util.Collection;
import java.util.stream.Collectors;

/// Lists of names as messages show them.
final class Names {
    private static final int SHOWN = 20;

    private Names() {}

    static String list(Collection<String> names) {
        var shown =
                names.stream()
                        .limit(SHOWN)
                        .map(ServingException::clip)
                        .collect(Collectors.joining(", "));
        return names.size() > SHOWN
                ? "%s and %d more".formatted(shown, names.size() - SHOWN)
                : shown;
    }
}
