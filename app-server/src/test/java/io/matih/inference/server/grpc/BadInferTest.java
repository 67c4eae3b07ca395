package io.matih.inference.server.grpc;

import static io.matih.inference.server.grpc.GrpcClient.bytes;
import static io.matih.inference.server.grpc.GrpcClient.floats;
import static io.matih.inference.server.grpc.GrpcClient.input;
import static io.matih.inference.server.grpc.GrpcClient.parameter;
import static io.matih.inference.server.grpc.GrpcClient.reason;
import static io.matih.inference.server.grpc.GrpcClient.refusal;
import static io.matih.inference.server.grpc.GrpcClient.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.zoo.Echo;
import io.matih.inference.server.TestServer;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc;
import io.matih.inference.server.proto.InferParameter;
import io.matih.inference.server.proto.InferTensorContents;
import io.matih.inference.server.proto.ModelInferRequest;
import io.matih.inference.server.proto.ModelInferRequest.InferRequestedOutputTensor;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Requests for inference that are wrong: each gets its status and a message that names what is
/// wrong, and the next one is answered.
class BadInferTest {
    private static final int LIMIT = 1 << 20;
    private static final String INVALID =
            "ml_inference_errors_total{model=\"echo\",reason=\"INVALID\",version=\"1\"}";

    @TempDir private static Path data;
    private static TestServer server;
    private static GrpcClient client;

    @BeforeAll
    static void start() {
        server = TestServer.start(data, Map.of("limits.max_body_bytes", "1MiB"));
        List.of("echo", "expand_by_value").forEach(server::deploy);
        for (var datatype : List.of(Datatype.BYTES, Datatype.BOOL, Datatype.FP16)) {
            var uri = server.upload(Echo.model(datatype), "application/octet-stream");
            assertThat(server.deploy(datatype.name(), uri, "").status()).isEqualTo(200);
        }
        client = new GrpcClient(server);
    }

    @AfterEach
    void theServerIsWell() {
        assertThat(client.infer(floats("echo", 3)).getRawOutputContents(0)).isEqualTo(bytes(3));
        assertThat(server.metric("matih_native_tensors")).isZero();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static Arguments bad(String what, String code, ModelInferRequest.Builder request) {
        return Arguments.of(what, Status.Code.INVALID_ARGUMENT, code, request);
    }

    private static ModelInferRequest.Builder bytesOf(int... values) {
        var data = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            data[i] = (byte) values[i];
        }
        return request("BYTES")
                .addInputs(input("x", Datatype.BYTES, 1, 1))
                .addRawInputContents(ByteString.copyFrom(data));
    }

    private static ModelInferRequest.Builder typed(
            Datatype datatype, InferTensorContents.Builder contents) {
        return request("echo").addInputs(input("x", datatype, 1, 2).setContents(contents));
    }

    private static InferTensorContents.Builder contents() {
        return InferTensorContents.newBuilder();
    }

    static Stream<Arguments> badRequests() {
        return Stream.of(
                        envelopes(),
                        tensors(),
                        typedContents(),
                        parameters(),
                        outputs(),
                        unknownFields())
                .flatMap(rows -> rows);
    }

