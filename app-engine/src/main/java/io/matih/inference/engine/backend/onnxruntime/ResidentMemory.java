package io.matih.inference.engine.backend.onnxruntime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/// A process's resident memory, where the system tells it by `/proc`.
final class ResidentMemory {
    private ResidentMemory() {}

    static OptionalLong of(long pid) {
        return read(Path.of("/proc", Long.toString(pid), "status"));
    }

    private static OptionalLong read(Path status) {
        try {
            for (var line : Files.readAllLines(status)) {
                if (line.startsWith("VmRSS:")) {
                    return OptionalLong.of(1024 * Long.parseLong(line.replaceAll("\\D", "")));
                }
            }
            return OptionalLong.empty();
        } catch (IOException | NumberFormatException e) {
            // No /proc here, or the process has just ended.
            return OptionalLong.empty();
        }
    }
}
