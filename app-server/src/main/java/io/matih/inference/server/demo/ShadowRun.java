package io.matih.inference.server.demo;

import io.matih.inference.server.client.ServingClient;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Has other versions of a sample shadow it while its test set is predicted, by the REST calls that
/// any client makes, and reads what is held of them.
public final class ShadowRun {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int ROUNDS = 3;
    private static final int ROWS_OF_A_REQUEST = 50;
    private static final int MIN_SAMPLES = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final ServingClient client;
    private final Sample sample;

    public ShadowRun(ServingClient client, Sample sample) {
        this.client = client;
        this.sample = sample;
    }

    /// The sample serves already, and does so alone afterwards.
    ///
    /// @param folder for files on their way
    /// @param candidates see `Sample.candidate`
    public List<Judged> run(Path folder, List<String> candidates) throws InterruptedException {
        var versions = new ArrayList<String>();
        for (var candidate : candidates) {
            versions.add(deploy(folder, sample.candidate(candidate)));
        }
        long samples = predictTestSet();
        var judged = new ArrayList<Judged>();
        for (int i = 0; i < candidates.size(); i++) {
            var model = sample.candidate(candidates.get(i));
            judged.add(judged(candidates.get(i), model.length, await(versions.get(i), samples)));
        }
        for (var version : versions) {
            client.undeploy(
                    JSON.createObjectNode().put("name", sample.name()).put("version", version));
        }
        return judged;
    }

    private String deploy(Path folder, byte[] model) {
        var request = JSON.createObjectNode().put("name", sample.name());
        request.putObject("source").put("uri", SampleRun.upload(client, folder, model));
        var traffic = request.putObject("traffic").put("mode", "shadow").put("percent", 100);
        // Its answers are judged here; latencies of a first look say nothing.
        traffic.putObject("gate").put("min_samples", MIN_SAMPLES).put("p99_slack_ms", 1000);
        var shadows = client.deploy(request).json().path("shadows");
        return shadows.path(shadows.size() - 1).path("version").asString("");
    }

    /// @return how many rows were sent
    private long predictTestSet() throws InterruptedException {
        var run = new SampleRun(client, sample);
        var rows = sample.testSet();
        long sent = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (int from = 0; from < rows.size(); from += ROWS_OF_A_REQUEST) {
                var part = rows.subList(from, Math.min(rows.size(), from + ROWS_OF_A_REQUEST));
                client.predict(run.request(part));
                sent += part.size();
            }
        }
        return sent;
    }

    /// Shadows answer after the client has its answer.
    private JsonNode await(String version, long samples) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            for (var comparison : client.shadows(sample.name()).json().path("shadows")) {
                boolean complete = comparison.path("samples").asLong(0) >= samples;
                if (comparison.path("shadow").asString("").equals(version)
                        && (complete || System.nanoTime() > end)) {
                    return comparison;
                }
            }
            Thread.sleep(PAUSE);
        }
    }

    private static Judged judged(String candidate, long bytes, JsonNode comparison) {
        return new Judged(
                candidate,
                comparison.path("shadow").asString(""),
                bytes,
                comparison.path("samples").asLong(0),
                comparison.at("/agreement/value").asDouble(0),
                comparison.path("verdict").asString(""),
                comparison.at("/reasons/0").asString(""));
    }

    /// What is held of one candidate.
    ///
    /// @param agreement share of the samples
    /// @param verdict pass, fail or insufficient
    public record Judged(
            String candidate,
            String version,
            long bytes,
            long samples,
            double agreement,
            String verdict,
            String reason) {}
}
