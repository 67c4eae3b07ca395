package io.matih.inference.server.doctor;

import static io.matih.inference.server.doctor.Checks.require;
import static io.matih.inference.server.doctor.Checks.requireEqual;
import static io.matih.inference.server.doctor.GrpcCalls.answer;

import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.matih.inference.server.proto.ModelConfigRequest;
import io.matih.inference.server.proto.ModelMetadataRequest;
import io.matih.inference.server.proto.ModelReadyRequest;
import io.matih.inference.server.proto.ModelStatisticsRequest;
import io.matih.inference.server.proto.RepositoryIndexRequest;
import io.matih.inference.server.proto.RepositoryIndexResponse.ModelIndex;
import io.matih.inference.server.proto.ServerLiveRequest;
import io.matih.inference.server.proto.ServerMetadataRequest;
import io.matih.inference.server.proto.ServerReadyRequest;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

/// What the server says of itself and of its models, over gRPC.
final class GrpcServerClauses {
    private static final String NOBODY = "no-such-model-of-the-doctor";

    private final GrpcCalls calls;
    private final Checks checks;

    GrpcServerClauses(GrpcCalls calls, Checks checks) {
        this.calls = calls;
        this.checks = checks;
    }

    void server() {
        checks.clause(
                "the server lives",
                () ->
                        require(
                                answer(
                                                () ->
                                                        calls.blocking()
                                                                .serverLive(
                                                                        ServerLiveRequest
                                                                                .getDefaultInstance()))
                                        .getLive(),
                                "live is false"));
        checks.clause(
                "the server is ready",
                () ->
                        require(
                                answer(
                                                () ->
                                                        calls.blocking()
                                                                .serverReady(
                                                                        ServerReadyRequest
                                                                                .getDefaultInstance()))
                                        .getReady(),
                                "ready is false"));
        checks.clause("the standard health service says that it serves", this::health);
        checks.clause(
                "the server describes itself",
                () -> {
                    var server =
                            answer(
                                    () ->
                                            calls.blocking()
                                                    .serverMetadata(
                                                            ServerMetadataRequest
                                                                    .getDefaultInstance()));
                    require(!server.getName().isEmpty(), "the server has no name");
                    require(!server.getVersion().isEmpty(), "the server has no version");
                });
        checks.clause("the repository's index lists models", this::index);
    }

    private void health() {
        var health =
                answer(
                        () ->
                                HealthGrpc.newBlockingStub(calls.channel())
                                        .withDeadlineAfter(
                                                GrpcCalls.TIMEOUT_SECONDS, TimeUnit.SECONDS)
                                        .check(HealthCheckRequest.getDefaultInstance()));
        requireEqual(ServingStatus.SERVING, health.getStatus(), "status");
    }

    private void index() {
        var index =
                answer(
                        () ->
                                calls.blocking()
                                        .repositoryIndex(
                                                RepositoryIndexRequest.getDefaultInstance()));
        for (var model : index.getModelsList()) {
            require(!model.getName().isEmpty(), "a model has no name");
        }
    }

    /// A model that is ready, where the server says which there are.
    @Nullable String anyModel() {
        try {
            return answer(
                            () ->
                                    calls.blocking()
                                            .repositoryIndex(
                                                    RepositoryIndexRequest.getDefaultInstance()))
                    .getModelsList()
                    .stream()
                    .filter(model -> model.getState().equals("READY"))
                    .map(ModelIndex::getName)
                    .findFirst()
                    .orElse(null);
        } catch (NotOfferedException | BrokenClauseException _) {
            return null; // Its clause has said so already.
        }
    }

    SampleModel describe(String model) {
        var metadata =
                answer(
                        () ->
                                calls.blocking()
                                        .modelMetadata(
                                                ModelMetadataRequest.newBuilder()
                                                        .setName(model)
                                                        .build()));
        requireEqual(model, metadata.getName(), "name");
        require(!metadata.getPlatform().isEmpty(), "the model has no platform");
        require(
                metadata.getInputsCount() > 0 && metadata.getOutputsCount() > 0,
                "the model has no inputs or no outputs");
        return new SampleModel(
                model,
                metadata.getVersionsCount() == 0 ? "" : metadata.getVersions(0),
                metadata.getInputsList().stream()
                        .map(
                                input ->
                                        SampleTensor.of(
                                                input.getName(),
                                                input.getDatatype(),
                                                input.getShapeList()))
                        .toList(),
                metadata.getOutputsList().stream().map(output -> output.getName()).toList());
    }

    void model(SampleModel model) {
        checks.clause(
                "a model is ready",
                () ->
                        require(
                                answer(
                                                () ->
                                                        calls.blocking()
                                                                .modelReady(
                                                                        ModelReadyRequest
                                                                                .newBuilder()
                                                                                .setName(
                                                                                        model
                                                                                                .name())
                                                                                .build()))
                                        .getReady(),
                                "ready is false"));
        checks.clause(
                "an unknown model has no metadata",
                () ->
                        GrpcCalls.requireRefused(
                                () ->
                                        calls.blocking()
                                                .modelMetadata(
                                                        ModelMetadataRequest.newBuilder()
                                                                .setName(NOBODY)
                                                                .build()),
                                Code.NOT_FOUND,
                                Code.INVALID_ARGUMENT));
        checks.clause("the configuration matches the metadata", () -> config(model));
        checks.clause("statistics count a request that is answered", () -> statistics(model));
    }

    private void config(SampleModel model) {
        var config =
                answer(
                                () ->
                                        calls.blocking()
                                                .modelConfig(
                                                        ModelConfigRequest.newBuilder()
                                                                .setName(model.name())
                                                                .build()))
                        .getConfig();
        requireEqual(model.name(), config.getName(), "name");
        requireEqual(
                model.inputs().stream().map(SampleTensor::name).sorted().toList(),
                config.getInputList().stream().map(input -> input.getName()).sorted().toList(),
                "names of inputs");
    }

    private void statistics(SampleModel model) {
        long before = successes(model);
        answer(() -> calls.blocking().modelInfer(GrpcInferClauses.raw(model)));
        long after = successes(model);
        require(
                after > before,
                "successes were %d before a request and %d after it".formatted(before, after));
    }

    private long successes(SampleModel model) {
        return answer(
                        () ->
                                calls.blocking()
                                        .modelStatistics(
                                                ModelStatisticsRequest.newBuilder()
                                                        .setName(model.name())
                                                        .build()))
                .getModelStatsList()
                .stream()
                .mapToLong(one -> one.getInferenceStats().getSuccess().getCount())
                .sum();
    }
}
