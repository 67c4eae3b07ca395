package io.matih.inference.server.grpc;

import static io.matih.inference.server.Eventually.await;
import static io.matih.inference.server.grpc.GrpcClient.bytes;
import static io.matih.inference.server.grpc.GrpcClient.floats;
import static io.matih.inference.server.grpc.GrpcClient.parameter;
import static io.matih.inference.server.grpc.GrpcClient.slow;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.matih.inference.server.SlowModel;
import io.matih.inference.server.TestServer;
import io.matih.inference.server.proto.InferTensorContents;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

class StreamInferTest {
    private static final Duration DRAIN = Duration.ofSeconds(60);
    private static final String FINAL = "triton_final_response";
    private static final String COUNT = "nv_inference_count{model=\"echo\",version=\"1\"}";
    private static final String CANCELED =
            "ml_inference_errors_total{model=\"slow\",reason=\"CANCELED\",version=\"1\"}";

    @TempDir private Path data;
    private TestServer server;
    private GrpcClient client;

    @BeforeEach
    void start() {
        server = TestServer.start(data, Map.of("drain.timeout", DRAIN.toSeconds() + "s"));
        server.deploy("echo");
        server.deploy("slow");
        client = new GrpcClient(server);
    }

    @AfterEach
    void stop() {
        await("no native tensors", () -> server.metric("matih_native_tensors") == 0);
        client.close();
        server.close();
    }

    @Test
    void everyRequestIsAnswered() throws Exception {
        var answers = Answers.reading();
        var requests = client.asynchronous().modelStreamInfer(answers);
        for (int i = 0; i < 100; i++) {
            requests.onNext(floats("echo", i).setId("r" + i).build());
        }
        requests.onCompleted();
        for (int i = 0; i < 100; i++) {
            var answer = answers.next();
            assertThat(answer.getErrorMessage()).isEmpty();
            assertThat(answer.getInferResponse().getId()).isEqualTo("r" + i);
            assertThat(answer.getInferResponse().getRawOutputContents(0)).isEqualTo(bytes(i));
            assertThat(answer.getInferResponse().getParametersOrThrow(FINAL).getBoolParam())
                    .isTrue();
        }
        assertThat(answers.end()).isEqualTo(Status.OK);
    }

    @Test
    void answersComeInTheOrderOfTheRequests() throws Exception {
        long rounds = SlowModel.rounds(server, 300);
        var answers = Answers.reading();
        var requests = client.asynchronous().modelStreamInfer(answers);
        requests.onNext(slow(rounds, 7).setId("slow").build());
        requests.onNext(floats("echo", 1).setId("quick").build());
        assertThat(answers.next().getInferResponse().getId()).isEqualTo("slow");
        assertThat(answers.next().getInferResponse().getId()).isEqualTo("quick");
        requests.onCompleted();
        assertThat(answers.end()).isEqualTo(Status.OK);
    }

    @Test
    void aFailureIsAMessageAndTheStreamGoesOn() throws Exception {
        var answers = Answers.reading();
        var requests = client.asynchronous().modelStreamInfer(answers);
        requests.onNext(floats("none", 1).setId("a").build());
        requests.onNext(floats("echo", 1, 2).setId("b").setRawInputContents(0, bytes(1)).build());
        requests.onNext(floats("echo", 1).setId("c").build());
        requests.onCompleted();
        var unknown = answers.next();
        assertThat(unknown.getErrorMessage()).startsWith("no model 'none' is deployed");
        assertThat(unknown.getInferResponse().getId()).isEqualTo("a");
        var wrong = answers.next();
        assertThat(wrong.getErrorMessage())
                .isEqualTo("inputs[0]: expected 8 bytes for FP32 [1,2], got 4");
        assertThat(wrong.getInferResponse().getId()).isEqualTo("b");
        assertThat(answers.next().getInferResponse().getId()).isEqualTo("c");
        assertThat(answers.end()).isEqualTo(Status.OK);
    }

    @Test
    void aFailureEndsTheStreamOfAClientThatWantsItsStatus() throws Exception {
        var headers = new Metadata();
        headers.put(Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER), "true");
        var answers = Answers.reading();
        var requests =
                client.asynchronous()
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .modelStreamInfer(answers);
        requests.onNext(floats("echo", 1).setId("a").build());
        requests.onNext(floats("none", 1).setId("b").build());
        assertThat(answers.next().getInferResponse().getId()).isEqualTo("a");
        assertThat(answers.end().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    }

