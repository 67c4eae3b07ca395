package io.matih.inference.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.matih.inference.server.security.BindRefusedException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

class GrpcServerTest {
    private static final HealthCheckRequest WHOLE = HealthCheckRequest.getDefaultInstance();

    private GrpcServer server;
    private ManagedChannel channel;

    @BeforeEach
    void start() {
        server = GrpcServer.start(settings("127.0.0.1"), List.of());
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    }

    private static GrpcSettings settings(String host) {
        var usual = GrpcSettings.defaults();
        return new GrpcSettings(
                host,
                0,
                usual.messageBytes(),
                usual.metadataBytes(),
                usual.streamsPerConnection(),
                usual.keepAlive());
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.stop(Duration.ofSeconds(1));
    }

    @Test
    void healthFollowsTheServer() {
        var health = HealthGrpc.newBlockingStub(channel);
        assertThat(health.check(WHOLE).getStatus()).isEqualTo(ServingStatus.SERVING);
        server.health(false);
        assertThat(health.check(WHOLE).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
        server.health(true);
        assertThat(health.check(WHOLE).getStatus()).isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void aWatcherHearsOfTheDrain() throws InterruptedException {
        var heard = new LinkedBlockingQueue<ServingStatus>();
        HealthGrpc.newStub(channel).watch(WHOLE, new Watcher(heard));
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.SERVING);
        server.stop(Duration.ofMillis(100));
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.NOT_SERVING);
    }

    @Test
    void metadataHasALimit() {
        var headers = new Metadata();
        headers.put(Metadata.Key.of("big", Metadata.ASCII_STRING_MARSHALLER), "a".repeat(100_000));
        var health =
                HealthGrpc.newBlockingStub(channel)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        assertThatThrownBy(() -> health.check(WHOLE))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused ->
                                assertThat(refused.getStatus().getCode())
                                        .isIn(
                                                Status.Code.RESOURCE_EXHAUSTED,
                                                Status.Code.INTERNAL));
        assertThat(HealthGrpc.newBlockingStub(channel).check(WHOLE).getStatus())
                .isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void othersMayNotReachIt() {
        assertThatThrownBy(() -> GrpcServer.start(settings("0.0.0.0"), List.of()))
                .isInstanceOf(BindRefusedException.class);
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
}
