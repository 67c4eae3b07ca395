package io.matih.inference.engine.deployment;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.cache.CacheStatus;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.deployment.DeploymentStatus.Resident;
import io.matih.inference.engine.deployment.DeploymentStatus.VariantStatus;
import io.matih.inference.engine.deployment.Variant.Role;
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
import io.matih.inference.engine.shadow.ShadowKey;
import io.matih.inference.engine.shadow.Shadows;
import io.matih.inference.engine.telemetry.ModelMeters;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One name that requests can ask for, and the versions that answer under it. Requests read one
/// volatile reference; whoever changes it holds the name's lock in `Deployments`.
final class Deployment implements Servable {
    private static final Duration NOT_READY_RETRY = Duration.ofSeconds(1);

    private final String name;
    private final ModelVersionStore versions;
    private final Shadows shadows;
    private final Duration defaultTimeout;
    private volatile View view = new View(new DeploymentState.Loading("waiting"), null, null, null);

    /// @param defaultTimeout of a request where neither it nor the model names one
    Deployment(String name, ModelVersionStore versions, Shadows shadows, Duration defaultTimeout) {
        this.shadows = shadows;
        this.name = name;
        this.versions = versions;
        this.defaultTimeout = defaultTimeout;
    }

    @Override
    public Signature signature(@Nullable String version) {
        var plan = require(view);
        return (version == null ? plan.stable() : named(plan, version)).signature();
    }

    @Override
    public InferenceResponse infer(InferenceRequest request) {
        long received = System.nanoTime();
        var plan = require(view);
        DeployedVersion chosen = plan.stable();
        try {
            chosen = choose(plan, request);
            var served = chosen.cached().tryLease();
            return served == null
                    ? inferOnceLoaded(request, received)
                    : infer(served, chosen, request, received);
        } catch (ServingException e) {
            chosen.meters().failed(e.code(), System.nanoTime() - received);
            if (plan.isMirrored(chosen)) {
                plan.failed(e.code());
            }
            throw e;
        }
    }

    private static InferenceResponse infer(
            ServedVersion leased, DeployedVersion chosen, InferenceRequest request, long received) {
        try {
            var role = chosen.variant().role();
            var response = leased.infer(request, received);
            return role == Role.STABLE ? response : response.as(role.label());
        } finally {
            leased.leases().release();
        }
    }

