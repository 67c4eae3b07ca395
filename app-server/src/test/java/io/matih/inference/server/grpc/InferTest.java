package io.matih.inference.server.grpc;

import static io.matih.inference.server.grpc.GrpcClient.bytes;
import static io.matih.inference.server.grpc.GrpcClient.floats;
import static io.matih.inference.server.grpc.GrpcClient.input;
import static io.matih.inference.server.grpc.GrpcClient.parameter;
import static io.matih.inference.server.grpc.GrpcClient.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;

import io.grpc.ClientInterceptors;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.zoo.Echo;
import io.matih.inference.engine.zoo.Tensors;
import io.matih.inference.server.TestServer;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc;
import io.matih.inference.server.proto.InferParameter;
import io.matih.inference.server.proto.InferTensorContents;
import io.matih.inference.server.proto.ModelInferRequest.InferRequestedOutputTensor;
import io.matih.inference.server.proto.ModelInferResponse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;

/// Requests for inference that are right, over a real channel to real models.
class InferTest {
    private static final String SUCCEEDED =
            "nv_inference_request_success{model=\"echo\",version=\"1\"}";

    @TempDir private static Path data;
    private static TestServer server;
    private static GrpcClient client;

    @BeforeAll
    static void start() {
        server = TestServer.start(data);
        List.of("echo", "add_sub", "iris").forEach(server::deploy);
        for (var datatype : Datatype.values()) {
            var uri = server.upload(Echo.model(datatype), "application/octet-stream");
            assertThat(server.deploy(datatype.name(), uri, "").status()).isEqualTo(200);
        }
        client = new GrpcClient(server);
    }

    @AfterAll
    static void stop() {
        client.close();
        assertThat(server.metric("matih_native_tensors")).isZero();
        server.close();
    }

    @Test
    void anAnswerSaysWhoGaveIt() {
        var answer = client.infer(floats("echo", 1, 2.5f));
        assertThat(answer.getModelName()).isEqualTo("echo");
        assertThat(answer.getModelVersion()).isEqualTo("1");
        assertThat(answer.getId()).isEmpty();
        assertThat(answer.getParametersMap()).isEmpty();
        assertThat(answer.getOutputsCount()).isEqualTo(1);
        assertThat(answer.getOutputs(0).getName()).isEqualTo("y");
        assertThat(answer.getOutputs(0).getDatatype()).isEqualTo("FP32");
        assertThat(answer.getOutputs(0).getShapeList()).containsExactly(1L, 2L);
        assertThat(answer.getRawOutputContentsList()).containsExactly(bytes(1, 2.5f));
    }

    @Test
    void theIdComesBack() {
        assertThat(client.infer(floats("echo", 1).setId("r-7")).getId()).isEqualTo("r-7");
    }

    @Test
    void aVersionMayBeNamed() {
        for (var version : List.of("1", "stable")) {
            var answer = client.infer(floats("echo", 1).setModelVersion(version));
            assertThat(answer.getModelVersion()).isEqualTo("1");
        }
    }

    @Test
    void itIsCountedAsOverRest() {
        double before = server.metric(SUCCEEDED);
        client.infer(floats("echo", 1));
        assertThat(server.metric(SUCCEEDED)).isEqualTo(before + 1);
    }

    private static List<Object> values(Datatype datatype) {
        return switch (datatype) {
            case BOOL -> List.of(true, false, true);
            case UINT8 -> List.of(0, 255, 7);
            case UINT16 -> List.of(0, 65535, 7);
            case UINT32 -> List.of(0, 4294967295L, 7);
            case UINT64 -> List.of(0, new java.math.BigInteger("18446744073709551615"), 7);
            case INT8 -> List.of(-128, 127, 7);
            case INT16 -> List.of(-32768, 32767, 7);
            case INT32 -> List.of(Integer.MIN_VALUE, Integer.MAX_VALUE, 7);
            case INT64 -> List.of(Long.MIN_VALUE, Long.MAX_VALUE, 7);
            case FP16, BF16, FP32, FP64 -> List.of(1.5, -0.0, Double.NEGATIVE_INFINITY);
            case BYTES -> List.of("", "ü 漢 😀", "plain");
        };
    }

    private static ByteString raw(Datatype datatype) {
        var values = values(datatype);
        var tensor =
                datatype == Datatype.BYTES
                        ? Tensors.strings("x", Shape.of(1, 3), "", "ü 漢 😀", "plain")
                        : Tensors.of("x", datatype, Shape.of(1, 3), values);
        return ByteString.copyFrom(tensor.data().toArray(ValueLayout.JAVA_BYTE));
    }

    @ParameterizedTest
    @EnumSource
    void everyDatatypeComesBackAsItWasSent(Datatype datatype) {
        var answer =
                client.infer(
                        request(datatype.name())
                                .addInputs(input("x", datatype, 1, 3))
                                .addRawInputContents(raw(datatype)));
        assertThat(answer.getOutputs(0).getDatatype()).isEqualTo(datatype.name());
        assertThat(answer.getRawOutputContentsList()).containsExactly(raw(datatype));
    }

