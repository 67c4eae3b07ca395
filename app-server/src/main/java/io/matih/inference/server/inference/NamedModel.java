package io.matih.inference.server.inference;

import io.matih.inference.engine.serving.Router;
import io.matih.inference.engine.serving.Signature;
import io.matih.inference.engine.telemetry.ModelMeters;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The router's signatures, and the memory of which model one request named. For one request.
final class NamedModel implements SignatureSource {
    private final Router router;
    private @Nullable String model;

    NamedModel(Router router) {
        this.router = router;
    }

    @Override
    public Signature signature(String name, @Nullable String version) {
        return router.signature(name, version);
    }

    @Override
    public void named(String name) {
        model = name;
    }

    Optional<ModelMeters> meters() {
        return Optional.ofNullable(model).flatMap(router::meters);
    }
}
