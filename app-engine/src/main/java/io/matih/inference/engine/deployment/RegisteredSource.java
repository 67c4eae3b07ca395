package io.matih.inference.engine.deployment;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelRepository;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.model.StagedModel;

import java.util.Optional;
import java.util.regex.Pattern;

/// A source that this server holds already: `model://name/version`.
record RegisteredSource(String name, int version) {
    private static final Pattern FORM = Pattern.compile("model://([^/]+)/([1-9][0-9]{0,8})");

    /// @return empty for another scheme
    /// @throws ServingException `INVALID_PARAMETER` for this scheme in another form
    static Optional<RegisteredSource> parse(String uri) {
        if (!uri.startsWith("model:")) {
            return Optional.empty();
        }
        var matcher = FORM.matcher(uri);
        if (!matcher.matches()) {
            throw new ServingException(
                    ErrorCode.INVALID_PARAMETER,
                    "source.uri: '%s' is not model://NAME/VERSION"
                            .formatted(ServingException.clip(uri)),
                    new ErrorDetail(
                            "source.uri", "model://NAME/VERSION", ServingException.clip(uri)));
        }
        return Optional.of(
                new RegisteredSource(matcher.group(1), Integer.parseInt(matcher.group(2))));
    }

    /// @throws ServingException `MODEL_NOT_FOUND`
    StagedModel open(ModelVersionStore versions, ModelRepository repository) {
        var artifact =
                versions.find(name, version)
                        .flatMap(registered -> repository.find(registered.digest()))
                        .orElseThrow(
                                () ->
                                        new ServingException(
                                                ErrorCode.MODEL_NOT_FOUND,
                                                "source.uri: no version %d of model '%s' is registered; see GET /api/v1/inference/models"
                                                        .formatted(
                                                                version,
                                                                ServingException.clip(name))));
        return new InPlace(artifact);
    }

    /// Needs no staging: it is in the repository, and stays there.
    private record InPlace(ModelArtifact artifact) implements StagedModel {
        @Override
        public void close() {}
    }
}
