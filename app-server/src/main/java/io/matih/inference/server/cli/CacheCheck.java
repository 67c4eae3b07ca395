package io.matih.inference.server.cli;

import io.matih.inference.engine.device.HostMemory;
import io.matih.inference.server.settings.SettingKeys;
import io.matih.inference.server.settings.Settings;

/// How much memory models may take.
final class CacheCheck {
    private CacheCheck() {}

    static Finding of(Settings settings) {
        long budget =
                settings.find(SettingKeys.CACHE_HOST_BYTES).orElseGet(HostMemory::shareForModels);
        long total = HostMemory.totalBytes();
        var text =
                "models may take %s of the host's %s"
                        .formatted(HumanUnits.bytes(budget), HumanUnits.bytes(total));
        return budget + Runtime.getRuntime().maxMemory() <= total
                ? Finding.ok("model cache", text)
                : Finding.note(
                        "model cache",
                        text,
                        "with the heap that is more than there is; lower cache.host_bytes");
    }
}
