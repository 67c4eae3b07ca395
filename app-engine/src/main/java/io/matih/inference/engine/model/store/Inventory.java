package io.matih.inference.engine.model.store;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;

/// A model's files, by relative name.
record Inventory(SortedMap<String, Entry> files) {
    /// @param sha256 lower-case hex
    record Entry(String sha256, long bytes) {}

    Inventory {
        files = new TreeMap<>(files);
    }

    /// As `sha256sum` prints it, sorted by name.
    String listing() {
        var lines = new StringBuilder();
        files.forEach(
                (name, entry) -> lines.append(entry.sha256).append("  ").append(name).append('\n'));
        return lines.toString();
    }

    /// Of the file where there is one, else of the listing.
    String digest() {
        return files.size() == 1
                ? files.firstEntry().getValue().sha256
                : HexFormat.of().formatHex(Sha256.of(listing().getBytes(StandardCharsets.UTF_8)));
    }

    long bytes() {
        return files.values().stream().mapToLong(Entry::bytes).sum();
    }
}
