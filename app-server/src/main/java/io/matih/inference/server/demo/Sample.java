package io.matih.inference.server.demo;

import com.fasterxml.jackson.annotation.JsonProperty;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// A model that ships with the product, as its `sample.json` describes it.
///
/// @param features the test set's columns, in the order of the input's elements
/// @param input the model's input
/// @param inputShape its axis lengths, -1 for the batch
/// @param labelOutput the output that holds the class's index; absent where it is the highest score
/// @param scoresOutput the output with one score per class
/// @param classes what the indices mean
/// @param accuracy what the model reached on the test set where it was trained
public record Sample(
        String name,
        String title,
        String about,
        String trainedWith,
        List<String> features,
        String input,
        List<Integer> inputShape,
        String datatype,
        @Nullable String labelOutput,
        @JsonProperty("scores_output") String scoresOutput,
        List<String> classes,
        double accuracy) {
    private static final String FOLDER = "samples/";
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    /// All samples, in the order in which they are shown.
    public static List<Sample> all() {
        return Arrays.stream(JSON.readValue(read(FOLDER + "index.json"), String[].class))
                .map(name -> JSON.readValue(read(FOLDER + name + "/sample.json"), Sample.class))
                .toList();
    }

    /// The ONNX file.
    public byte[] model() {
        return read(FOLDER + name + "/model.onnx");
    }

    /// Another version of the model, for a shadow to judge.
    ///
    /// @param candidate `int8` or `broken`, of `digits-mlp`
    public byte[] candidate(String candidate) {
        return read(FOLDER + name + "/candidates/" + candidate + ".onnx");
    }

    /// The held-out rows, each with its true class.
    public List<Row> testSet() {
        var lines = new String(read(FOLDER + name + "/test.csv"), StandardCharsets.UTF_8).lines();
        var rows = new ArrayList<Row>();
        lines.skip(1).map(Sample::row).forEach(rows::add);
        return rows;
    }

    private static Row row(String line) {
        var cells = line.split(",", -1);
        var values = Arrays.asList(cells).subList(0, cells.length - 1);
        return new Row(List.copyOf(values), Integer.parseInt(cells[cells.length - 1]));
    }

    private static byte[] read(String resource) {
        try (var stream = Sample.class.getResourceAsStream(resource)) {
            return Objects.requireNonNull(stream, resource).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One row of the test set.
    ///
    /// @param values numbers as the file spells them
    /// @param label index of the true class
    public record Row(List<String> values, int label) {}
}
