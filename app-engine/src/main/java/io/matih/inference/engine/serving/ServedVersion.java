package io.matih.inference.engine.serving;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.batching.Answer;
import io.matih.inference.engine.batching.BatcherSettings;
import io.matih.inference.engine.batching.Completion;
import io.matih.inference.engine.batching.DynamicBatcher;
import io.matih.inference.engine.batching.Work;
import io.matih.inference.engine.cache.Footprint;
import io.matih.inference.engine.cache.Leases;
import io.matih.inference.engine.cache.Resident;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.deadline.DeadlineWatcher;
import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.DynamicBatching;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.model.Presentation;
import io.matih.inference.engine.serving.InferenceRequest.RequestedOutput;
import io.matih.inference.engine.serving.InferenceResponse.Batch;
import io.matih.inference.engine.serving.InferenceResponse.Timings;
import io.matih.inference.engine.serving.KeptResponses.Lookup;
import io.matih.inference.engine.telemetry.ModelMeters;
import io.matih.inference.engine.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One version of a model in memory: its instances, what it declares, and who uses it. Requests
/// lease it; it is closed after the last lease came back.
public final class ServedVersion implements Resident {
    /// What it is taken to be deployed for; whoever knows better says so in the answer.
    private static final String STABLE = "stable";

    private final Signature signature;
    private final String backend;
    private final int sliceRows;
    private final Duration defaultTimeout;
    private final DynamicBatching batching;
    private final Presentation presentation;
    private final @Nullable KeptResponses kept;
    private final InputChecks checks;
    private final BatchMetering metering;
    private final DynamicBatcher batcher;
    private final ModelMeters meters;
    private final Leases leases = new Leases();

    public ServedVersion(
            Signature signature,
            String backend,
            ModelConfig config,
            ServingLimits limits,
            List<ModelInstance> instances,
            ModelMeters meters,
            DeadlineWatcher watcher,
            ResponseCache responses) {
        this.signature = signature;
        this.backend = backend;
        this.meters = meters;
        sliceRows = config.effectiveMaxBatchSize(signature.metadata());
        defaultTimeout = limits.defaultTimeout();
        batching = config.batching();
        presentation = config.presentation();
        kept = config.responseCache() ? new KeptResponses(responses.share(), meters) : null;
        checks =
                new InputChecks(
                        signature.metadata(),
                        sliceRows > 0,
                        limits.maxRows(),
                        limits.maxOutputBytes());
        metering = new BatchMetering(meters, signature, sliceRows > 0);
        batcher =
                new DynamicBatcher(
                        "model '%s' version %d".formatted(signature.model(), signature.version()),
                        instances,
                        new BatcherSettings(
                                sliceRows,
                                batching,
                                signature.metadata().steady(),
                                limits.longestQueue()),
                        metering,
                        watcher,
                        System::nanoTime);
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
        return batcher.instances();
    }

    public Device device() {
        return batcher.instances().getFirst().device();
    }

    public int queueDepth() {
        return batcher.waiting();
    }

    @Override
    public Footprint footprint() {
        var bytes = new HashMap<Device, Long>();
        for (var instance : batcher.instances()) {
            bytes.merge(instance.device(), instance.sizeBytes(), Long::sum);
        }
        return new Footprint(
                bytes, batcher.instances().stream().allMatch(ModelInstance::sizeIsMeasured));
    }

    @Override
    public void trim() {
        batcher.trim();
    }

    /// Answers a request. The caller holds a lease, and counts a failure.
    ///
    /// @param receivedNanos when the request came, as `System.nanoTime()` counts
    public InferenceResponse infer(InferenceRequest request, long receivedNanos) {
        check(request);
        var wanted = wanted(request);
        var lookup = kept == null ? null : kept.find(request, wanted);
        if (lookup != null && lookup.hit() != null) {
            return response(request, lookup.hit(), lookup, receivedNanos);
        }
        var sliced =
                new SlicedInference(
                        batcher, sliceRows, priority(request), deadline(request), patient(request));
        return computed(
                request, sliced.run(inputs(request.inputs()), wanted), lookup, receivedNanos);
    }

    /// Lets a request in, if that takes no waiting. The caller holds a lease; it goes over to a
    /// request that was let in, and comes back with its answer. The caller counts a failure that is
    /// thrown.
    ///
    /// @param receivedNanos when the request came, as `System.nanoTime()` counts
    /// @return empty where the request takes more than one execution
    public Optional<Pending> offer(
            InferenceRequest request, InferenceListener listener, long receivedNanos) {
        if (sliceRows > 0 && rows(request) > sliceRows) {
            return Optional.empty();
        }
        check(request);
        var wanted = wanted(request);
        var lookup = kept == null ? null : kept.find(request, wanted);
        if (lookup != null && lookup.hit() != null) {
            var response = response(request, lookup.hit(), lookup, receivedNanos);
            return Optional.of(
                    new Kept(
                            () -> {
                                leases.release();
                                listener.answered(response);
                            }));
        }
        var work =
                new Work(
                        inputs(request.inputs()),
                        wanted,
                        priority(request),
                        deadline(request),
                        patient(request),
                        new Leased(request, lookup, listener, receivedNanos));
        batcher.enqueue(work);
        return Optional.of(new Queued(batcher, work));
    }

