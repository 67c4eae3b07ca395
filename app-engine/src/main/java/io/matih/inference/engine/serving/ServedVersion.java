package io.matih.inference.engine.serving;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.backend.ModelInstance.Execution;
import io.matih.inference.engine.cache.Footprint;
import io.matih.inference.engine.cache.Leases;
import io.matih.inference.engine.cache.Resident;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.serving.InferenceRequest.RequestedOutput;
import io.matih.inference.engine.serving.InferenceResponse.Timings;
import io.matih.inference.engine.telemetry.ModelMeters;
import io.matih.inference.engine.tensor.Rows;
import io.matih.inference.engine.tensor.Tensor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// One version of a model in memory: its instances, what it declares, and who uses it. Requests
/// lease it; it is closed after the last lease came back.
public final class ServedVersion implements Resident {
    private final Signature signature;
    private final String backend;
    private final int sliceRows;
    private final Duration defaultTimeout;
    private final InputChecks checks;
    private final InstancePool pool;
    private final ModelMeters meters;
    private final Leases leases = new Leases();

    public ServedVersion(
            Signature signature,
            String backend,
            ModelConfig config,
            ServingLimits limits,
            List<ModelInstance> instances,
            ModelMeters meters) {
        this.signature = signature;
        this.backend = backend;
        this.meters = meters;
        sliceRows = config.effectiveMaxBatchSize(signature.metadata());
        defaultTimeout =
                config.defaultTimeoutMicros() == 0
                        ? limits.defaultTimeout()
                        : Duration.ofNanos(config.defaultTimeoutMicros() * 1000);
        checks =
                new InputChecks(
                        signature.metadata(),
                        sliceRows > 0,
                        limits.maxRows(),
                        limits.maxOutputBytes());
        pool =
                new InstancePool(
                        "model '%s' version %d".formatted(signature.model(), signature.version()),
                        instances,
                        config.maxQueueSize());
    }

    public Signature signature() {
        return signature;
    }

    @Override
    public Leases leases() {
        return leases;
    }

    public ModelMeters meters() {
        return meters;
    }

    public List<ModelInstance> instances() {
        return pool.instances();
    }

    public Device device() {
        return pool.instances().getFirst().device();
    }

    public int queueDepth() {
        return pool.queueDepth();
    }

    @Override
    public Footprint footprint() {
        var bytes = new HashMap<Device, Long>();
        for (var instance : pool.instances()) {
            bytes.merge(instance.device(), instance.sizeBytes(), Long::sum);
        }
        return new Footprint(
                bytes, pool.instances().stream().allMatch(ModelInstance::sizeIsMeasured));
    }

    @Override
    public void trim() {
        pool.instances().forEach(ModelInstance::trim);
    }

    /// Answers a request. The caller holds a lease.
    public InferenceResponse infer(InferenceRequest request) {
        checks.check(request.inputs());
        checks.checkOutputs(request.outputs());
        var timeout = request.timeout() == null ? defaultTimeout : request.timeout();
        var wanted =
                request.outputs().stream()
                        .map(RequestedOutput::name)
                        .collect(Collectors.toUnmodifiableSet());
        var run = run(request.inputs(), wanted, Deadline.after(timeout));
        return new InferenceResponse(
                signature.model(),
                signature.version(),
                inOrder(run.outputs, request.outputs()),
                backend,
                device(),
                new Timings(run.queueNanos, run.inputNanos, run.computeNanos, run.outputNanos));
    }

    /// Executes without a lease, for warm-up before anybody else can see this version.
    public List<Tensor> warmUp(List<Tensor> inputs, Deadline deadline) {
        return run(inputs, Set.of(), deadline).outputs;
    }

    private Run run(List<Tensor> inputs, Set<String> outputs, Deadline deadline) {
        var run = new Run();
        long rows = inputs.isEmpty() ? 1 : inputs.getFirst().rows();
        if (sliceRows == 0 || rows <= sliceRows) {
            run.add(pool.execute(inputs, outputs, deadline));
            return run;
        }
        var parts = new ArrayList<List<Tensor>>();
        for (long first = 0; first < rows; first += sliceRows) {
            long from = first;
            long count = Math.min(sliceRows, rows - first);
            var slice = inputs.stream().map(tensor -> Rows.slice(tensor, from, count)).toList();
            run.add(pool.execute(slice, outputs, deadline));
            requireRows(run.outputs, count);
            parts.add(run.outputs);
        }
        run.outputs = join(parts);
        return run;
    }

    private void requireRows(List<Tensor> outputs, long rows) {
        for (var output : outputs) {
            if (output.shape().rank() == 0 || output.rows() != rows) {
                throw new ServingException(
                        ErrorCode.INFERENCE_FAILED,
                        "output '%s' came back as %s for %d rows, so this model's first axis is no batch; deploy it with max_batch_size 0"
                                .formatted(
                                        ServingException.clip(output.name()),
                                        output.shape(),
                                        rows));
            }
        }
    }

    private static List<Tensor> join(List<List<Tensor>> parts) {
        var joined = new ArrayList<Tensor>();
        for (int i = 0; i < parts.getFirst().size(); i++) {
            int output = i;
            joined.add(Rows.concat(parts.stream().map(part -> part.get(output)).toList()));
        }
        return joined;
    }

    private static List<Tensor> inOrder(List<Tensor> outputs, List<RequestedOutput> wanted) {
        if (wanted.isEmpty()) {
            return outputs;
        }
        return wanted.stream()
                .flatMap(want -> outputs.stream().filter(out -> out.name().equals(want.name())))
                .toList();
    }

    /// Stops what runs, where it can be stopped; for a drain that took too long.
    @Override
    public void cancel() {
        pool.cancel();
    }

    /// Releases the instances. Call it after draining; what still runs is waited for.
    @Override
    public void close() {
        pool.close();
    }

    /// Sums over the slices of one request.
    private static final class Run {
        private List<Tensor> outputs = List.of();
        private long queueNanos;
        private long inputNanos;
        private long computeNanos;
        private long outputNanos;

        private void add(InstancePool.Answer answer) {
            Execution execution = answer.execution();
            outputs = execution.outputs().getFirst();
            queueNanos += answer.queueNanos();
            inputNanos += execution.inputNanos();
            computeNanos += execution.computeNanos();
            outputNanos += execution.outputNanos();
        }
    }
}
