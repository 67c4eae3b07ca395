package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.settings.Settings;
import io.matih.inference.server.settings.SettingsLoader;
import io.matih.inference.server.settings.Surroundings;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// A real server on free ports, and the few calls that every test makes.
public final class TestServer implements AutoCloseable {
    public static final String API = "/api/v1/inference";
    public static final JsonMapper JSON = JsonMapper.builder().build();

    private final ServingServer server;
    private final HttpClient http = HttpClient.newHttpClient();

    private TestServer(ServingServer server) {
        this.server = server;
    }

    public static TestServer start(Path data) {
        return start(data, Map.of());
    }

    public static TestServer start(Path data, Map<String, String> settings) {
        var flags = new HashMap<>(settings);
        flags.put("data.dir", data.toString());
        flags.put("http.port", "0");
        flags.put("grpc.port", "0");
        return new TestServer(ServingServer.start(Settings.of(flags)));
    }

    /// With settings that flags must not carry.
    ///
    /// @param environment values by variable: `MATIH_S3_SECRET_KEY`
    public static TestServer startIn(Path data, Map<String, String> environment) {
        var here = Surroundings.here();
        var around =
                new Surroundings(
                        environment, here.systemName(), here.home(), here.workingFolder());
        var flags = Map.of("data.dir", data.toString(), "http.port", "0", "grpc.port", "0");
        return new TestServer(
                ServingServer.start(SettingsLoader.load(around, Optional.empty(), flags)));
    }

    public String url() {
        return server.httpUrl();
    }

    public ServingServer server() {
        return server;
    }

    public Answer get(String path) {
        return send(request(path).GET().build());
    }

    public Answer delete(String path) {
        return send(request(path).DELETE().build());
    }

    public Answer post(String path, String json) {
        return send(json(path).POST(BodyPublishers.ofString(json)).build());
    }

    public Answer post(String path, byte[] json) {
        return send(json(path).POST(BodyPublishers.ofByteArray(json)).build());
    }

    public Answer put(String path, String json) {
        return send(json(path).PUT(BodyPublishers.ofString(json)).build());
    }

    public Answer predict(String json) {
        return post(API + "/predict", json);
    }

    /// @return the `upload://` URI
    public String upload(byte[] bytes, String type) {
        var answer =
                send(
                        request(API + "/uploads")
                                .header("Content-Type", type)
                                .POST(BodyPublishers.ofByteArray(bytes))
                                .build());
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return answer.json().get("uri").stringValue();
    }

    public String uploadModel(String zooName) {
        return upload(model(zooName), "application/octet-stream");
    }

    /// Deploys a model of the zoo under its own name, and expects that to succeed.
    public Answer deploy(String zooName) {
        var answer = deploy(zooName, uploadModel(zooName), "");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer;
    }

    /// @param more further fields: `,"replace":true`
    public Answer deploy(String name, String uri, String more) {
        return post(
                API + "/deploy",
                "{\"name\":\"%s\",\"source\":{\"uri\":\"%s\"}%s}".formatted(name, uri, more));
    }

    public Answer undeploy(String name) {
        return post(API + "/undeploy", "{\"name\":\"%s\"}".formatted(name));
    }

    /// The value of one series in `/metrics`; 0 where it is not there.
    public double metric(String series) {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    public static byte[] model(String zooName) {
        return resource("/models/" + zooName + "/model.onnx");
    }

    public static byte[] resource(String path) {
        try (var stream = TestServer.class.getResourceAsStream(path)) {
            return Objects.requireNonNull(stream, path).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpRequest.Builder json(String path) {
        return request(path).header("Content-Type", "application/json");
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url() + path)).timeout(Duration.ofSeconds(60));
    }

    public Answer send(HttpRequest request) {
        try {
            return new Answer(http.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.close();
        http.close();
    }

    /// An answer.
    public record Answer(HttpResponse<String> response) {
        public int status() {
            return response.statusCode();
        }

        public String body() {
            return response.body();
        }

        public JsonNode json() {
            return JSON.readTree(response.body());
        }

        public String code() {
            return json().path("code").asString("");
        }
    }
}
