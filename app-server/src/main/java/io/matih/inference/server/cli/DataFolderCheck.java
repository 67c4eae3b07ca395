package io.matih.inference.server.cli;

import io.matih.inference.server.settings.SettingKeys;
import io.matih.inference.server.settings.Settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether the data folder can be written; nothing is left behind, and no folder is made.
final class DataFolderCheck {
    private static final String SUBJECT = "data folder";
    private static final long LITTLE_SPACE = 1L << 30;

    private DataFolderCheck() {}

    static Finding of(Settings settings) {
        var folder = settings.get(SettingKeys.DATA_DIR);
        var existing = nearestExisting(folder);
        if (!Files.isDirectory(existing)) {
            return broken(folder, existing + " is no folder");
        }
        try {
            // Trying is the only test that knows of read-only mounts, quotas and access lists.
            Files.delete(Files.createTempFile(existing, ".matih-doctor", ".tmp"));
            long free = Files.getFileStore(existing).getUsableSpace();
            var text = "%s, %s free".formatted(folder, HumanUnits.bytes(free));
            if (free < LITTLE_SPACE) {
                return Finding.note(SUBJECT, text, "models are copied here: make room");
            }
            return Finding.ok(SUBJECT, existing.equals(folder) ? text : text + " (will be made)");
        } catch (IOException e) {
            return broken(folder, "cannot write in " + existing);
        }
    }

    private static Finding broken(Path folder, String reason) {
        return Finding.broken(
                SUBJECT,
                "%s: %s".formatted(folder, reason),
                "make it writable, or choose another by --data");
    }

    private static Path nearestExisting(Path folder) {
        var candidate = folder;
        while (!Files.exists(candidate)) {
            var parent = candidate.getParent();
            if (parent == null) {
                return candidate;
            }
            candidate = parent;
        }
        return candidate;
    }
}
