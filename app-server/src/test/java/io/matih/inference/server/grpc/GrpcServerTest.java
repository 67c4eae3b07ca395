package io.matih.inference.server.grpc;

import static io.matih.inference.server.grpc.GrpcClient.floats;
import static io.matih.inference.server.grpc.GrpcClient.refusal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.matih.inference.server.TestServer;
import io.matih.inference.server.security.BindRefusedException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The listener: its limits, health, reflection and drain.
class GrpcServerTest {
    private static final Duration DRAIN = Duration.ofSeconds(60);

    @TempDir private Path data;
    private TestServer server;
    private GrpcClient client;

    @BeforeEach
    void start() {
        server = TestServer.start(data, Map.of("drain.timeout", DRAIN.toSeconds() + "s"));
        server.deploy("echo");
        client = new GrpcClient(server);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private ServingStatus health(String service) {
        return HealthGrpc.newBlockingStub(client.channel()).check(of(service)).getStatus();
    }

    private static HealthCheckRequest of(String service) {
        return HealthCheckRequest.newBuilder().setService(service).build();
    }

    @Test
    void theServerAndEachModelHaveTheirHealth() {
        assertThat(health("")).isEqualTo(ServingStatus.SERVING);
        assertThat(health("inference.GRPCInferenceService")).isEqualTo(ServingStatus.SERVING);
        assertThat(health("echo")).isEqualTo(ServingStatus.SERVING);
        assertThat(refusal(() -> health("none")).getStatus().getCode())
                .isEqualTo(Status.Code.NOT_FOUND);
    }

    @Test
    void aWatcherHearsOfItsModel() throws InterruptedException {
        var heard = new LinkedBlockingQueue<ServingStatus>();
        HealthGrpc.newStub(client.channel()).watch(of("echo"), new Watcher(heard));
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.SERVING);
        server.undeploy("echo");
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.SERVICE_UNKNOWN);
        server.deploy("echo");
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void aWatcherHearsOfTheDrainAndDoesNotDelayIt() throws InterruptedException {
        var heard = new LinkedBlockingQueue<ServingStatus>();
        HealthGrpc.newStub(client.channel()).watch(of(""), new Watcher(heard));
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.SERVING);
        long begun = System.nanoTime();
        server.server().close();
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(DRAIN.dividedBy(2));
    }

    @Test
    void reflectionTellsWhatIsServed() throws InterruptedException {
        var heard = new LinkedBlockingQueue<ServerReflectionResponse>();
        var questions =
                ServerReflectionGrpc.newStub(client.channel())
                        .serverReflectionInfo(new Listener<>(heard));
        questions.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        questions.onNext(
                ServerReflectionRequest.newBuilder()
                        .setFileContainingSymbol("inference.GRPCInferenceService.ModelInfer")
                        .build());
        assertThat(heard.poll(10, TimeUnit.SECONDS).getListServicesResponse().getServiceList())
                .extracting("name")
                .contains("inference.GRPCInferenceService", "grpc.health.v1.Health");
        assertThat(
                        heard.poll(10, TimeUnit.SECONDS)
                                .getFileDescriptorResponse()
                                .getFileDescriptorProtoCount())
                .isPositive();
        questions.onCompleted();
    }

    @Test
    void metadataHasALimit() {
        var headers = new Metadata();
        headers.put(Metadata.Key.of("big", Metadata.ASCII_STRING_MARSHALLER), "a".repeat(9_000));
        var calls =
                client.calls().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        assertThat(refusal(() -> calls.modelInfer(floats("echo", 1).build())).getStatus().getCode())
                .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.INTERNAL);
        assertThat(client.infer(floats("echo", 1)).getOutputsCount()).isEqualTo(1);
    }

    @Test
    void othersMayNotReachIt() {
        var usual = GrpcSettings.defaults();
        var open =
                new GrpcSettings(
                        "0.0.0.0",
                        0,
                        usual.messageBytes(),
                        usual.metadataBytes(),
                        usual.streamsPerConnection(),
                        usual.connections(),
                        usual.keepAlive());
        assertThatThrownBy(open::address).isInstanceOf(BindRefusedException.class);
    }

    private record Watcher(LinkedBlockingQueue<ServingStatus> heard)
            implements StreamObserver<HealthCheckResponse> {
        @Override
        public void onNext(HealthCheckResponse response) {
            heard.add(response.getStatus());
        }

        @Override
        public void onError(Throwable failure) {
            // The channel ends with the server.
        }

        @Override
        public void onCompleted() {
            // Likewise.
        }
    }

    private record Listener<A>(LinkedBlockingQueue<A> heard) implements StreamObserver<A> {
        @Override
        public void onNext(A response) {
            heard.add(response);
        }

        @Override
        public void onError(Throwable failure) {
            // The question after it gets no answer, which the test notices.
        }

        @Override
        public void onCompleted() {
            // Likewise.
        }
    }
}
