package io.matih.inference.server.grpc;

import io.grpc.stub.StreamObserver;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.store.Uploads;
import io.matih.inference.server.oip.LoadParameters;
import io.matih.inference.server.oip.ProtocolModels;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import io.matih.inference.server.proto.ModelConfigRequest;
import io.matih.inference.server.proto.ModelConfigResponse;
import io.matih.inference.server.proto.ModelMetadataRequest;
import io.matih.inference.server.proto.ModelMetadataResponse;
import io.matih.inference.server.proto.ModelReadyRequest;
import io.matih.inference.server.proto.ModelReadyResponse;
import io.matih.inference.server.proto.ModelRepositoryParameter;
import io.matih.inference.server.proto.ModelStatisticsRequest;
import io.matih.inference.server.proto.ModelStatisticsResponse;
import io.matih.inference.server.proto.RepositoryIndexRequest;
import io.matih.inference.server.proto.RepositoryIndexResponse;
import io.matih.inference.server.proto.RepositoryModelLoadRequest;
import io.matih.inference.server.proto.RepositoryModelLoadResponse;
import io.matih.inference.server.proto.RepositoryModelUnloadRequest;
import io.matih.inference.server.proto.RepositoryModelUnloadResponse;
import io.matih.inference.server.proto.ServerLiveRequest;
import io.matih.inference.server.proto.ServerLiveResponse;
import io.matih.inference.server.proto.ServerMetadataRequest;
import io.matih.inference.server.proto.ServerMetadataResponse;
import io.matih.inference.server.proto.ServerReadyRequest;
import io.matih.inference.server.proto.ServerReadyResponse;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.Executor;
import java.util.function.Supplier;

/// Everything of the inference service but inference: what the protocol says of the server and its
/// models, and the model repository. What is not here (shared memory, trace and log settings) is
/// unimplemented.
final class ProtocolService extends GRPCInferenceServiceImplBase {
    private static final String UNLOAD_DEPENDENTS = "unload_dependents";

    private final ProtocolModels models;
    private final Uploads uploads;
    private final Executor waiting;

    /// @param uploads take the files of a load
    /// @param waiting where calls are answered, for they may wait
    ProtocolService(ProtocolModels models, Uploads uploads, Executor waiting) {
        this.models = models;
        this.uploads = uploads;
        this.waiting = waiting;
    }

    @Override
    public void serverLive(
            ServerLiveRequest request, StreamObserver<ServerLiveResponse> responses) {
        answer(responses, () -> ServerLiveResponse.newBuilder().setLive(true).build());
    }

    @Override
    public void serverReady(
            ServerReadyRequest request, StreamObserver<ServerReadyResponse> responses) {
        answer(responses, () -> ServerReadyResponse.newBuilder().setReady(models.ready()).build());
    }

    @Override
    public void modelReady(
            ModelReadyRequest request, StreamObserver<ModelReadyResponse> responses) {
        answer(responses, () -> ModelReadyResponse.newBuilder().setReady(isReady(request)).build());
    }

    /// Triton's clients ask this of models that may not exist, and expect no error.
    private boolean isReady(ModelReadyRequest request) {
        var name = required("name", request.getName());
        try {
            return models.ready(name, given(request.getVersion()));
        } catch (ServingException e) {
            if (e.code() == ErrorCode.MODEL_NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void serverMetadata(
            ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> responses) {
        answer(responses, models::server);
    }

    @Override
    public void modelMetadata(
            ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> responses) {
        answer(
                responses,
                () ->
                        models.metadata(
                                required("name", request.getName()), given(request.getVersion())));
    }

    @Override
    public void modelConfig(
            ModelConfigRequest request, StreamObserver<ModelConfigResponse> responses) {
        answer(
                responses,
                () ->
                        ModelConfigResponse.newBuilder()
                                .setConfig(
                                        models.config(
                                                required("name", request.getName()),
                                                given(request.getVersion())))
                                .build());
    }

    @Override
    public void modelStatistics(
            ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> responses) {
        answer(
                responses,
                () -> models.statistics(given(request.getName()), given(request.getVersion())));
    }

    @Override
    public void repositoryIndex(
            RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> responses) {
        answer(
                responses,
                () -> {
                    requireDefault(request.getRepositoryName());
                    return models.index(request.getReady());
                });
    }

    @Override
    public void repositoryModelLoad(
            RepositoryModelLoadRequest request,
            StreamObserver<RepositoryModelLoadResponse> responses) {
        answer(
                responses,
                () -> {
                    requireDefault(request.getRepositoryName());
                    try (var parameters = new LoadParameters(uploads)) {
                        request.getParametersMap()
                                .forEach((name, value) -> read(parameters, name, value));
                        models.load(required("model_name", request.getModelName()), parameters);
                    }
                    return RepositoryModelLoadResponse.getDefaultInstance();
                });
    }

    @Override
    public void repositoryModelUnload(
            RepositoryModelUnloadRequest request,
            StreamObserver<RepositoryModelUnloadResponse> responses) {
        answer(
                responses,
                () -> {
                    requireDefault(request.getRepositoryName());
                    request.getParametersMap().forEach(ProtocolService::requireUnloadParameter);
                    models.unload(required("model_name", request.getModelName()));
                    return RepositoryModelUnloadResponse.getDefaultInstance();
                });
    }

    private static void read(
            LoadParameters parameters, String name, ModelRepositoryParameter value) {
        if (LoadParameters.isFile(name)) {
            if (!value.hasBytesParam()) {
                throw wrongParameter(name, "the file's bytes", value);
            }
            parameters.file(name, value.getBytesParam()::writeTo);
        } else {
            if (!value.hasStringParam()) {
                throw wrongParameter(name, "a string of JSON", value);
            }
            parameters.config(value.getStringParam());
        }
    }

    private static void requireUnloadParameter(String name, ModelRepositoryParameter value) {
        if (!name.equals(UNLOAD_DEPENDENTS)) {
            throw Faults.wrong(ErrorCode.INVALID_PARAMETER, "parameters", UNLOAD_DEPENDENTS, name);
        }
        if (!value.hasBoolParam()) {
            throw wrongParameter(name, "a bool", value);
        }
    }

    private static ServingException wrongParameter(
            String name, String expected, ModelRepositoryParameter value) {
        return Faults.wrong(
                ErrorCode.INVALID_PARAMETER,
                "parameters." + ServingException.clip(name),
                expected,
                value.getParameterChoiceCase().name());
    }

    private static void requireDefault(String repository) {
        if (!repository.isEmpty()) {
            throw Faults.wrong(
                    ErrorCode.UNSUPPORTED, "repository_name", "no repository's name", repository);
        }
    }

    private static String required(String field, String value) {
        if (value.isEmpty()) {
            throw Faults.wrong(ErrorCode.MALFORMED_REQUEST, field, "a model's name", "nothing");
        }
        return value;
    }

    private static @Nullable String given(String value) {
        return value.isEmpty() ? null : value;
    }

    private <A> void answer(StreamObserver<A> responses, Supplier<A> call) {
        waiting.execute(
                () -> {
                    try {
                        responses.onNext(call.get());
                        responses.onCompleted();
                    } catch (RuntimeException | Error failure) { // a call's top
                        responses.onError(CallFailures.of(failure));
                    }
                });
    }
}
