package io.matih.inference.engine.serving;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.telemetry.ModelMeters;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The way of every request, whatever protocol it came by: name → servable → answer. Any thread.
public final class Router {
    private final Map<String, Servable> servables = new ConcurrentHashMap<>();

    public void add(String name, Servable servable) {
        servables.put(name, servable);
    }

    public void remove(String name) {
        servables.remove(name);
    }

    /// @throws ServingException `MODEL_NOT_FOUND`, `MODEL_NOT_READY`
    public Signature signature(String model, @Nullable String version) {
        return find(model).signature(version);
    }

    /// What the answer took to send is counted by who sends it.
    public InferenceResponse infer(InferenceRequest request) {
        return find(request.model()).infer(request);
    }

    /// The same without waiting; see `Servable.offer`.
    public Optional<Pending> offer(InferenceRequest request, InferenceListener listener) {
        return find(request.model()).offer(request, listener);
    }

    /// The answer to a request has left; see `Servable.sent`.
    public void sent(InferenceRequest request, InferenceResponse response) {
        var servable = servables.get(request.model());
        if (servable != null) {
            servable.sent(request, response);
        }
    }

    /// The meters of a model's stable version; empty where there is none.
    public Optional<ModelMeters> meters(String model) {
        return Optional.ofNullable(servables.get(model)).flatMap(Servable::meters);
    }

    /// The meters of the version that gave an answer; empty where it serves no more.
    public Optional<ModelMeters> meters(InferenceResponse response) {
        return Optional.ofNullable(servables.get(response.model()))
                .flatMap(servable -> servable.meters(response.version()));
    }

    private Servable find(String model) {
        var servable = servables.get(model);
        if (servable == null) {
            throw Servable.notFound(model, null);
        }
        return servable;
    }
}
