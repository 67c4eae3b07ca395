package io.matih.inference.engine.deployment;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.cache.CacheStatus;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.deployment.DeploymentStatus.Resident;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.serving.InferenceListener;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.serving.Pending;
import io.matih.inference.engine.serving.Servable;
import io.matih.inference.engine.serving.ServedVersion;
import io.matih.inference.engine.serving.Signature;
import io.matih.inference.engine.telemetry.ModelMeters;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// One name that requests can ask for, and the version that answers under it. Requests read one
/// volatile reference; whoever changes it holds the name's lock in `Deployments`.
final class Deployment implements Servable {
    /// The label of whatever version serves.
    static final String STABLE = "stable";

    private static final Duration NOT_READY_RETRY = Duration.ofSeconds(1);

    private final String name;
    private final ModelVersionStore versions;
    private final Duration defaultTimeout;
    private volatile View view = new View(new DeploymentState.Loading("waiting"), null, null, null);

    /// @param defaultTimeout of a request where neither it nor the model names one
    Deployment(String name, ModelVersionStore versions, Duration defaultTimeout) {
        this.name = name;
        this.versions = versions;
        this.defaultTimeout = defaultTimeout;
    }

    @Override
    public Signature signature(@Nullable String version) {
        var deployed = require(view);
        requireVersion(deployed, version);
        return deployed.signature();
    }

    @Override
    public InferenceResponse infer(InferenceRequest request) {
        long received = System.nanoTime();
        var deployed = require(view);
        try {
            requireVersion(deployed, request.version());
            var served = deployed.cached().tryLease();
            return served == null
                    ? inferOnceLoaded(request, received)
                    : infer(served, request, received);
        } catch (ServingException e) {
            deployed.meters().failed(e.code(), System.nanoTime() - received);
            throw e;
        }
    }

    private static InferenceResponse infer(
            ServedVersion leased, InferenceRequest request, long received) {
        try {
            return leased.infer(request, received);
        } finally {
            leased.leases().release();
        }
    }

    private InferenceResponse inferOnceLoaded(InferenceRequest request, long received) {
        var timeout = request.timeout() == null ? defaultTimeout : request.timeout();
        var deadline = Deadline.after(timeout);
        while (true) {
            var deployed = require(view);
            requireVersion(deployed, request.version());
            var served = deployed.cached().lease(deadline);
            if (served != null) {
                return infer(
                        served,
                        request.withTimeout(
                                Duration.ofNanos(Math.max(0, deadline.remainingNanos()))),
                        received);
            }
            // It was replaced between the two steps: `view` holds its successor already.
            Thread.onSpinWait();
        }
    }

    @Override
    public Optional<Pending> offer(InferenceRequest request, InferenceListener listener) {
        var deployed = view.deployed();
        if (deployed == null || !names(request.version(), deployed)) {
            return Optional.empty();
        }
        var served = deployed.cached().tryLease();
        return served == null ? Optional.empty() : offer(served, request, listener);
    }

    /// Whether that is plain without a look at the labels, which may have to wait.
    private static boolean names(@Nullable String version, DeployedVersion deployed) {
        return version == null
                || version.equals(STABLE)
                || version.equals(Integer.toString(deployed.version().version()));
    }

    private static Optional<Pending> offer(
            ServedVersion leased, InferenceRequest request, InferenceListener listener) {
        long received = System.nanoTime();
        try {
            var pending = leased.offer(request, listener, received);
            if (pending.isEmpty()) {
                leased.leases().release();
            }
            return pending;
        } catch (RuntimeException e) {
            leased.leases().release();
            if (e instanceof ServingException refused) {
                leased.meters().failed(refused.code(), System.nanoTime() - received);
            }
            throw e;
        }
    }

    @Override
    public Optional<ModelMeters> meters() {
        return Optional.ofNullable(view.deployed()).map(DeployedVersion::meters);
    }

    private DeployedVersion require(View current) {
        var deployed = current.deployed();
        if (deployed == null) {
            throw notReady(current);
        }
        return deployed;
    }

    private void requireVersion(DeployedVersion deployed, @Nullable String wanted) {
        if (wanted == null || wanted.equals(STABLE)) {
            return;
        }
        int serving = deployed.version().version();
        boolean matches =
                isNumber(wanted)
                        ? wanted.equals(Integer.toString(serving))
                        : Integer.valueOf(serving).equals(versions.labels(name).get(wanted));
        if (!matches) {
            throw Servable.notFound(name, wanted);
        }
    }

