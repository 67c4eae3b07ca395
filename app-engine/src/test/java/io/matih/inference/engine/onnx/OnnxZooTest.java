package io.matih.inference.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.Finding;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

class OnnxZooTest {
    private static final Map<String, Datatype> DATATYPES =
            Map.of(
                    "tensor(float)", Datatype.FP32,
                    "tensor(double)", Datatype.FP64,
                    "tensor(float16)", Datatype.FP16,
                    "tensor(int64)", Datatype.INT64,
                    "tensor(int32)", Datatype.INT32,
                    "tensor(int8)", Datatype.INT8,
                    "tensor(uint8)", Datatype.UINT8,
                    "tensor(bool)", Datatype.BOOL,
                    "tensor(string)", Datatype.BYTES);

    private final OnnxInspector inspector = new OnnxInspector(OnnxLimits.DEFAULT);

    @TestFactory
    Stream<DynamicTest> readsWhatEveryModelDeclares() {
        var models = new JsonMapper().readTree(resource("index.json")).get("models");
        assertThat(models).isNotEmpty();
        return models.valueStream()
                .map(
                        model ->
                                DynamicTest.dynamicTest(
                                        model.get("name").stringValue(),
                                        () -> readsWhatTheIndexSays(model)));
    }

    private void readsWhatTheIndexSays(JsonNode model) {
        var metadata = inspector.inspect(resource(model.get("file").stringValue()));
        assertThat(metadata.inputs()).isEqualTo(specs(model.get("inputs")));
        assertThat(metadata.outputs()).isEqualTo(specs(model.get("outputs")));
        assertThat(metadata.irVersion()).isEqualTo(model.get("ir").longValue());
        model.get("opsets")
                .propertyStream()
                .forEach(
                        opset ->
                                assertThat(metadata.opsets())
                                        .containsEntry(
                                                opset.getKey(), opset.getValue().longValue()));
        assertThat(metadata.nodes()).isPositive();
        assertThat(metadata.customDomains()).isEmpty();
        assertThat(metadata.externalData()).isEmpty();
    }

    @Test
    void servesScoreMapsAsAMatrixWithTheClassesInOrder() {
        var metadata = zoo("iris_zipmap");
        assertThat(metadata.classLabels())
                .isEqualTo(Map.of("output_probability", List.of("0", "1", "2")));
        assertThat(metadata.findings())
                .extracting(Finding::code)
                .containsExactly("NON_TENSOR_OUTPUT");
        assertThat(metadata.batchable()).isTrue();
    }

    @Test
    void countsWeightsWhereverTheyAre() {
        var mlp = zoo("digits_mlp");
        assertThat(mlp.weightBytes()).isEqualTo(mlp.parameters() * Float.BYTES);
        assertThat(mlp.parameters()).isGreaterThan(6_000);
        assertThat(zoo("diabetes_gbr").parameters()).isGreaterThan(1_000);
        assertThat(zoo("echo").parameters()).isZero();
    }

    @Test
    void namesInputsThatSetSizes() {
        assertThat(zoo("expand_by_value").sizingInputs()).containsExactly("n");
        assertThat(zoo("tokens").sizingInputs()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "empty.onnx, MODEL_INVALID, empty",
        "text.onnx, MODEL_INVALID, text file",
        "truncated.onnx, MODEL_INVALID, cut short",
        "future_opset.onnx, UNSUPPORTED_OPERATOR, ai.onnx",
        "external_data_escapes.onnx, EXTERNAL_DATA_FORBIDDEN, own folder",
        "missing_external_data.onnx, MODEL_INVALID, missing beside the model",
    })
    void refusesBrokenModels(String file, ErrorCode code, String words) {
        var refusal =
                catchThrowableOfType(
                        ServingException.class,
                        () -> inspector.inspect(resource("broken/" + file)));
        assertThat(refusal).hasMessageContaining(words);
        assertThat(refusal.code()).isEqualTo(code);
    }

    @Test
    void leavesToTheRuntimeWhatOnlyARunShows() {
        assertThat(inspector.inspect(resource("broken/fails_at_run.onnx")).nodes()).isPositive();
    }

    @Test
    void metadataSurvivesJson() {
        var json = new JsonMapper();
        var metadata = zoo("iris_zipmap");
        assertThat(json.readValue(json.writeValueAsString(metadata), ModelMetadata.class))
                .isEqualTo(metadata);
        assertThat(json.readValue(json.writeValueAsString(Shape.UNKNOWN), Shape.class))
                .isEqualTo(Shape.UNKNOWN);
    }

    private ModelMetadata zoo(String name) {
        return inspector.inspect(resource(name + "/model.onnx"));
    }

    private static List<TensorSpec> specs(JsonNode values) {
        return values.valueStream()
                .map(
                        value -> {
                            var name = value.get("name").stringValue();
                            var type = value.get("type").stringValue();
                            return type.startsWith("seq")
                                    ? new TensorSpec(name, Datatype.FP32, Shape.of(-1, 3))
                                    : new TensorSpec(
                                            name,
                                            Objects.requireNonNull(DATATYPES.get(type)),
                                            shape(value.get("shape")));
                        })
                .toList();
    }

    private static Shape shape(JsonNode axes) {
        return Shape.of(
                axes.valueStream()
                        .mapToLong(axis -> axis.isNumber() ? axis.longValue() : Shape.ANY)
                        .toArray());
    }

    private static Path resource(String name) {
        try {
            return Path.of(
                    Objects.requireNonNull(OnnxZooTest.class.getResource("/models/" + name))
                            .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
