package io.matih.inference.server.model;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.matih.inference.engine.backend.Backend;
import io.matih.inference.engine.deployment.DeploymentStatus;
import io.matih.inference.engine.deployment.Deployments;
import io.matih.inference.engine.deployment.Variant;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelFormat;
import io.matih.inference.engine.model.ModelName;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.server.api.BackendList;
import io.matih.inference.server.api.LabelRequest;
import io.matih.inference.server.api.ModelList;
import io.matih.inference.server.http.RequestBody;
import io.matih.inference.server.json.JsonBody;
import io.matih.inference.server.json.JsonReply;
import io.matih.inference.server.json.Versions;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The routes of registered models.
public final class ModelHandler {
    private static final String STABLE = "stable";

    private final ModelVersionStore versions;
    private final Deployments deployments;
    private final List<Backend> backends;
    private final int maxBodyBytes;

    public ModelHandler(
            ModelVersionStore versions,
            Deployments deployments,
            List<Backend> backends,
            int maxBodyBytes) {
        this.versions = versions;
        this.deployments = deployments;
        this.backends = backends;
        this.maxBodyBytes = maxBodyBytes;
    }

    public void list(Context ctx) {
        var serving = serving();
        var models =
                versions.versions().stream()
                        .collect(
                                Collectors.groupingBy(
                                        ModelVersion::name, TreeMap::new, Collectors.toList()));
        JsonReply.sendTagged(
                ctx,
                new ModelList(
                        models.entrySet().stream()
                                .map(entry -> model(entry.getKey(), entry.getValue(), serving))
                                .toList()));
    }

    private ModelList.Model model(
            String name, List<ModelVersion> registered, Map<String, List<Variant>> serving) {
        var labels = new TreeMap<String, String>();
        versions.labels(name).forEach((label, version) -> labels.put(label, version.toString()));
        var variants = serving.getOrDefault(name, List.of());
        for (var variant : variants.reversed()) {
            var role = variant.role().label();
            var version = Integer.toString(variant.version());
            if (role.equals(STABLE)) {
                labels.put(STABLE, version);
            } else {
                labels.putIfAbsent(role, version);
            }
        }
        return new ModelList.Model(
                name,
                registered.stream()
                        .map(
                                version ->
                                        ModelViews.version(
                                                version,
                                                variants.stream()
                                                        .anyMatch(isOf(version.version()))))
                        .toList(),
                labels);
    }

    private static Predicate<Variant> isOf(int version) {
        return variant -> variant.version() == version;
    }

    private Map<String, List<Variant>> serving() {
        var serving = new HashMap<String, List<Variant>>();
        for (DeploymentStatus status : deployments.list()) {
            if (status.record() != null) {
                serving.put(status.name(), status.record().variants());
            }
        }
        return serving;
    }

    public void backends(Context ctx) {
        JsonReply.send(
                ctx,
                HttpStatus.OK,
                new BackendList(backends.stream().map(ModelHandler::backend).toList()));
    }

    private static BackendList.Backend backend(Backend backend) {
        return new BackendList.Backend(
                backend.name(),
                backend.formats().stream().map(ModelFormat::wireName).sorted().toList(),
                backend.providers().stream()
                        .map(
                                report ->
                                        new BackendList.Provider(
                                                report.name(),
                                                report.builtIn(),
                                                report.usable(),
                                                report.reason()))
                        .toList());
    }

    public void deleteVersion(Context ctx) {
        deployments.deleteVersion(
                ctx.pathParam("name"), Versions.parse(ctx.pathParam("version"), "version"));
        ctx.status(HttpStatus.NO_CONTENT);
    }

    public void label(Context ctx) {
        var name = ctx.pathParam("name");
        var label = label(ctx.pathParam("label"));
        var request =
                JsonBody.read(RequestBody.read(ctx, maxBodyBytes), LabelRequest.class, Set.of());
        var version = Versions.read(request.version(), "version");
        if (version == null || versions.find(name, version).isEmpty()) {
            throw new ServingException(
                    ErrorCode.MODEL_NOT_FOUND,
                    "model '%s' has no version %s; see GET /api/v1/inference/models"
                            .formatted(ServingException.clip(name), version));
        }
        deployments.label(name, label, version);
        ctx.status(HttpStatus.NO_CONTENT);
    }

    public void unlabel(Context ctx) {
        var name = ctx.pathParam("name");
        var label = label(ctx.pathParam("label"));
        if (!versions.labels(name).containsKey(label)) {
            throw new ServingException(
                    ErrorCode.MODEL_NOT_FOUND,
                    "model '%s' has no label '%s'".formatted(ServingException.clip(name), label));
        }
        deployments.unlabel(name, label);
        ctx.status(HttpStatus.NO_CONTENT);
    }

    /// `stable` is not anybody's to set: it is what serves.
    private static String label(String label) {
        if (label.equals(STABLE)) {
            throw new ServingException(
                    ErrorCode.INVALID_NAME,
                    "label 'stable' always points at the version that serves; deploy to move it",
                    new ErrorDetail("label", "any other name", STABLE));
        }
        return ModelName.requireLabel(label, "label");
    }
}