    @Test
    void theWishForALastAnswerIsUnderstood() throws Exception {
        var answers = Answers.reading();
        var requests = client.asynchronous().modelStreamInfer(answers);
        requests.onNext(
                floats("echo", 1)
                        .putParameters("triton_enable_empty_final_response", parameter(true))
                        .build());
        requests.onNext(floats("echo", 1).putParameters("triton_x", parameter(true)).build());
        requests.onCompleted();
        assertThat(answers.next().getInferResponse().getOutputsCount()).isEqualTo(1);
        assertThat(answers.next().getErrorMessage()).contains("'triton_x' is reserved");
        assertThat(answers.end()).isEqualTo(Status.OK);
    }

    @Test
    void aStreamWithoutRequestsEnds() throws Exception {
        var answers = Answers.reading();
        client.asynchronous().modelStreamInfer(answers).onCompleted();
        assertThat(answers.end()).isEqualTo(Status.OK);
    }

    /// Requests that nobody reads the answers of wait at the client.
    @Test
    void answersDoNotPileUp() throws Exception {
        var row = new float[100_000];
        var answers = Answers.holdingStill();
        var requests = client.asynchronous().modelStreamInfer(answers);
        int sent = 200;
        for (int i = 0; i < sent; i++) {
            requests.onNext(floats("echo", row).setId("r" + i).build());
        }
        requests.onCompleted();
        await("the first run", () -> server.metric(COUNT) > 0);
        await("no more than have places", this::restsAtItsPlaces);
        for (int i = 0; i < sent; i++) {
            answers.read(1);
            assertThat(answers.next().getInferResponse().getId()).isEqualTo("r" + i);
        }
        assertThat(answers.end()).isEqualTo(Status.OK);
        assertThat(server.metric(COUNT)).isEqualTo(sent);
    }

    private boolean restsAtItsPlaces() {
        double before = server.metric(COUNT);
        client.infer(slow(1, 1));
        double after = server.metric(COUNT);
        return before == after && after < 2 * StreamCall.PLACES;
    }

    @Test
    void aClientThatLeavesStopsWhatRunsAndWhatWaits() throws Exception {
        var answers = Answers.reading();
        var requests = client.asynchronous().modelStreamInfer(answers);
        requests.onNext(slow(SlowModel.ENDLESS, 1).build());
        requests.onNext(slow(SlowModel.ENDLESS, 2).build());
        await("the run", () -> SlowModel.runs(server));
        await("the other waiting", () -> SlowModel.queueDepth(server) == 1);
        answers.leave();
        await("both counted as gone", () -> server.metric(CANCELED) == 2);
        assertThat(client.infer(slow(1, 5)).getRawOutputContents(0).substring(0, 4))
                .isEqualTo(bytes(5));
    }

    @Test
    void aStreamsDeadlineStopsWhatRuns() throws Exception {
        var answers = Answers.reading();
        var requests =
                client.asynchronous()
                        .withDeadlineAfter(Duration.ofMillis(500))
                        .modelStreamInfer(answers);
        requests.onNext(slow(SlowModel.ENDLESS, 1).build());
        assertThat(answers.end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(client.infer(slow(1, 5)).getOutputsCount()).isEqualTo(1);
    }

    /// What is under way is answered; the stream does not keep the server.
    @Test
    void anOpenStreamDoesNotDelayTheDrain() throws Exception {
        var answers = Answers.reading();
        var requests = client.asynchronous().modelStreamInfer(answers);
        requests.onNext(floats("echo", 1).setId("a").build());
        assertThat(answers.next().getInferResponse().getId()).isEqualTo("a");
        requests.onNext(slow(SlowModel.rounds(server, 500), 2).setId("b").build());
        await("the run", () -> SlowModel.runs(server));
        long begun = System.nanoTime();
        server.server().close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(DRAIN.dividedBy(2));
        assertThat(answers.next().getInferResponse().getId()).isEqualTo("b");
        assertThat(answers.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        restart();
    }

    private void restart() {
        server.close();
        client.close();
        server = TestServer.start(data);
        client = new GrpcClient(server);
    }

    @Test
    void brokenMessagesAreFailuresToo() throws Exception {
        var answers = Answers.reading();
        var requests = client.asynchronous().modelStreamInfer(answers);
        requests.onNext(
                floats("echo", 1)
                        .setInputs(
                                0,
                                GrpcClient.input(
                                                "x",
                                                io.matih.inference.engine.tensor.Datatype.FP32,
                                                1,
                                                1)
                                        .setContents(
                                                InferTensorContents.newBuilder()
                                                        .addFp32Contents(1)))
                        .build());
        requests.onCompleted();
        assertThat(answers.next().getErrorMessage()).contains("raw_input_contents");
        assertThat(answers.end()).isEqualTo(Status.OK);
    }
}
