package io.matih.inference.server.demo;

import io.matih.inference.server.client.Answer;
import io.matih.inference.server.client.ServingClient;
import io.matih.inference.server.demo.Sample.Row;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// Deploys one sample and scores its test set, by the REST calls that any client makes.
public final class SampleRun {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Accuracies are stated with six digits.
    private static final double TOLERANCE = 1e-6;

    private final ServingClient client;
    private final Sample sample;

    public SampleRun(ServingClient client, Sample sample) {
        this.client = client;
        this.sample = sample;
    }

    /// Uploads and deploys the model; does nothing where it is deployed already.
    ///
    /// @param folder for the file on its way
    public Deployed deploy(Path folder) {
        long started = System.nanoTime();
        var request = JSON.createObjectNode().put("name", sample.name()).put("replace", true);
        request.putObject("source").put("uri", upload(client, folder, sample.model()));
        var answer = client.deploy(request).json();
        return new Deployed(
                answer.path("version").asString(""),
                answer.path("device").asString(""),
                Duration.ofNanos(System.nanoTime() - started));
    }

    /// @param folder for the file on its way
    /// @return the URI to deploy
    static String upload(ServingClient client, Path folder, byte[] model) {
        try {
            var file = Files.createTempFile(folder, "sample", ".onnx");
            try {
                Files.write(file, model);
                return client.upload(file, false, _ -> {}).json().get("uri").stringValue();
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Predicts every row of the test set in one request and compares with the true classes.
    public Score score() {
        var rows = sample.testSet();
        long started = System.nanoTime();
        var predicted = classes(client.predict(request(rows)));
        var took = Duration.ofNanos(System.nanoTime() - started);
        int right = 0;
        for (int i = 0; i < rows.size(); i++) {
            if (predicted.get(i) == rows.get(i).label()) {
                right++;
            }
        }
        return new Score(rows.size(), (double) right / rows.size(), sample.accuracy(), took);
    }

    /// Predicts one row of the test set.
    public Prediction predict(int index) {
        var row = sample.testSet().get(index);
        var request = instance(row);
        var answer = client.predict(request);
        int predicted = classes(answer).getFirst();
        var scores = output(answer, sample.scoresOutput()).path("data");
        return new Prediction(
                sample.classes().get(predicted),
                scores.path(predicted).asDouble(0),
                sample.classes().get(row.label()),
                request.toString());
    }

    ObjectNode request(List<Row> rows) {
        var request = JSON.createObjectNode().put("model", sample.name());
        var input = request.putArray("inputs").addObject().put("name", sample.input());
        input.put("datatype", sample.datatype());
        var shape = input.putArray("shape");
        sample.inputShape().forEach(axis -> shape.add(axis < 0 ? rows.size() : axis));
        var data = input.putArray("data");
        rows.forEach(row -> row.values().forEach(value -> addNumber(data, value)));
        return request;
    }

    /// The short form, for a line that somebody may want to read: the row as the model sees it,
    /// nested.
    private ObjectNode instance(Row row) {
        var request = JSON.createObjectNode().put("model", sample.name());
        nest(request.putArray("instances"), row.values().iterator(), 0);
        return request;
    }

    private void nest(ArrayNode into, Iterator<String> values, int axis) {
        boolean innermost = axis == sample.inputShape().size() - 1;
        int length = axis == 0 ? 1 : sample.inputShape().get(axis);
        for (int i = 0; i < length; i++) {
            if (innermost) {
                addNumber(into, values.next());
            } else {
                nest(into.addArray(), values, axis + 1);
            }
        }
    }

    private static void addNumber(ArrayNode data, String text) {
        data.add(JSON.readTree(text));
    }

    private List<Integer> classes(Answer answer) {
        return sample.labelOutput() == null
                ? best(output(answer, sample.scoresOutput()))
                : labels(output(answer, sample.labelOutput()));
    }

    private static List<Integer> labels(JsonNode output) {
        var labels = new ArrayList<Integer>();
        output.path("data").forEach(label -> labels.add(label.intValue()));
        return labels;
    }

    /// The index of the highest score of each row.
    private static List<Integer> best(JsonNode output) {
        int classes = output.at("/shape/1").intValue();
        var scores = output.path("data");
        var labels = new ArrayList<Integer>();
        for (int row = 0; row < scores.size() / classes; row++) {
            int best = 0;
            for (int i = 1; i < classes; i++) {
                int at = row * classes;
                if (scores.get(at + i).doubleValue() > scores.get(at + best).doubleValue()) {
                    best = i;
                }
            }
            labels.add(best);
        }
        return labels;
    }

    private static JsonNode output(Answer answer, String name) {
        for (var output : answer.json().path("outputs")) {
            if (output.path("name").asString("").equals(name)) {
                return output;
            }
        }
        throw new IllegalStateException("the answer has no output " + name);
    }

    /// A deploy that went well.
    public record Deployed(String version, String device, Duration took) {}

    /// How many of the test set were right.
    ///
    /// @param accuracy fraction of the rows
    /// @param expected the fraction reached where the model was trained
    /// @param took from sending the rows to having the answers
    public record Score(int rows, double accuracy, double expected, Duration took) {
        public boolean asExpected() {
            return Math.abs(accuracy - expected) < TOLERANCE;
        }
    }

    /// One answer.
    ///
    /// @param score of the predicted class, from 0 to 1
    /// @param request the body that was sent
    public record Prediction(String predicted, double score, String truth, String request) {}
}
