package io.matih.inference.engine.serving;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.tensor.Tensor;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/// An instance that answers by a function and notices when it is used as it must not be: by two
/// threads at once, or after it was closed.
final class FakeInstance implements ModelInstance {
    private final UnaryOperator<List<Tensor>> answer;
    private final AtomicBoolean inUse = new AtomicBoolean();
    private final AtomicInteger executions = new AtomicInteger();
    private volatile boolean closed;
    private volatile boolean misused;

    FakeInstance(UnaryOperator<List<Tensor>> answer) {
        this.answer = answer;
    }

    boolean closed() {
        return closed;
    }

    boolean misused() {
        return misused;
    }

    int executions() {
        return executions.get();
    }

    @Override
    public Device device() {
        return Device.CPU;
    }

    @Override
    public String provider() {
        return "fake";
    }

    @Override
    public long sizeBytes() {
        return 1;
    }

    @Override
    public Execution execute(List<List<Tensor>> requests, Set<String> outputs, Deadline deadline) {
        if (!inUse.compareAndSet(false, true) || closed) {
            misused = true;
        }
        try {
            executions.incrementAndGet();
            return new Execution(requests.stream().map(answer).toList(), 1, 2, 3);
        } finally {
            inUse.set(false);
        }
    }

    @Override
    public void cancel() {}

    @Override
    public void close() {
        if (inUse.get() || closed) {
            misused = true;
        }
        closed = true;
    }
}
