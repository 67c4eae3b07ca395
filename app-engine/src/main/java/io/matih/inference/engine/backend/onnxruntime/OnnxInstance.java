package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.tensor.TensorSpec;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// One ONNX Runtime session. All native values of an execution are opened and closed inside
/// `execute`; what it returns lies in the heap.
final class OnnxInstance implements ModelInstance {
    private final Loaded loaded;
    private final ModelMetadata metadata;
    private final Shared shared;
    private final Set<String> inputNames;
    private final BatchBuffer buffer;
    private final CurrentRun run = new CurrentRun();
    private boolean shrink;
    private boolean closed;

    OnnxInstance(Loaded loaded, ModelMetadata metadata, Shared shared) {
        this.loaded = loaded;
        this.metadata = metadata;
        this.shared = shared;
        this.inputNames =
                metadata.inputs().stream().map(TensorSpec::name).collect(Collectors.toSet());
        this.buffer = new BatchBuffer(shared.memory);
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
    public Execution execute(List<List<Tensor>> requests, Set<String> outputs, Deadline deadline) {
        var wanted = wanted(outputs);
        var batch = batch(requests);
        var options = begin(deadline);
        try {
            return execute(batch, wanted, options);
        } catch (OrtException e) {
            throw stoppedOr(OrtErrors.run(e));
        } catch (ServingException e) {
            // A large result lies in the session's arena, which would keep its memory for good.
            shrink |= e.code() == ErrorCode.OUTPUT_TOO_LARGE;
            throw e;
        } finally {
            run.end();
        }
    }

    private OrtSession.RunOptions begin(Deadline deadline) {
        try {
            var options = run.begin(deadline, shrink ? arena() : null);
            shared.watcher.wake();
            return options;
        } catch (OrtException e) {
            throw OrtErrors.run(e);
        }
    }

    private Execution execute(
            BatchInputs batch, List<TensorSpec> wanted, OrtSession.RunOptions options)
            throws OrtException {
        try (var scope = new NativeScope(shared.memory)) {
            long started = System.nanoTime();
            var inputs = batch.toNative(shared.environment, buffer, scope);
            long copied = System.nanoTime();
            var result = scope.own(loaded.session.run(inputs, names(wanted), options));
            long computed = System.nanoTime();
            shrink = false;
            var stopped = run.stopped();
            if (stopped != null) {
                throw stopped;
            }
            var outputs =
                    new BatchOutputs(wanted, loaded.classes, shared.maxOutputBytes).copy(result);
            return new Execution(
                    batch.split(outputs),
                    copied - started,
                    computed - copied,
                    System.nanoTime() - computed);
        }
    }

    private BatchInputs batch(List<List<Tensor>> requests) {
        var batch = BatchInputs.of(requests);
        for (var name : batch.names()) {
            if (!inputNames.contains(name)) {
                throw new ServingException(
                        ErrorCode.UNKNOWN_INPUT,
                        "input '%s': the model has no such input"
                                .formatted(ServingException.clip(name)));
            }
        }
        return batch;
    }

    private List<TensorSpec> wanted(Set<String> outputs) {
        if (outputs.isEmpty()) {
            return metadata.outputs();
        }
        var wanted = metadata.outputs().stream().filter(o -> outputs.contains(o.name())).toList();
        if (wanted.size() != outputs.size()) {
            throw new ServingException(
                    ErrorCode.UNKNOWN_OUTPUT, "an output is wanted that the model does not have");
        }
        return wanted;
    }

    private static Set<String> names(List<TensorSpec> specs) {
        var names = LinkedHashSet.<String>newLinkedHashSet(specs.size());
        specs.forEach(spec -> names.add(spec.name()));
        return names;
    }

    private String arena() {
        return loaded.device.kind() == Device.Kind.CPU
                ? "cpu:0"
                : "cpu:0;gpu:" + loaded.device.ordinal();
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
    public void close() {
        if (closed) {
            return;
        }
        run.retire();
        closed = true;
        shared.watcher.remove(run);
        buffer.close();
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
    record Shared(
            OrtEnvironment environment,
            NativeMemory memory,
            DeadlineWatcher watcher,
            long maxOutputBytes) {}
}