    private static Stream<Arguments> envelopes() {
        return Stream.of(
                bad("no model", "MALFORMED_REQUEST", request("")),
                Arguments.of(
                        "unknown model", Status.Code.NOT_FOUND, "MODEL_NOT_FOUND", floats("no", 1)),
                Arguments.of(
                        "unknown version",
                        Status.Code.NOT_FOUND,
                        "MODEL_NOT_FOUND",
                        floats("echo", 1).setModelVersion("2")),
                Arguments.of(
                        "no version",
                        Status.Code.NOT_FOUND,
                        "MODEL_NOT_FOUND",
                        floats("echo", 1).setModelVersion("-1")),
                bad("long id", "MALFORMED_REQUEST", floats("echo", 1).setId("i".repeat(257))),
                bad("no inputs", "MISSING_INPUT", request("echo")),
                bad("too few raw", "MALFORMED_REQUEST", twice(floats("echo", 1), 1)),
                bad(
                        "too many raw",
                        "MALFORMED_REQUEST",
                        floats("echo", 1).addRawInputContents(bytes(1))),
                bad("twice", "DUPLICATE_INPUT", twice(floats("echo", 1), 2)),
                bad("many inputs", "MALFORMED_REQUEST", twice(floats("echo", 1), 300)),
                bad(
                        "both forms",
                        "MALFORMED_REQUEST",
                        request("echo")
                                .addInputs(
                                        input("x", Datatype.FP32, 1, 1)
                                                .setContents(contents().addFp32Contents(1)))
                                .addRawInputContents(bytes(1))));
    }

    /// So many inputs, the raw contents of all but the last if they are two.
    private static ModelInferRequest.Builder twice(ModelInferRequest.Builder one, int inputs) {
        var request = one.clone();
        int raw = inputs == 1 ? 1 : inputs;
        for (int i = 1; i < Math.max(2, inputs); i++) {
            request.addInputs(one.getInputs(0));
        }
        for (int i = 1; i < raw; i++) {
            request.addRawInputContents(one.getRawInputContents(0));
        }
        return request;
    }

    private static Stream<Arguments> tensors() {
        return Stream.of(
                bad("short", "BINARY_SIZE", floats("echo", 1, 2).setRawInputContents(0, bytes(1))),
                bad("long", "BINARY_SIZE", floats("echo", 1).setRawInputContents(0, bytes(1, 2))),
                bad(
                        "unknown datatype",
                        "INVALID_DTYPE",
                        changed(floats("echo", 1), i -> i.setDatatype("FLOAT"))),
                bad(
                        "another datatype",
                        "INVALID_DTYPE",
                        changed(floats("echo", 1), i -> i.setDatatype("INT32"))),
                bad(
                        "negative axis",
                        "INVALID_SHAPE",
                        changed(floats("echo", 1), i -> i.setShape(1, -1))),
                bad(
                        "overflowing shape",
                        "INVALID_SHAPE",
                        changed(
                                floats("echo", 1),
                                i -> i.setShape(0, 1L << 32).setShape(1, 1L << 32))),
                bad("rank", "INVALID_SHAPE", changed(floats("echo", 1), i -> i.addShape(1))),
                bad(
                        "empty batch",
                        "EMPTY_BATCH",
                        changed(floats("echo", 1), i -> i.setShape(0, 0))
                                .setRawInputContents(0, ByteString.EMPTY)),
                bad("unnamed", "MALFORMED_REQUEST", changed(floats("echo", 1), i -> i.setName(""))),
                bad(
                        "unknown input",
                        "UNKNOWN_INPUT",
                        changed(floats("echo", 1), i -> i.setName("z"))),
                bad("length beyond", "BINARY_SIZE", bytesOf(5, 0, 0, 0, 'a')),
                bad("negative length", "BINARY_SIZE", bytesOf(0xFF, 0xFF, 0xFF, 0xFF)),
                bad("half a length", "BINARY_SIZE", bytesOf(1, 0)),
                bad("bytes left", "BINARY_SIZE", bytesOf(1, 0, 0, 0, 'a', 'b')),
                bad("no text", "INVALID_DTYPE", bytesOf(1, 0, 0, 0, 0xC0)),
                bad(
                        "bool of 2",
                        "OUT_OF_RANGE",
                        request("BOOL")
                                .addInputs(input("x", Datatype.BOOL, 1, 1))
                                .addRawInputContents(ByteString.copyFrom(new byte[] {2}))),
                bad(
                        "odd half",
                        "BINARY_SIZE",
                        request("FP16")
                                .addInputs(input("x", Datatype.FP16, 1, 1))
                                .addRawInputContents(ByteString.copyFrom(new byte[] {1, 2, 3}))));
    }