    private InferenceResponse inferOnceLoaded(InferenceRequest request, long received) {
        var timeout = request.timeout() == null ? defaultTimeout : request.timeout();
        var deadline = Deadline.after(timeout);
        while (true) {
            var chosen = choose(require(view), request);
            var served = chosen.cached().lease(deadline);
            if (served != null) {
                return infer(
                        served,
                        chosen,
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
        var plan = view.plan();
        if (plan == null) {
            return Optional.empty();
        }
        var version = request.version();
        var chosen = version == null ? plan.choose(request.routeKey()) : plan.named(version);
        if (chosen == null) {
            return Optional.empty();
        }
        var served = chosen.cached().tryLease();
        if (served == null) {
            return Optional.empty();
        }
        return offer(served, request, listening(plan, chosen, listener));
    }

    private static InferenceListener listening(
            Plan plan, DeployedVersion chosen, InferenceListener listener) {
        var role = chosen.variant().role();
        if (role != Role.STABLE) {
            return new Renamed(listener, role.label());
        }
        return plan.isMirrored(chosen) ? new Mirrored(listener, plan) : listener;
    }

    @Override
    public void sent(InferenceRequest request, InferenceResponse response) {
        var plan = view.plan();
        if (plan != null) {
            plan.sent(request, response);
        }
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
        return Optional.ofNullable(view.plan()).map(plan -> plan.stable().meters());
    }

    @Override
    public Optional<ModelMeters> meters(int version) {
        for (var deployed : deployed()) {
            if (deployed.variant().version() == version) {
                return Optional.of(deployed.meters());
            }
        }
        return Optional.empty();
    }

    private Plan require(View current) {
        var plan = current.plan();
        if (plan == null) {
            throw notReady(current);
        }
        return plan;
    }

    private DeployedVersion choose(Plan plan, InferenceRequest request) {
        var version = request.version();
        return version == null ? plan.choose(request.routeKey()) : named(plan, version);
    }

    String name() {
        return name;
    }

    /// @throws ServingException `MODEL_NOT_FOUND`, `MODEL_NOT_READY`
    DeployedVersion named(String version) {
        return named(require(view), version);
    }

    private DeployedVersion named(Plan plan, String version) {
        var named = plan.named(version);
        if (named == null) {
            throw Servable.notFound(name, version);
        }
        return named;
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

    /// What answers, the stable version first; empty while nothing does.
    List<DeployedVersion> deployed() {
        var plan = view.plan();
        return plan == null ? List.of() : plan.versions();
    }

    /// What is remembered of it; absent while its first deploy runs or has failed.
    @Nullable DeploymentRecord record() {
        return view.record();
    }

    /// Whether it answers, or would once it is loaded.
    boolean serves() {
        return switch (state(view)) {
            case DeploymentState.Ready _, DeploymentState.Evicted _ -> true;
            case DeploymentState.Loading _ -> view.plan() != null;
            case DeploymentState.Unloading _, DeploymentState.Unavailable _ -> false;
        };
    }

    /// A step of a load that has nothing to replace; what serves goes on serving and shows as
    /// ready.
    void loading(String step) {
        var current = view;
        if (current.plan() == null && !(current.state() instanceof DeploymentState.Unloading)) {
            view = current.withState(new DeploymentState.Loading(step));
        }
    }

    /// Puts versions in place in one step.
    ///
    /// @param deployed as `record` has them, in its order
    void serve(DeploymentRecord record, List<DeployedVersion> deployed) {
        var mirrors = shadows.set(name, shadows(deployed));
        view =
                new View(
                        new DeploymentState.Ready(Instant.now()),
                        record,
                        new Plan(name, deployed, versions.labels(name), mirrors),
                        null);
    }

    private List<Shadows.Wanted> shadows(List<DeployedVersion> deployed) {
        var wanted = new ArrayList<Shadows.Wanted>();
        int primary = deployed.getFirst().variant().version();
        for (var version : deployed) {
            var policy = version.variant().shadow();
            if (policy != null) {
                wanted.add(
                        new Shadows.Wanted(
                                new ShadowKey(name, primary, version.variant().version()),
                                policy,
                                new ShadowCandidate(version)));
            }
        }
        return wanted;
    }

    /// Lets changed labels count.
    void relabel() {
        var current = view;
        if (current.plan() != null) {
            view =
                    new View(
                            current.state(),
                            current.record(),
                            new Plan(
                                    name,
                                    current.plan().versions(),
                                    versions.labels(name),
                                    current.plan().mirrors()),
                            current.lastFailure());
        }
    }

    /// Remembers what should be served but cannot be.
    void remember(DeploymentRecord deployment) {
        view = new View(view.state(), deployment, null, null);
    }

    void unloading() {
        var current = view;
        view = new View(new DeploymentState.Unloading(), current.record(), null, null);
        shadows.set(name, List.of());
    }

    void failed(ServingException failure) {
        var current = view;
        view =
                current.plan() == null
                        ? current.withState(
                                new DeploymentState.Unavailable(
                                        failure.code(), failure.getMessage()))
                        : current.withFailure(failure.getMessage());
    }

    DeploymentStatus status() {
        var current = view;
        var variants =
                current.plan() == null
                        ? List.<VariantStatus>of()
                        : current.plan().versions().stream()
                                .map(version -> status(version, current.plan()))
                                .toList();
        return new DeploymentStatus(
                name, state(current), current.record(), variants, current.lastFailure());
    }

    private static VariantStatus status(DeployedVersion deployed, Plan plan) {
        return new VariantStatus(
                deployed.variant(),
                deployed.version(),
                state(deployed),
                resident(deployed.cached().peek()),
                deployed.cached().status(),
                deployed.meters().summary(),
                plan.standing(deployed.variant().version()));
    }

    /// Of every version that is deployed, the stable one first.
    List<VersionStatistics> statistics() {
        return deployed().stream().map(this::statistics).toList();
    }

    private VersionStatistics statistics(DeployedVersion deployed) {
        var served = deployed.cached().peek();
        return new VersionStatistics(
                name,
                deployed.version().version(),
                deployed.meters().counts().statistics(),
                served == null ? 0 : served.queueDepth(),
                served == null ? Map.of() : served.footprint().bytes());
    }

    private static DeploymentState state(View current) {
        return current.plan() == null ? current.state() : state(current.plan().stable());
    }

    /// What is deployed is where the cache has it.
    private static DeploymentState state(DeployedVersion deployed) {
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
            @Nullable Plan plan,
            @Nullable String lastFailure) {
        private View withState(DeploymentState changed) {
            return new View(changed, record, plan, lastFailure);
        }

        private View withFailure(String reason) {
            return new View(state, record, plan, reason);
        }
    }

    /// Tells of failures of a version that is compared with others.
    private record Mirrored(InferenceListener listener, Plan plan) implements InferenceListener {
        @Override
        public void answered(InferenceResponse response) {
            listener.answered(response);
        }

        @Override
        public void failed(ServingException failure) {
            plan.failed(failure.code());
            listener.failed(failure);
        }
    }

    /// Says in the answer what the version that gave it is deployed for.
    private record Renamed(InferenceListener listener, String variant)
            implements InferenceListener {
        @Override
        public void answered(InferenceResponse response) {
            listener.answered(response.as(variant));
        }

        @Override
        public void failed(ServingException failure) {
            listener.failed(failure);
        }
    }
}
