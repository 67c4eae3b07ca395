package io.matih.inference.engine.deployment;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.deployment.DeploymentStatus.Resident;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelVersion;
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
import java.util.Optional;

/// One name that requests can ask for, and the version that answers under it. Requests read one
/// volatile reference; whoever changes it holds the name's lock in `Deployments`.
final class Deployment implements Servable {
    /// The label of whatever version serves.
    static final String STABLE = "stable";

    private static final Duration NOT_READY_RETRY = Duration.ofSeconds(1);

    private final String name;
    private final ModelVersionStore versions;
    private volatile View view =
            new View(new DeploymentState.Loading("waiting"), null, null, null, null);

    Deployment(String name, ModelVersionStore versions) {
        this.name = name;
        this.versions = versions;
    }

    @Override
    public Signature signature(@Nullable String version) {
        var current = view;
        var served = current.served();
        if (served == null) {
            throw notReady(current);
        }
        requireVersion(served, version);
        return served.signature();
    }

    @Override
    public InferenceResponse infer(InferenceRequest request) {
        while (true) {
            var current = view;
            var served = current.served();
            if (served == null) {
                throw notReady(current);
            }
            requireVersion(served, request.version());
            var response = served.tryInfer(request);
            if (response.isPresent()) {
                return response.get();
            }
            // It was replaced between the two steps: `view` holds its successor already.
            Thread.onSpinWait();
        }
    }

    @Override
    public Optional<Pending> offer(InferenceRequest request, InferenceListener listener) {
        var served = view.served();
        var version = request.version();
        if (served == null || (version != null && !version.equals(STABLE))) {
            return Optional.empty();
        }
        return served.tryOffer(request, listener);
    }

    @Override
    public Optional<ModelMeters> meters() {
        return Optional.ofNullable(view.served()).map(ServedVersion::meters);
    }

    private void requireVersion(ServedVersion served, @Nullable String wanted) {
        if (wanted == null || wanted.equals(STABLE)) {
            return;
        }
        int serving = served.signature().version();
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
                    case DeploymentState.Ready _ -> "is not ready";
                };
        return new ServingException(
                        ErrorCode.MODEL_NOT_READY, "model '%s' %s".formatted(name, doing))
                .withRetryAfter(NOT_READY_RETRY);
    }

    DeploymentState state() {
        return view.state();
    }

    @Nullable ServedVersion served() {
        return view.served();
    }

    @Nullable DeploymentRecord record() {
        return view.record();
    }

    /// A step of a load that has nothing to replace; what serves goes on serving and shows as
    /// ready.
    void loading(String step) {
        var current = view;
        if (current.served() == null) {
            view = current.withState(new DeploymentState.Loading(step));
        }
    }

    /// Puts a version in place in one step.
    void serve(ServedVersion served, DeploymentRecord deployment, ModelVersion version) {
        view =
                new View(
                        new DeploymentState.Ready(Instant.now()),
                        deployment,
                        version,
                        served,
                        null);
    }

    /// Remembers what should be served but is not in memory.
    void remember(DeploymentRecord deployment, @Nullable ModelVersion version) {
        view = new View(view.state(), deployment, version, null, null);
    }

    /// Changes what is remembered of a version that goes on serving.
    void update(DeploymentRecord deployment) {
        var current = view;
        view = new View(current.state(), deployment, current.version(), current.served(), null);
    }

    void unloading() {
        view = view.withState(new DeploymentState.Unloading()).withoutServed();
    }

    void failed(ServingException failure) {
        var current = view;
        view =
                current.served() == null
                        ? current.withState(
                                new DeploymentState.Unavailable(
                                        failure.code(), failure.getMessage()))
                        : current.withFailure(failure.getMessage());
    }

    DeploymentStatus status() {
        var current = view;
        return new DeploymentStatus(
                name,
                current.state(),
                current.record(),
                current.version(),
                resident(current.served()),
                current.lastFailure());
    }

    private static @Nullable Resident resident(@Nullable ServedVersion served) {
        if (served == null) {
            return null;
        }
        return new Resident(
                served.instances().size(),
                served.device().toString(),
                served.instances().stream().map(ModelInstance::provider).distinct().toList(),
                served.queueDepth(),
                served.sizeBytes(),
                served.meters().summary());
    }

    private record View(
            DeploymentState state,
            @Nullable DeploymentRecord record,
            @Nullable ModelVersion version,
            @Nullable ServedVersion served,
            @Nullable String lastFailure) {
        private View withState(DeploymentState changed) {
            return new View(changed, record, version, served, lastFailure);
        }

        private View withoutServed() {
            return new View(state, record, version, null, lastFailure);
        }

        private View withFailure(String reason) {
            return new View(state, record, version, served, reason);
        }
    }
}
