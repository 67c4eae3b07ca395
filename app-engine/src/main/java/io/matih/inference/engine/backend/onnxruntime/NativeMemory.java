package io.matih.inference.engine.backend.onnxruntime;

import java.util.concurrent.atomic.LongAdder;

/// Counts what ONNX Runtime holds outside the heap. The garbage collector frees none of it, so each
/// count must be back at zero when all is closed. Any thread.
public final class NativeMemory {
    private final LongAdder sessions = new LongAdder();
    private final LongAdder tensors = new LongAdder();
    private final LongAdder bufferBytes = new LongAdder();

    /// Sessions loaded now.
    public long sessions() {
        return sessions.sum();
    }

    /// Input tensors and results open now; zero between executions.
    public long tensors() {
        return tensors.sum();
    }

    /// Bytes of the instances' batch buffers.
    public long bufferBytes() {
        return bufferBytes.sum();
    }

    public boolean isEmpty() {
        return sessions() == 0 && tensors() == 0 && bufferBytes() == 0;
    }

    void addSessions(int count) {
        sessions.add(count);
    }

    void addTensors(int count) {
        tensors.add(count);
    }

    void addBufferBytes(long bytes) {
        bufferBytes.add(bytes);
    }

    @Override
    public String toString() {
        return "%d sessions, %d tensors, %d buffer bytes"
                .formatted(sessions(), tensors(), bufferBytes());
    }
}