    private void check(InferenceRequest request) {
        checks.check(request.inputs());
        checks.checkOutputs(request.outputs());
    }

    /// As the model takes them.
    private List<Tensor> inputs(List<Tensor> asSent) {
        return presentation.toModel(asSent, sliceRows > 0);
    }

    private static long rows(InferenceRequest request) {
        return request.inputs().isEmpty() ? 1 : request.inputs().getFirst().rows();
    }

    private int priority(InferenceRequest request) {
        return batching.priority(request.priority());
    }

    private boolean patient(InferenceRequest request) {
        return request.timeout() != null && mayOverride(request);
    }

    private Deadline deadline(InferenceRequest request) {
        var timeout = request.timeout();
        return Deadline.after(timeout == null || !mayOverride(request) ? defaultTimeout : timeout);
    }

    private boolean mayOverride(InferenceRequest request) {
        return batching.queuePolicy(priority(request)).allowTimeoutOverride();
    }

    private static Set<String> wanted(InferenceRequest request) {
        if (request.outputs().isEmpty()) {
            return Set.of();
        }
        var names = HashSet.<String>newHashSet(request.outputs().size());
        request.outputs().forEach(output -> names.add(output.name()));
        return names;
    }

    private InferenceResponse computed(
            InferenceRequest request, Answer answer, @Nullable Lookup lookup, long receivedNanos) {
        var outputs = presentation.fromModel(answer.outputs(), sliceRows > 0);
        if (lookup != null) {
            lookup.keep(outputs, meters.counts());
        }
        meters.counts()
                .answered(
                        sliceRows == 0 ? 1 : rows(request),
                        System.nanoTime() - receivedNanos,
                        answer.queueNanos(),
                        answer.inputNanos(),
                        answer.computeNanos(),
                        answer.outputNanos());
        return new InferenceResponse(
                signature.model(),
                signature.version(),
                STABLE,
                inOrder(outputs, request.outputs()),
                signature.metadata().classLabels(),
                backend,
                device(),
                lookup == null ? null : lookup.outcome(),
                new Batch(answer.batchRows(), answer.reason().label()),
                new Timings(
                        answer.queueNanos(),
                        answer.inputNanos(),
                        answer.computeNanos(),
                        answer.outputNanos()));
    }

    /// An answer that was kept.
    private InferenceResponse response(
            InferenceRequest request, List<Tensor> outputs, Lookup lookup, long receivedNanos) {
        meters.counts().hit(System.nanoTime() - receivedNanos, lookup.nanos());
        return new InferenceResponse(
                signature.model(),
                signature.version(),
                STABLE,
                inOrder(outputs, request.outputs()),
                signature.metadata().classLabels(),
                backend,
                device(),
                lookup.outcome(),
                null,
                new Timings(0, 0, 0, 0));
    }

    /// Executes without a lease, for warm-up before anybody else can see this version.
    public List<Tensor> warmUp(List<Tensor> inputs, Deadline deadline) {
        return new SlicedInference(batcher, sliceRows, batching.priority(0), deadline, true)
                .run(inputs(inputs), Set.of())
                .outputs();
    }

    /// Warm-up is over: from now on executions are counted.
    public void open() {
        metering.open();
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
        batcher.cancelRunning();
    }

    /// Releases the instances. Call it after draining; what still runs is waited for.
    @Override
    public void close() {
        batcher.close();
        if (kept != null) {
            kept.clear();
        }
    }

    /// An answer that is there already.
    private record Kept(Runnable answer) implements Pending {
        @Override
        public void start() {
            answer.run();
        }

        @Override
        public void cancel() {
            // It has cost nothing yet.
        }
    }

    private record Queued(DynamicBatcher batcher, Work work) implements Pending {
        @Override
        public void start() {
            batcher.pump();
        }

        @Override
        public void cancel() {
            batcher.cancel(work);
        }
    }

    /// Gives the lease back with the answer.
    private final class Leased implements Completion {
        private final InferenceRequest request;
        private final @Nullable Lookup lookup;
        private final InferenceListener listener;
        private final long receivedNanos;

        private Leased(
                InferenceRequest request,
                @Nullable Lookup lookup,
                InferenceListener listener,
                long receivedNanos) {
            this.request = request;
            this.lookup = lookup;
            this.listener = listener;
            this.receivedNanos = receivedNanos;
        }

        @Override
        public void succeeded(Answer answer) {
            InferenceResponse response;
            try {
                response = computed(request, answer, lookup, receivedNanos);
            } catch (RuntimeException | Error e) { // somebody waits for an answer
                failed(new ServingException(ErrorCode.INTERNAL, "an answer was lost", e));
                throw e;
            }
            leases.release();
            listener.answered(response);
        }

        @Override
        public void failed(ServingException failure) {
            meters.failed(failure.code(), System.nanoTime() - receivedNanos);
            leases.release();
            listener.failed(failure);
        }
    }
}
