package io.matih.inference.server.grpc;

import static io.matih.inference.server.grpc.GrpcClient.bytes;
import static io.matih.inference.server.grpc.GrpcClient.floats;
import static io.matih.inference.server.grpc.GrpcClient.reason;
import static io.matih.inference.server.grpc.GrpcClient.refusal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;

import io.grpc.Status;
import io.matih.inference.server.TestServer;
import io.matih.inference.server.proto.LogSettingsRequest;
import io.matih.inference.server.proto.ModelConfigRequest;
import io.matih.inference.server.proto.ModelMetadataRequest;
import io.matih.inference.server.proto.ModelReadyRequest;
import io.matih.inference.server.proto.ModelRepositoryParameter;
import io.matih.inference.server.proto.ModelStatisticsRequest;
import io.matih.inference.server.proto.RepositoryIndexRequest;
import io.matih.inference.server.proto.RepositoryModelLoadRequest;
import io.matih.inference.server.proto.RepositoryModelUnloadRequest;
import io.matih.inference.server.proto.ServerLiveRequest;
import io.matih.inference.server.proto.ServerMetadataRequest;
import io.matih.inference.server.proto.ServerReadyRequest;
import io.matih.inference.server.proto.SystemSharedMemoryStatusRequest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

/// What the protocol says of the server and its models, and the model repository.
class ProtocolServiceTest {
    @TempDir private Path data;
    private TestServer server;
    private GrpcClient client;

    @BeforeEach
    void start() {
        server = TestServer.start(data);
        server.deploy("echo");
        client = new GrpcClient(server);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void theServerSaysHowItIs() {
        var calls = client.calls();
        assertThat(calls.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
        assertThat(calls.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();
        var metadata = calls.serverMetadata(ServerMetadataRequest.getDefaultInstance());
        assertThat(metadata.getName()).isEqualTo("matih");
        assertThat(metadata.getExtensionsList()).contains("statistics", "binary_tensor_data");
    }

    @Test
    void aModelSaysWhatItIs() {
        var metadata =
                client.calls()
                        .modelMetadata(ModelMetadataRequest.newBuilder().setName("echo").build());
        assertThat(metadata.getName()).isEqualTo("echo");
        assertThat(metadata.getVersionsList()).containsExactly("1");
        assertThat(metadata.getPlatform()).isEqualTo("onnxruntime_onnx");
        assertThat(metadata.getInputs(0).getDatatype()).isEqualTo("FP32");
        assertThat(metadata.getInputs(0).getShapeList()).containsExactly(-1L, -1L);
        var config =
                client.calls()
                        .modelConfig(ModelConfigRequest.newBuilder().setName("echo").build())
                        .getConfig();
        assertThat(config.getName()).isEqualTo("echo");
        assertThat(config.getInput(0).getName()).isEqualTo("x");
    }

    @Test
    void aModelSaysWhetherItIsReady() {
        var ready = ModelReadyRequest.newBuilder().setName("echo");
        assertThat(client.calls().modelReady(ready.build()).getReady()).isTrue();
        assertThat(client.calls().modelReady(ready.setVersion("1").build()).getReady()).isTrue();
        assertThat(client.calls().modelReady(ready.setVersion("2").build()).getReady()).isFalse();
        assertThat(client.calls().modelReady(ready.setName("none").build()).getReady()).isFalse();
        var unnamed =
                refusal(() -> client.calls().modelReady(ModelReadyRequest.getDefaultInstance()));
        assertThat(unnamed.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(unnamed.getStatus().getDescription())
                .isEqualTo("name: expected a model's name, got nothing");
    }

    @Test
    void requestsAreCounted() {
        client.infer(floats("echo", 1));
        client.infer(floats("echo", 1));
        var one =
                client.calls()
                        .modelStatistics(
                                ModelStatisticsRequest.newBuilder().setName("echo").build());
        assertThat(one.getModelStats(0).getInferenceCount()).isEqualTo(2);
        assertThat(one.getModelStats(0).getInferenceStats().getSuccess().getCount()).isEqualTo(2);
        var all = client.calls().modelStatistics(ModelStatisticsRequest.getDefaultInstance());
        assertThat(all.getModelStatsList()).extracting("name").containsExactly("echo");
    }

    @Test
    void modelsAreUnloadedAndLoaded() {
        var unload = RepositoryModelUnloadRequest.newBuilder().setModelName("echo");
        client.calls()
                .repositoryModelUnload(
                        unload.putParameters(
                                        "unload_dependents",
                                        ModelRepositoryParameter.newBuilder()
                                                .setBoolParam(false)
                                                .build())
                                .build());
        assertThat(client.refusal(floats("echo", 1)).getStatus().getCode())
                .isEqualTo(Status.Code.NOT_FOUND);
        assertThat(index()).containsExactly("echo/1 UNAVAILABLE");
        client.calls()
                .repositoryModelLoad(
                        RepositoryModelLoadRequest.newBuilder().setModelName("echo").build());
        assertThat(index()).containsExactly("echo/1 READY");
        assertThat(client.infer(floats("echo", 1)).getRawOutputContents(0)).isEqualTo(bytes(1));
    }

    private List<String> index() {
        return client
                .calls()
                .repositoryIndex(RepositoryIndexRequest.getDefaultInstance())
                .getModelsList()
                .stream()
                .map(m -> "%s/%s %s".formatted(m.getName(), m.getVersion(), m.getState()))
                .toList();
    }

    @Test
    void aModelsFilesMayComeWithItsLoad() {
        client.calls()
                .repositoryModelLoad(
                        RepositoryModelLoadRequest.newBuilder()
                                .setModelName("sent")
                                .putParameters("config", text("{\"max_batch_size\":4}"))
                                .putParameters("file:1/model.onnx", file("echo"))
                                .build());
        assertThat(client.infer(floats("sent", 1)).getRawOutputContents(0)).isEqualTo(bytes(1));
    }

    private static ModelRepositoryParameter text(String value) {
        return ModelRepositoryParameter.newBuilder().setStringParam(value).build();
    }

    private static ModelRepositoryParameter file(String zooName) {
        return ModelRepositoryParameter.newBuilder()
                .setBytesParam(ByteString.copyFrom(TestServer.model(zooName)))
                .build();
    }

    @Test
    void badLoadsAreRefused() {
        assertLoadRefused("colour", text("red"));
        assertLoadRefused("config", file("echo"));
        assertLoadRefused("file:1/model.onnx", text("not bytes"));
        var elsewhere = RepositoryIndexRequest.newBuilder().setRepositoryName("elsewhere").build();
        assertThat(refusal(() -> client.calls().repositoryIndex(elsewhere)).getStatus().getCode())
                .isEqualTo(Status.Code.UNIMPLEMENTED);
    }

    private void assertLoadRefused(String name, ModelRepositoryParameter value) {
        var load =
                RepositoryModelLoadRequest.newBuilder()
                        .setModelName("bad")
                        .putParameters(name, value)
                        .build();
        var refusal = refusal(() -> client.calls().repositoryModelLoad(load));
        assertThat(refusal.getStatus().getCode())
                .as(refusal.toString())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(reason(refusal)).isEqualTo("INVALID_PARAMETER");
    }

    @Test
    void whatThereIsNotIsUnimplemented() {
        var calls = client.calls();
        List<Runnable> missing =
                List.of(
                        () ->
                                calls.systemSharedMemoryStatus(
                                        SystemSharedMemoryStatusRequest.getDefaultInstance()),
                        () -> calls.logSettings(LogSettingsRequest.getDefaultInstance()));
        for (var call : missing) {
            assertThat(refusal(call).getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
        }
    }
}
