package io.matih.inference.engine.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import tools.jackson.databind.JsonNode;

import java.util.List;

/// A zoo model's requests and the answers that another implementation gave.
///
/// @param rtol relative tolerance of floating outputs
/// @param atol absolute tolerance of floating outputs
/// @param cases requests with their answers
/// @param failingCases requests that the model refuses; their outputs are empty
public record ZooSamples(double rtol, double atol, List<Case> cases, List<Case> failingCases) {
    /// One request.
    public record Case(String name, List<Tensor> inputs, List<Tensor> outputs) {}

    public static ZooSamples of(String model) {
        var json = Zoo.json("/models/%s/samples.json".formatted(model));
        return new ZooSamples(
                json.get("rtol").asDouble(),
                json.get("atol").asDouble(),
                cases(json.path("cases")),
                cases(json.path("failing_cases")));
    }

    public Case example(String name) {
        return cases.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }

    public void assertAnswers(Case expected, List<Tensor> actual) {
        assertThat(actual).hasSameSizeAs(expected.outputs());
        for (int i = 0; i < actual.size(); i++) {
            assertClose(expected.outputs().get(i), actual.get(i));
        }
    }

    public void assertClose(Tensor expected, Tensor actual) {
        var about = "output %s".formatted(expected.name());
        assertThat(actual.name()).isEqualTo(expected.name());
        assertThat(actual.datatype()).as(about).isEqualTo(expected.datatype());
        assertThat(actual.shape()).as(about).isEqualTo(expected.shape());
        var wanted = Tensors.values(expected);
        var got = Tensors.values(actual);
        assertThat(got).as(about).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.size(); i++) {
            assertThat(close(wanted.get(i), got.get(i)))
                    .as("%s[%d]: %s, wanted %s", about, i, got.get(i), wanted.get(i))
                    .isTrue();
        }
    }

    private boolean close(Object wanted, Object got) {
        return wanted.equals(got)
                || (wanted instanceof Double w
                        && got instanceof Double g
                        && Math.abs(w - g) <= atol + rtol * Math.abs(w));
    }

    private static List<Case> cases(JsonNode cases) {
        return cases.valueStream()
                .map(
                        c ->
                                new Case(
                                        c.get("case").stringValue(),
                                        tensors(c.path("inputs")),
                                        tensors(c.path("outputs"))))
                .toList();
    }

    private static List<Tensor> tensors(JsonNode tensors) {
        return tensors.valueStream().map(ZooSamples::tensor).toList();
    }

    private static Tensor tensor(JsonNode tensor) {
        var name = tensor.get("name").stringValue();
        if (tensor.has("sequence")) {
            return maps(name, tensor.get("sequence"));
        }
        return Tensors.of(
                name,
                Datatype.of(tensor.get("datatype").stringValue(), () -> name),
                Shape.of(tensor.get("shape").valueStream().mapToLong(JsonNode::asLong).toArray()),
                tensor.get("data").valueStream().map(ZooSamples::value).toList());
    }

    /// One map a row, its classes in the order in which they are written.
    private static Tensor maps(String name, JsonNode rows) {
        var values =
                rows.valueStream().flatMap(JsonNode::valueStream).map(ZooSamples::value).toList();
        return Tensors.of(name, Datatype.FP32, Shape.of(rows.size(), rows.get(0).size()), values);
    }

    private static Object value(JsonNode value) {
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        return value.isString() ? value.stringValue() : value.numberValue();
    }
}
