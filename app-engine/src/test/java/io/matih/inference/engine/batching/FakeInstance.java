package io.matih.inference.engine.batching;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
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
    private final AtomicInteger cancels = new AtomicInteger();
    private final AtomicInteger rows = new AtomicInteger();
    private final AtomicInteger failedBatches = new AtomicInteger();
    private volatile int largestBatch;
    private volatile boolean failsBatches;
    private volatile boolean closed;
    private volatile boolean misused;

    FakeInstance(UnaryOperator<List<Tensor>> answer) {
        this.answer = answer;
    }

    /// From now on only single requests succeed.
    void failBatches() {
        failsBatches = true;
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

    int cancels() {
        return cancels.get();
    }

    int failedBatches() {
        return failedBatches.get();
    }

    int rowsExecuted() {
        return rows.get();
    }

    int largestBatch() {
        return largestBatch;
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
            int batch =
                    requests.stream()
                            .mapToInt(r -> r.isEmpty() ? 1 : (int) r.getFirst().rows())
                            .sum();
            rows.addAndGet(batch);
            largestBatch = Math.max(largestBatch, batch);
            if (failsBatches && requests.size() > 1) {
                failedBatches.incrementAndGet();
                throw new ServingException(ErrorCode.INFERENCE_FAILED, "rows are not kept apart");
            }
            return new Execution(requests.stream().map(answer).toList(), 1, 2, 3);
        } finally {
            inUse.set(false);
        }
    }

    @Override
    public void cancel() {
        cancels.incrementAndGet();
    }

    @Override
    public void close() {
        if (inUse.get() || closed) {
            misused = true;
        }
        closed = true;
    }
}