    private static ModelInferRequest.Builder changed(
            ModelInferRequest.Builder request,
            java.util.function.Consumer<ModelInferRequest.InferInputTensor.Builder> change) {
        change.accept(request.getInputsBuilder(0));
        return request;
    }

    private static Stream<Arguments> typedContents() {
        return Stream.of(
                bad(
                        "too few",
                        "INVALID_SHAPE",
                        typed(Datatype.FP32, contents().addFp32Contents(1))),
                bad("none", "INVALID_SHAPE", typed(Datatype.FP32, contents())),
                bad(
                        "another field",
                        "MALFORMED_REQUEST",
                        typed(Datatype.FP32, contents().addFp64Contents(1).addFp64Contents(2))),
                bad(
                        "two fields",
                        "MALFORMED_REQUEST",
                        typed(
                                Datatype.FP32,
                                contents()
                                        .addFp32Contents(1)
                                        .addFp32Contents(2)
                                        .addInt64Contents(1))),
                bad(
                        "a half has none",
                        "INVALID_DTYPE",
                        typed(Datatype.FP16, contents().addFp32Contents(1).addFp32Contents(2))),
                bad(
                        "beyond UINT8",
                        "OUT_OF_RANGE",
                        typed(Datatype.UINT8, contents().addUintContents(256).addUintContents(0))),
                bad(
                        "beyond INT8",
                        "OUT_OF_RANGE",
                        typed(Datatype.INT8, contents().addIntContents(-129).addIntContents(0))),
                bad(
                        "beyond INT16",
                        "OUT_OF_RANGE",
                        typed(Datatype.INT16, contents().addIntContents(32768).addIntContents(0))));
    }

    private static Arguments badParameter(String what, String code, String name, InferParameter p) {
        return bad(what, code, floats("echo", 1).putParameters(name, p));
    }

    private static Stream<Arguments> parameters() {
        var none = InferParameter.getDefaultInstance();
        var huge = InferParameter.newBuilder().setUint64Param(-1).build();
        var many = floats("echo", 1);
        for (int i = 0; i < 10_000; i++) {
            many.putParameters("p" + i, parameter(1));
        }
        return Stream.of(
                badParameter("sequence", "RESERVED_PARAMETER", "sequence_id", parameter(1)),
                badParameter("triton_", "RESERVED_PARAMETER", "triton_x", parameter(1)),
                badParameter("headers", "RESERVED_PARAMETER", "headers", parameter("a")),
                badParameter("text timeout", "INVALID_PARAMETER", "timeout", parameter("1")),
                badParameter("negative timeout", "INVALID_PARAMETER", "timeout", parameter(-1)),
                badParameter(
                        "endless timeout",
                        "INVALID_PARAMETER",
                        "timeout",
                        parameter(1_000_000_000_000_000_000L)),
                badParameter("huge priority", "INVALID_PARAMETER", "priority", huge),
                badParameter("no value", "INVALID_PARAMETER", "priority", none),
                badParameter("cache", "INVALID_PARAMETER", "cache", parameter("maybe")),
                bad("10,000 parameters", "JSON_LIMIT", many),
                bad(
                        "shared memory",
                        "RESERVED_PARAMETER",
                        changed(
                                floats("echo", 1),
                                i ->
                                        i.putParameters(
                                                "shared_memory_region", parameter("region")))));
    }

    private static Stream<Arguments> outputs() {
        return Stream.of(
                bad("unknown output", "UNKNOWN_OUTPUT", floats("echo", 1).addOutputs(output("z"))),
                bad(
                        "output twice",
                        "DUPLICATE_OUTPUT",
                        floats("echo", 1).addOutputs(output("y")).addOutputs(output("y"))),
                bad(
                        "unnamed output",
                        "MALFORMED_REQUEST",
                        floats("echo", 1).addOutputs(output(""))),
                bad(
                        "huge classification",
                        "INVALID_PARAMETER",
                        floats("echo", 1)
                                .addOutputs(
                                        output("y")
                                                .putParameters(
                                                        "classification", parameter(1 << 30)))));
    }