    private static boolean isNumber(String version) {
        return version.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /// What is wrong is for the operator's eyes, in the deployment's status; the client learns when
    /// to come back.
    private ServingException notReady(View current) {
        var doing =
                switch (current.state()) {
                    case DeploymentState.Loading _ -> "is loading";
                    case DeploymentState.Unloading _ -> "is unloading";
                    case DeploymentState.Unavailable _ -> "could not be loaded";
                    case DeploymentState.Evicted _, DeploymentState.Ready _ -> "is not ready";
                };
        return new ServingException(
                        ErrorCode.MODEL_NOT_READY, "model '%s' %s".formatted(name, doing))
                .withRetryAfter(NOT_READY_RETRY);
    }

    @Nullable DeployedVersion deployed() {
        return view.deployed();
    }

    /// What is remembered of it; absent while its first deploy runs or has failed.
    @Nullable DeploymentRecord record() {
        return view.record();
    }

    /// Whether it answers, or would once it is loaded.
    boolean serves() {
        return switch (state(view)) {
            case DeploymentState.Ready _, DeploymentState.Evicted _ -> true;
            case DeploymentState.Loading _ -> view.deployed() != null;
            case DeploymentState.Unloading _, DeploymentState.Unavailable _ -> false;
        };
    }

    /// A step of a load that has nothing to replace; what serves goes on serving and shows as
    /// ready.
    void loading(String step) {
        var current = view;
        if (current.deployed() == null && !(current.state() instanceof DeploymentState.Unloading)) {
            view = current.withState(new DeploymentState.Loading(step));
        }
    }

    /// Puts a version in place in one step.
    void serve(DeployedVersion deployed) {
        view =
                new View(
                        new DeploymentState.Ready(Instant.now()),
                        deployed.record(),
                        deployed,
                        null);
    }

    /// Remembers what should be served but cannot be.
    void remember(DeploymentRecord deployment) {
        view = new View(view.state(), deployment, null, null);
    }

    void unloading() {
        var current = view;
        view = new View(new DeploymentState.Unloading(), current.record(), null, null);
    }

    void failed(ServingException failure) {
        var current = view;
        view =
                current.deployed() == null
                        ? current.withState(
                                new DeploymentState.Unavailable(
                                        failure.code(), failure.getMessage()))
                        : current.withFailure(failure.getMessage());
    }

    DeploymentStatus status() {
        var current = view;
        var deployed = current.deployed();
        return new DeploymentStatus(
                name,
                state(current),
                current.record(),
                deployed == null ? null : deployed.version(),
                deployed == null ? null : resident(deployed.cached().peek()),
                deployed == null ? null : deployed.cached().status(),
                deployed == null ? null : deployed.meters().summary(),
                current.lastFailure());
    }

    /// Empty while no version is deployed.
    Optional<VersionStatistics> statistics() {
        return Optional.ofNullable(view.deployed())
                .map(
                        deployed -> {
                            var served = deployed.cached().peek();
                            return new VersionStatistics(
                                    name,
                                    deployed.version().version(),
                                    deployed.meters().counts().statistics(),
                                    served == null ? 0 : served.queueDepth(),
                                    served == null ? Map.of() : served.footprint().bytes());
                        });
    }

    /// What is deployed is where the cache has it.
    private static DeploymentState state(View current) {
        var deployed = current.deployed();
        if (deployed == null) {
            return current.state();
        }
        return switch (deployed.cached().status().state()) {
            case CacheStatus.State.InMemory(var since) -> new DeploymentState.Ready(since);
            case CacheStatus.State.Loading(var step) -> new DeploymentState.Loading(step);
            case CacheStatus.State.Absent _ -> new DeploymentState.Evicted();
            case CacheStatus.State.Failed(var failure) ->
                    new DeploymentState.Unavailable(failure.code(), failure.getMessage());
        };
    }

    private static @Nullable Resident resident(@Nullable ServedVersion served) {
        if (served == null) {
            return null;
        }
        return new Resident(
                served.instances().size(),
                served.device().toString(),
                served.instances().stream().map(ModelInstance::provider).distinct().toList(),
                served.queueDepth());
    }

    /// @param state where it is while nothing is deployed
    private record View(
            DeploymentState state,
            @Nullable DeploymentRecord record,
            @Nullable DeployedVersion deployed,
            @Nullable String lastFailure) {
        private View withState(DeploymentState changed) {
            return new View(changed, record, deployed, lastFailure);
        }

        private View withFailure(String reason) {
            return new View(state, record, deployed, reason);
        }
    }
}
