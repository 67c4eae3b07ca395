package io.matih.inference.server.oip;

import io.matih.inference.engine.deployment.Deployments;
import io.matih.inference.engine.deployment.Variant;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.Router;
import io.matih.inference.engine.serving.Signature;
import io.matih.inference.engine.tensor.TensorSpec;
import io.matih.inference.server.api.ProductVersion;
import io.matih.inference.server.proto.ModelConfig;
import io.matih.inference.server.proto.ModelMetadataResponse;
import io.matih.inference.server.proto.ModelMetadataResponse.TensorMetadata;
import io.matih.inference.server.proto.ModelStatisticsResponse;
import io.matih.inference.server.proto.RepositoryIndexResponse;
import io.matih.inference.server.proto.ServerMetadataResponse;
import io.matih.inference.server.triton.ModelConfigMessages;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What the Open Inference Protocol says of the server and its models, as its messages, whichever
/// form they go out in. Versions are numbers or labels; an absent one is that which serves. Any
/// thread.
public final class ProtocolModels {
    private static final String SERVER = "matih";
    private static final String PLATFORM = "onnxruntime_onnx";

    /// What is implemented of the protocol's extensions, and nothing else.
    private static final List<String> EXTENSIONS =
            List.of(
                    "classification",
                    "model_repository",
                    "schedule_policy",
                    "model_configuration",
                    "binary_tensor_data",
                    "statistics",
                    "generate");

    private final Router router;
    private final Deployments deployments;
    private final Readiness readiness;
    private final Repository repository;

    public ProtocolModels(
            Router router, Deployments deployments, Readiness readiness, Repository repository) {
        this.router = router;
        this.deployments = deployments;
        this.readiness = readiness;
        this.repository = repository;
    }

    public ServerMetadataResponse server() {
        return ServerMetadataResponse.newBuilder()
                .setName(SERVER)
                .setVersion(ProductVersion.number().orElse("unpackaged"))
                .addAllExtensions(EXTENSIONS)
                .build();
    }

    /// Whether the server takes requests.
    public boolean ready() {
        return readiness.server();
    }

    /// Whether requests to a model are answered; one that is not in memory counts, for the next
    /// request brings it there.
    ///
    /// @throws ServingException `MODEL_NOT_FOUND`
    public boolean ready(String model, @Nullable String version) {
        try {
            router.signature(model, version);
        } catch (ServingException e) {
            if (e.code() == ErrorCode.MODEL_NOT_READY) {
                return false;
            }
            throw e;
        }
        var status = deployments.get(model);
        if (version == null) {
            return Readiness.isReady(status.state());
        }
        int asked = router.signature(model, version).version();
        return status.variants().stream()
                .filter(variant -> variant.variant().version() == asked)
                .anyMatch(variant -> Readiness.isReady(variant.state()));
    }

    /// @throws ServingException `MODEL_NOT_FOUND`, `MODEL_NOT_READY`
    public ModelMetadataResponse metadata(String model, @Nullable String version) {
        var signature = router.signature(model, version);
        return ModelMetadataResponse.newBuilder()
                .setName(signature.model())
                .addAllVersions(versions(model, version, signature))
                .setPlatform(PLATFORM)
                .addAllInputs(tensors(signature.metadata().inputs()))
                .addAllOutputs(tensors(signature.metadata().outputs()))
                .build();
    }

    /// Those that answer: the one that was asked for, else all that take requests under the name.
    private List<String> versions(String model, @Nullable String asked, Signature signature) {
        var record = deployments.get(model).record();
        return asked != null || record == null
                ? List.of(Integer.toString(signature.version()))
                : record.variants().stream()
                        .filter(variant -> variant.role() != Variant.Role.SHADOW)
                        .map(Variant::version)
                        .sorted()
                        .map(number -> Integer.toString(number))
                        .toList();
    }

    private static List<TensorMetadata> tensors(List<TensorSpec> specs) {
        return specs.stream().map(ProtocolModels::tensor).toList();
    }

    private static TensorMetadata tensor(TensorSpec spec) {
        // A model that declares no shape at all takes any, which -1 comes closest to.
        var axes = spec.shape().isUnknown() ? new long[] {-1} : spec.shape().toArray();
        return TensorMetadata.newBuilder()
                .setName(spec.name())
                .setDatatype(spec.datatype().name())
                .addAllShape(Arrays.stream(axes).boxed().toList())
                .build();
    }

    /// @throws ServingException `MODEL_NOT_FOUND`, `MODEL_NOT_READY`
    public ModelConfig config(String model, @Nullable String version) {
        var signature = router.signature(model, version);
        return Optional.ofNullable(deployments.get(model).record())
                .flatMap(record -> record.variant(signature.version()))
                .map(variant -> ModelConfigMessages.of(model, variant, signature.metadata()))
                .orElseThrow(
                        () ->
                                new ServingException(
                                        ErrorCode.MODEL_NOT_READY,
                                        "model '%s' is not ready".formatted(model)));
    }

    /// @param model absent: every deployed one
    /// @throws ServingException `MODEL_NOT_FOUND`
    public ModelStatisticsResponse statistics(@Nullable String model, @Nullable String version) {
        if (model == null) {
            return StatisticsMessages.of(deployments.statistics());
        }
        var versions = deployments.statistics(model);
        if (version == null) {
            return StatisticsMessages.of(versions);
        }
        int asked = router.signature(model, version).version();
        return StatisticsMessages.of(
                versions.stream().filter(counted -> counted.version() == asked).toList());
    }

    /// Every model that is deployed or registered.
    ///
    /// @param readyOnly leaves out what does not answer requests
    public RepositoryIndexResponse index(boolean readyOnly) {
        return repository.index(readyOnly);
    }

    /// Brings a model to serve; see `LoadParameters`. Returns when it does.
    ///
    /// @throws ServingException any code of a deploy
    public void load(String model, LoadParameters parameters) {
        repository.load(model, parameters);
    }

    /// Takes a model away, once what it began is finished.
    ///
    /// @throws ServingException `MODEL_NOT_FOUND`
    public void unload(String model) {
        repository.unload(model);
    }
}
