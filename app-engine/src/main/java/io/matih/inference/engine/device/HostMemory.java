package io.matih.inference.engine.device;

import com.sun.management.OperatingSystemMXBean;

import java.lang.management.ManagementFactory;

/// The memory that this process may use: the container's where it runs in one, else the machine's.
public final class HostMemory {
    private HostMemory() {}

    public static long totalBytes() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                .getTotalMemorySize();
    }

    /// What can be left to models: three quarters of the memory less the heap, and at least a
    /// quarter.
    public static long shareForModels() {
        return shareForModels(totalBytes(), Runtime.getRuntime().maxMemory());
    }

    static long shareForModels(long totalBytes, long heapBytes) {
        return Math.max(totalBytes / 4, totalBytes / 4 * 3 - heapBytes);
    }
}
