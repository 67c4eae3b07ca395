package io.matih.inference.engine.backend.onnxruntime;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// Limits on what a model may cost this process.
///
/// @param maxOutputBytes most bytes of one execution's outputs together
/// @param probeTime how long the examination of one model may take
/// @param probeMemoryBytes most resident memory of the examining process; absent: 1 GiB, or four
///   times the model's size where that is more
public record OnnxRuntimeSettings(
        long maxOutputBytes, Duration probeTime, @Nullable Long probeMemoryBytes) {
    private static final long GIB = 1L << 30;

    public static final OnnxRuntimeSettings DEFAULT =
            new OnnxRuntimeSettings(256L << 20, Duration.ofSeconds(60), null);

    long probeMemoryBytes(long modelBytes) {
        return probeMemoryBytes != null ? probeMemoryBytes : Math.max(GIB, 4 * modelBytes);
    }
}