    private static InferRequestedOutputTensor.Builder output(String name) {
        return InferRequestedOutputTensor.newBuilder().setName(name);
    }

    private static Stream<Arguments> unknownFields() {
        var field =
                UnknownFieldSet.newBuilder()
                        .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build();
        return Stream.of(
                bad(
                        "unknown field",
                        "MALFORMED_REQUEST",
                        floats("echo", 1).setUnknownFields(field)),
                bad(
                        "unknown field of an input",
                        "MALFORMED_REQUEST",
                        changed(floats("echo", 1), i -> i.setUnknownFields(field))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void badRequests(
            String what, Status.Code status, String code, ModelInferRequest.Builder request) {
        var refusal = client.refusal(request);
        assertThat(refusal.getStatus().getCode()).as(refusal.toString()).isEqualTo(status);
        assertThat(reason(refusal)).as(refusal.toString()).isEqualTo(code);
        assertThat(refusal.getStatus().getDescription()).isNotBlank().doesNotContain("Exception");
    }

    @Test
    void whatIsWrongIsNamed() {
        var refusal = client.refusal(floats("echo", 1, 2).setRawInputContents(0, bytes(1)));
        assertThat(refusal.getStatus().getDescription())
                .isEqualTo("inputs[0]: expected 8 bytes for FP32 [1,2], got 4");
    }

    @Test
    void itIsCountedForItsModel() {
        double before = server.metric(INVALID);
        client.refusal(floats("echo", 1).setRawInputContents(0, ByteString.EMPTY));
        assertThat(server.metric(INVALID)).isEqualTo(before + 1);
    }

    @Test
    void aMessageBeyondTheLimitIsRefused() {
        var refusal = client.refusal(floats("echo", new float[LIMIT / 4]));
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void aMessageThatInflatesBeyondTheLimitIsRefused() {
        var bomb = floats("echo", new float[LIMIT / 4]).build();
        var refusal = refusal(() -> client.calls().withCompression("gzip").modelInfer(bomb));
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void anAnswerBeyondTheLimitIsRefused() {
        var request =
                request("expand_by_value")
                        .addInputs(
                                input("n", Datatype.INT64, 1)
                                        .setContents(contents().addInt64Contents(LIMIT)));
        var refusal = client.refusal(request);
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(reason(refusal)).isEqualTo("OUTPUT_TOO_LARGE");
    }

    @Test
    void whatIsNoMessageIsRefused() {
        for (var bytes : List.of(new byte[] {1, 2, 3}, new byte[] {0x0A, 100, 'e'})) {
            assertMalformed(refusal(() -> send(bytes)));
        }
    }

    @Test
    void textThatIsNoUtf8IsRefused() {
        assertMalformed(refusal(() -> send(new byte[] {0x0A, 1, (byte) 0xC0})));
    }

    @Test
    void nestingHasALimit() {
        var deep = new byte[20_000];
        Arrays.fill(deep, (byte) 0x2B); // groups inside groups
        assertMalformed(refusal(() -> send(deep)));
    }

    private static void assertMalformed(StatusRuntimeException refusal) {
        assertThat(refusal.getStatus().getCode())
                .as(refusal.toString())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(reason(refusal)).isEqualTo("MALFORMED_REQUEST");
    }

    private static void send(byte[] message) {
        var method =
                GRPCInferenceServiceGrpc.getModelInferMethod().toBuilder(new Bytes(), new Bytes())
                        .build();
        ClientCalls.blockingUnaryCall(client.channel(), method, CallOptions.DEFAULT, message);
    }

    /// Messages as they are.
    static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] bytes) {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
