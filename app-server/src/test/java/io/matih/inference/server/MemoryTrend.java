package io.matih.inference.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The memory that a process takes, over time: its resident set, and the straight line through the
/// second half of it.
final class MemoryTrend {
    private static final long KIB = 1024;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Path status;
    private final List<Sample> samples = new ArrayList<>();

    MemoryTrend(long pid) {
        status = Path.of("/proc", Long.toString(pid), "status");
    }

    void sample() throws IOException {
        try (var lines = Files.lines(status)) {
            long kib =
                    lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElseThrow();
            samples.add(new Sample(System.nanoTime() / NANOS_PER_SECOND, kib * (double) KIB));
        }
    }

    private List<Sample> secondHalf() {
        double middle = (samples.getFirst().seconds + samples.getLast().seconds) / 2;
        return samples.stream().filter(sample -> sample.seconds >= middle).toList();
    }

    private double seconds() {
        return samples.getLast().seconds - secondHalf().getFirst().seconds;
    }

    /// By least squares.
    private double bytesPerSecond() {
        var half = secondHalf();
        double meanTime = half.stream().mapToDouble(Sample::seconds).average().orElse(0);
        double meanBytes = half.stream().mapToDouble(Sample::bytes).average().orElse(0);
        double product = 0;
        double square = 0;
        for (var sample : half) {
            product += (sample.seconds - meanTime) * (sample.bytes - meanBytes);
            square += (sample.seconds - meanTime) * (sample.seconds - meanTime);
        }
        return square == 0 ? 0 : product / square;
    }

    /// How far the line rises from the middle to the end.
    double growthBytes() {
        return bytesPerSecond() * seconds();
    }

    @Override
    public String toString() {
        return "resident %.1f MiB at first, %.1f in the middle, %.1f at the end; %.2f MiB of growth over the last %.0f s (%.3f MiB a minute)"
                .formatted(
                        mib(samples.getFirst().bytes),
                        mib(secondHalf().getFirst().bytes),
                        mib(samples.getLast().bytes),
                        mib(growthBytes()),
                        seconds(),
                        mib(bytesPerSecond() * 60));
    }

    private static double mib(double bytes) {
        return bytes / (KIB * KIB);
    }

    private record Sample(double seconds, double bytes) {}
}
