package io.matih.inference.engine.cache;

import io.matih.inference.engine.device.Device;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A model of a given size that notices when it is closed in use or twice, and when its memory
/// makes the sum of all pass the budget.
final class FakeModel implements Resident {
    private final Leases leases = new Leases();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Footprint footprint;
    private final Memory memory;
    private final AtomicInteger trims = new AtomicInteger();

    FakeModel(long bytes, Memory memory) {
        this.memory = memory;
        footprint = new Footprint(Map.of(Device.CPU, bytes), true);
        memory.take(bytes);
    }

    boolean isClosed() {
        return closed.get();
    }

    int trims() {
        return trims.get();
    }

    @Override
    public Leases leases() {
        return leases;
    }

    @Override
    public Footprint footprint() {
        return footprint;
    }

    @Override
    public void trim() {
        trims.incrementAndGet();
    }

    @Override
    public void cancel() {}

    @Override
    public void close() {
        if (leases.held() > 0) {
            memory.misuse("closed with %d leases".formatted(leases.held()));
        }
        if (!closed.compareAndSet(false, true)) {
            memory.misuse("closed twice");
        }
        memory.give(footprint.total());
    }

    /// What all fakes of a test take together.
    static final class Memory {
        private final AtomicLong taken = new AtomicLong();
        private final AtomicLong peak = new AtomicLong();
        private volatile String misuse = "";

        void take(long bytes) {
            long now = taken.addAndGet(bytes);
            peak.accumulateAndGet(now, Math::max);
        }

        void give(long bytes) {
            taken.addAndGet(-bytes);
        }

        void misuse(String what) {
            misuse = what;
        }

        long taken() {
            return taken.get();
        }

        long peak() {
            return peak.get();
        }

        String misuse() {
            return misuse;
        }
    }
}
