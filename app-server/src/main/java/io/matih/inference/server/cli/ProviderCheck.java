package io.matih.inference.server.cli;

import io.matih.inference.engine.backend.Backend.ProviderReport;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The execution providers: the CPU must work, every other one is a bonus.
final class ProviderCheck {
    private static final String NEEDED = "CPU";

    private ProviderCheck() {}

    static List<Finding> of(Supplier<List<ProviderReport>> providers) {
        try {
            var findings = new ArrayList<Finding>();
            providers.get().forEach(report -> findings.add(finding(report)));
            return findings;
        } catch (RuntimeException | LinkageError e) {
            return List.of(
                    Finding.broken(
                            NEEDED,
                            "ONNX Runtime does not load: " + e.getMessage(),
                            "this build has libraries for Linux, macOS and Windows on x86-64 and ARM64"));
        }
    }

    private static Finding finding(ProviderReport report) {
        var subject = "provider " + report.name();
        if (report.usable()) {
            return Finding.ok(subject, report.reason().isEmpty() ? "works" : report.reason());
        }
        return report.name().equals(NEEDED)
                ? Finding.broken(subject, report.reason(), "no model can run without it")
                : Finding.note(subject, "not used: " + report.reason(), "");
    }
}
