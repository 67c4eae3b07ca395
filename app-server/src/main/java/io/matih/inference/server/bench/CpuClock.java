package io.matih.inference.server.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/// Processor time of the thread that calls it, while a run is measured.
final class CpuClock {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long UNSET = -1;

    private long from = UNSET;
    private long to = UNSET;

    void at(long now, Window window) {
        if (from == UNSET && now >= window.from()) {
            from = THREADS.getCurrentThreadCpuTime();
        }
        if (to == UNSET && now >= window.to()) {
            to = THREADS.getCurrentThreadCpuTime();
        }
    }

    long nanos() {
        return from == UNSET ? 0 : Math.max(0, to - from);
    }
}
