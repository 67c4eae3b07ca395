package io.matih.inference.server.grpc;

import static io.matih.inference.server.Eventually.await;
import static io.matih.inference.server.grpc.GrpcClient.bytes;
import static io.matih.inference.server.grpc.GrpcClient.floats;
import static io.matih.inference.server.grpc.GrpcClient.parameter;
import static io.matih.inference.server.grpc.GrpcClient.reason;
import static io.matih.inference.server.grpc.GrpcClient.refusal;
import static io.matih.inference.server.grpc.GrpcClient.slow;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.Status;
import io.matih.inference.server.SlowModel;
import io.matih.inference.server.TestServer;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;

/// Deadlines and clients that leave: what runs for them stops, what waits for them never runs.
class StoppedInferTest {
    private static final String CANCELED =
            "ml_inference_errors_total{model=\"slow\",reason=\"CANCELED\",version=\"1\"}";

    private static final String LATE = CANCELED.replace("CANCELED", "TIMEOUT");

    @TempDir private Path data;
    private TestServer server;
    private GrpcClient client;

    @BeforeEach
    void start() {
        server = TestServer.start(data);
        server.deploy("slow");
        client = new GrpcClient(server);
    }

    @AfterEach
    void theInstanceIsFree() {
        var answer = client.infer(slow(1, 5));
        assertThat(answer.getRawOutputContents(0).substring(0, 4)).isEqualTo(bytes(5));
        await("no native tensors", () -> server.metric("matih_native_tensors") == 0);
        client.close();
        server.close();
    }

    /// By whatever way the request came to the model: let in at once, or by a thread that asks for
    /// its version first.
    @ParameterizedTest
    @ValueSource(strings = {"", "best"})
    void theRunOfACallThatIsCancelledIsStopped(String version) {
        assertThat(
                        server.put(TestServer.API + "/models/slow/labels/best", "{\"version\":1}")
                                .status())
                .isLessThan(300);
        var context = Context.current().withCancellation();
        context.run(() -> send(client, version));
        await("the run", () -> SlowModel.runs(server));
        context.cancel(null);
        await("the client counted as gone", () -> server.metric(CANCELED) == 1);
    }

    private static void send(GrpcClient client, String version) {
        var _ =
                GRPCInferenceServiceGrpc.newFutureStub(client.channel())
                        .modelInfer(slow(SlowModel.ENDLESS, 1).setModelVersion(version).build());
    }

    @Test
    void theRunOfAClientThatLeavesIsStopped() {
        try (var leaving = new GrpcClient(server)) {
            send(leaving, "");
            await("the run", () -> SlowModel.runs(server));
        }
        await("the client counted as gone", () -> server.metric(CANCELED) == 1);
    }

    @Test
    void aCallsDeadlineStopsItsRun() {
        long begun = System.nanoTime();
        var refusal =
                refusal(
                        () ->
                                client.calls()
                                        .withDeadlineAfter(Duration.ofMillis(300))
                                        .modelInfer(slow(SlowModel.ENDLESS, 1).build()));
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        await("the call counted as late", () -> server.metric(LATE) == 1);
        assertThat(server.metric(CANCELED)).isZero();
    }

    @Test
    void whatIsLateWhenItComesNeverRuns() {
        for (int i = 0; i < 50; i++) {
            var late = client.calls().withDeadlineAfter(Duration.ofNanos(100_000L * i));
            try {
                late.modelInfer(slow(SlowModel.ENDLESS, 1).build());
            } catch (io.grpc.StatusRuntimeException e) {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
            }
        }
    }

    @Test
    void aRequestsTimeoutHasItsOwnAnswer() {
        var refusal =
                client.refusal(
                        slow(SlowModel.ENDLESS, 1).putParameters("timeout", parameter(200_000)));
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(reason(refusal)).isEqualTo("DEADLINE");
    }

    @Test
    void otherModelsAnswerMeanwhile() {
        server.deploy("echo");
        try (var leaving = new GrpcClient(server)) {
            send(leaving, "");
            await("the run", () -> SlowModel.runs(server));
            for (int i = 0; i < 100; i++) {
                assertThat(leaving.infer(floats("echo", i)).getRawOutputContents(0))
                        .isEqualTo(bytes(i));
            }
        }
        await("the client counted as gone", () -> server.metric(CANCELED) == 1);
    }
}
