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

    /// Counts the failures that happen inside; what the answer took is counted by who sent it.
    public InferenceResponse infer(InferenceRequest request) {
        var servable = find(request.model());
        try {
            return servable.infer(request);
        } catch (ServingException e) {
            servable.meters().ifPresent(meters -> meters.failed(e.code()));
            throw e;
        }
    }

    /// The same without waiting; see `Servable.offer`.
    public Optional<Pending> offer(InferenceRequest request, InferenceListener listener) {
        var servable = find(request.model());
        try {
            return servable.offer(request, new Counted(servable, listener));
        } catch (ServingException e) {
            servable.meters().ifPresent(meters -> meters.failed(e.code()));
            throw e;
        }
    }

    /// The meters of a model's serving version; empty where there is none.
    public Optional<ModelMeters> meters(String model) {
        return Optional.ofNullable(servables.get(model)).flatMap(Servable::meters);
    }

    private Servable find(String model) {
        var servable = servables.get(model);
        if (servable == null) {
            throw Servable.notFound(model, null);
        }
        return servable;
    }

    private record Counted(Servable servable, InferenceListener listener)
            implements InferenceListener {
        @Override
        public void answered(InferenceResponse response) {
            listener.answered(response);
        }

        @Override
        public void failed(ServingException failure) {
            servable.meters().ifPresent(meters -> meters.failed(failure.code()));
            listener.failed(failure);
        }
    }
}
