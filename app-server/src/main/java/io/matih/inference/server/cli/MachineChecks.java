package io.matih.inference.server.cli;

import java.util.List;

/// Java and the machine.
final class MachineChecks {
    private static final int NEEDED = 25;
    private static final long LITTLE_HEAP = 256L << 20;

    private MachineChecks() {}

    static List<Finding> java() {
        return List.of(runtime(), machine(), heap());
    }

    private static Finding runtime() {
        var version = "%s (%s)".formatted(Runtime.version(), System.getProperty("java.home"));
        return Runtime.version().feature() == NEEDED
                ? Finding.ok("java", version)
                : Finding.note("java", version, "it is built and tested with Java " + NEEDED);
    }

    private static Finding machine() {
        return Finding.ok(
                "machine",
                "%s %s, %s, %d processors"
                        .formatted(
                                System.getProperty("os.name"),
                                System.getProperty("os.version"),
                                System.getProperty("os.arch"),
                                Runtime.getRuntime().availableProcessors()));
    }

    private static Finding heap() {
        long heap = Runtime.getRuntime().maxMemory();
        var text = "up to " + HumanUnits.bytes(heap);
        return heap >= LITTLE_HEAP
                ? Finding.ok("heap", text)
                : Finding.note("heap", text, "MATIH_JAVA_OPTS=-Xmx1g gives it more");
    }
}
