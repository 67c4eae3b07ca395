package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.deadline.DeadlineWatcher;
import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.tensor.Tensor;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// One ONNX Runtime session. All native values of an execution are opened and closed inside
/// `execute`; what it returns lies in the heap.
final class OnnxInstance implements ModelInstance {
    private static final String SHRINK = "memory.enable_memory_arena_shrinkage";

    private final Loaded loaded;
    private final ModelMetadata metadata;
    private final Shared shared;
    private final InputPlaces inputs;
    private final BatchOutputs outputs;
    private final int[] allOutputs;
    private final BatchBuffer buffer;
    private final NativeValues values;
    private final long session;
    private final CurrentRun run = new CurrentRun();
    private boolean closed;

    OnnxInstance(Loaded loaded, ModelMetadata metadata, Shared shared) {
        this.loaded = loaded;
        this.metadata = metadata;
        this.shared = shared;
        inputs = new InputPlaces(metadata.inputs());
        outputs = new BatchOutputs(metadata.outputs(), loaded.classes, shared.maxOutputBytes);
        allOutputs = IntStream.range(0, metadata.outputs().size()).toArray();
        buffer = new BatchBuffer(shared.memory);
        values = new NativeValues(metadata.inputs(), metadata.outputs(), shared.memory);
        session = RuntimeInternals.address(loaded.session);
        shared.memory.addSessions(1);
        shared.watcher.add(run);
    }

    @Override
    public Device device() {
        return loaded.device;
    }

    @Override
    public String provider() {
        return loaded.provider;
    }

    @Override
    public long sizeBytes() {
        return loaded.sizeBytes;
    }

    @Override
    public boolean sizeIsMeasured() {
        return loaded.measured;
    }

    @Override
    public Execution execute(
            List<List<Tensor>> requests, Set<String> outputNames, Deadline deadline) {
        int[] wanted = wanted(outputNames);
        var batch = BatchInputs.of(requests, inputs);
        long options = begin(deadline);
        boolean large = false;
        try {
            return execute(batch, wanted, options);
        } catch (OrtException e) {
            throw stoppedOr(OrtErrors.run(e));
        } catch (ServingException e) {
            large = e.code() == ErrorCode.OUTPUT_TOO_LARGE;
            throw e;
        } finally {
            values.release();
            if (large) {
                // Else the session's arena would keep the memory for good.
                shrinkArena();
            }
            run.end();
        }
    }

    private long begin(Deadline deadline) {
        try {
            long options = RuntimeInternals.address(run.begin(deadline));
            shared.watcher.wake();
            return options;
        } catch (OrtException e) {
            throw OrtErrors.run(e);
        }
    }

    private Execution execute(BatchInputs batch, int[] wanted, long options) throws OrtException {
        long started = System.nanoTime();
        batch.toNative(buffer, values);
        long copied = System.nanoTime();
        values.run(session, options, wanted);
        long computed = System.nanoTime();
        var stopped = run.stopped();
        if (stopped != null) {
            throw stopped;
        }
        var answers = batch.split(outputs.copy(values, wanted));
        return new Execution(
                answers, copied - started, computed - copied, System.nanoTime() - computed);
    }

    /// Places of the outputs of these names; of all, where none is named.
    private int[] wanted(Set<String> names) {
        if (names.isEmpty()) {
            return allOutputs;
        }
        var all = metadata.outputs();
        int[] wanted =
                IntStream.of(allOutputs).filter(i -> names.contains(all.get(i).name())).toArray();
        if (wanted.length != names.size()) {
            throw new ServingException(
                    ErrorCode.UNKNOWN_OUTPUT, "an output is wanted that the model does not have");
        }
        return wanted;
    }

    private ServingException stoppedOr(ServingException failure) {
        var stopped = run.stopped();
        return stopped == null ? failure : stopped;
    }

    @Override
    public void cancel() {
        run.cancel();
    }

    @Override
    public void trim() {
        if (closed) {
            return;
        }
        begin(Deadline.never());
        try {
            shrinkArena();
            buffer.close();
        } finally {
            run.end();
        }
    }

    /// The runtime shrinks arenas only at the end of a run. One that is stopped before its first
    /// node has an end too, and computes nothing. What the first execution took stays.
    private void shrinkArena() {
        var zeros = BatchInputs.of(List.of(zeros()), inputs);
        try (var options = new RunOptions()) {
            options.addRunConfigEntry(SHRINK, arenas());
            options.setTerminate(true);
            zeros.toNative(buffer, values);
            values.run(session, RuntimeInternals.address(options), allOutputs);
        } catch (OrtException _) {
            // It was stopped, or has no arena: either way there is nothing more to give back.
        } finally {
            values.release();
        }
    }

    private List<Tensor> zeros() {
        return metadata.inputs().stream().map(Zeros::of).toList();
    }

    private String arenas() {
        return loaded.device.kind() == Device.Kind.CPU
                ? "cpu:0"
                : "cpu:0;gpu:" + loaded.device.ordinal();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        run.retire();
        closed = true;
        shared.watcher.remove(run);
        buffer.close();
        values.close();
        try {
            loaded.session.close();
        } catch (OrtException e) {
            throw new ServingException(ErrorCode.INTERNAL, "A session cannot be closed", e);
        } finally {
            shared.memory.addSessions(-1);
        }
    }

    /// What loading came to.
    ///
    /// @param measured whether `sizeBytes` was measured; else it is the weights' size
    record Loaded(
            OrtSession session,
            ClassOrder classes,
            Device device,
            String provider,
            long sizeBytes,
            boolean measured) {}

    /// What all instances have in common.
    record Shared(NativeMemory memory, DeadlineWatcher watcher, long maxOutputBytes) {}
}
