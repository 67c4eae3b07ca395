package io.matih.inference.engine.cache;

import io.matih.inference.engine.device.Device;

import java.util.Map;

/// The memory that a model takes.
///
/// @param bytes on each device that it uses
/// @param measured whether it was measured while it was loaded; else it is what the model declares
public record Footprint(Map<Device, Long> bytes, boolean measured) {
    public static final Footprint NONE = new Footprint(Map.of(), false);

    public Footprint {
        bytes = Map.copyOf(bytes);
    }

    /// Bytes on all devices together.
    public long total() {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }
}
