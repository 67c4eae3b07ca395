package io.matih.inference.server.bench.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What was measured on.
///
/// @param cpu the processor's own name, or its architecture where the system does not tell
public record Machine(int cores, String cpu, String system, String java) {
    private static final Path LINUX = Path.of("/proc/cpuinfo");

    public static Machine here() {
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                cpuName(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                System.getProperty("java.vm.name") + " " + Runtime.version());
    }

    private static String cpuName() {
        try (var lines = Files.lines(LINUX)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElseGet(() -> System.getProperty("os.arch"));
        } catch (IOException _) {
            return System.getProperty("os.arch");
        }
    }
}