    private static InferTensorContents typed(Datatype datatype) {
        var contents = InferTensorContents.newBuilder();
        for (var value : values(datatype)) {
            switch (datatype) {
                case BOOL -> contents.addBoolContents((Boolean) value);
                case INT8, INT16, INT32 -> contents.addIntContents(((Number) value).intValue());
                case INT64 -> contents.addInt64Contents(((Number) value).longValue());
                case UINT8, UINT16, UINT32 -> contents.addUintContents(((Number) value).intValue());
                case UINT64 -> contents.addUint64Contents(((Number) value).longValue());
                case FP32 -> contents.addFp32Contents(((Number) value).floatValue());
                case FP64 -> contents.addFp64Contents(((Number) value).doubleValue());
                case BYTES -> contents.addBytesContents(ByteString.copyFromUtf8((String) value));
                case FP16, BF16 -> throw new IllegalArgumentException(datatype.name());
            }
        }
        return contents.build();
    }

    @ParameterizedTest
    @EnumSource(
            names = {"FP16", "BF16"},
            mode = EnumSource.Mode.EXCLUDE)
    void typedElementsAreTheSameAsRawOnes(Datatype datatype) {
        var answer =
                client.infer(
                        request(datatype.name())
                                .addInputs(
                                        input("x", datatype, 1, 3).setContents(typed(datatype))));
        assertThat(answer.getRawOutputContentsList()).containsExactly(raw(datatype));
    }

    @Test
    void outputsComeInTheOrderAskedFor() {
        var sixteen = new float[16];
        var request =
                request("add_sub")
                        .addInputs(input("INPUT1", Datatype.INT32, 1, 16))
                        .addRawInputContents(bytes(sixteen))
                        .addInputs(input("INPUT0", Datatype.INT32, 1, 16))
                        .addRawInputContents(bytes(sixteen));
        var both = request.clone().addOutputs(output("OUTPUT1")).addOutputs(output("OUTPUT0"));
        assertThat(names(client.infer(both))).containsExactly("OUTPUT1", "OUTPUT0");
        var one = request.clone().addOutputs(output("OUTPUT1"));
        assertThat(names(client.infer(one))).containsExactly("OUTPUT1");
        assertThat(names(client.infer(request))).containsExactly("OUTPUT0", "OUTPUT1");
    }

    private static InferRequestedOutputTensor.Builder output(String name) {
        return InferRequestedOutputTensor.newBuilder().setName(name);
    }

    private static List<String> names(ModelInferResponse answer) {
        return answer.getOutputsList().stream()
                .map(ModelInferResponse.InferOutputTensor::getName)
                .toList();
    }

    @Test
    void classificationAnswersTheBestClasses() {
        var answer =
                client.infer(
                        request("iris")
                                .addInputs(input("X", Datatype.FP32, 1, 4))
                                .addRawInputContents(bytes(5.1f, 3.5f, 1.4f, 0.2f))
                                .addOutputs(
                                        output("probabilities")
                                                .putParameters("classification", parameter(2))));
        assertThat(answer.getOutputs(0).getDatatype()).isEqualTo("BYTES");
        assertThat(answer.getOutputs(0).getShapeList()).containsExactly(1L, 2L);
        var text = answer.getRawOutputContents(0).toString(StandardCharsets.ISO_8859_1);
        assertThat(text.substring(4)).matches("(?s)0\\.9\\d+:0.*:1");
    }

    @Test
    void parametersAreTyped() {
        var unsigned = InferParameter.newBuilder().setUint64Param(2).build();
        var answer =
                client.infer(
                        floats("echo", 1)
                                .putParameters("priority", unsigned)
                                .putParameters("timeout", parameter(30_000_000))
                                .putParameters("cache", parameter("bypass"))
                                .putParameters("binary_data_output", parameter(true))
                                .putParameters(
                                        "triton_enable_empty_final_response", parameter(true))
                                .putParameters("of_the_model", parameter("passed over")));
        assertThat(answer.getRawOutputContentsList()).containsExactly(bytes(1));
    }

    @Test
    void largeTensorsComeBackWhole() {
        var values = new float[5_000_000];
        var random = new Random(7);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        var sent = floats("echo", values);
        assertThat(client.infer(sent).getRawOutputContents(0))
                .isEqualTo(sent.getRawInputContents(0));
    }

    @Test
    void requestsMayBeCompressed() {
        var zeros = floats("echo", new float[100_000]);
        var gzip = client.calls().withCompression("gzip").modelInfer(zeros.build());
        assertThat(gzip.getRawOutputContents(0)).isEqualTo(zeros.getRawInputContents(0));
        var channel =
                NettyChannelBuilder.forTarget(server.server().grpcAddress())
                        .usePlaintext()
                        .compressorRegistry(deflating())
                        .build();
        try {
            var deflate =
                    GRPCInferenceServiceGrpc.newBlockingStub(ClientInterceptors.intercept(channel))
                            .withCompression("deflate")
                            .modelInfer(zeros.build());
            assertThat(deflate.getRawOutputContents(0)).isEqualTo(zeros.getRawInputContents(0));
        } finally {
            channel.shutdownNow();
        }
    }

    private static CompressorRegistry deflating() {
        var registry = CompressorRegistry.newEmptyInstance();
        registry.register(Codec.Identity.NONE);
        registry.register(
                new io.grpc.Compressor() {
                    @Override
                    public String getMessageEncoding() {
                        return "deflate";
                    }

                    @Override
                    public OutputStream compress(OutputStream target) {
                        return new DeflaterOutputStream(target);
                    }
                });
        return registry;
    }
}
