package io.matih.inference.server.doctor;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/// Calls a server over REST, byte by byte as the caller says.
final class RestCalls implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final String server;
    private final @Nullable String apiKey;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();

    RestCalls(URI server, @Nullable String apiKey) {
        this.server = server.toString().replaceFirst("/+$", "");
        this.apiKey = apiKey;
    }

    RestReply get(String path) {
        return send(request(path).GET());
    }

    RestReply post(String path, JsonNode body) {
        return post(path, RestReply.JSON.writeValueAsBytes(body), Map.of());
    }

    RestReply post(String path, byte[] body, Map<String, String> headers) {
        var request = request(path).POST(BodyPublishers.ofByteArray(body));
        if (!headers.containsKey("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach(request::header);
        return send(request);
    }

    static String model(String name) {
        return "/v2/models/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(URI.create(server + path)).timeout(TIMEOUT);
        return apiKey == null ? request : request.header("Authorization", "Bearer " + apiKey);
    }

    private RestReply send(HttpRequest.Builder request) {
        try {
            var response = http.send(request.build(), BodyHandlers.ofByteArray());
            return new RestReply(response.statusCode(), response.headers(), plain(response));
        } catch (IOException e) {
            throw new BrokenClauseException("no answer: " + reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokenClauseException("interrupted");
        }
    }

    static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static byte[] plain(HttpResponse<byte[]> response) throws IOException {
        var encodings = response.headers().allValues("Content-Encoding");
        var bytes = new ByteArrayInputStream(response.body());
        if (encodings.equals(List.of("gzip"))) {
            return all(new GZIPInputStream(bytes));
        }
        return encodings.equals(List.of("deflate"))
                ? all(new InflaterInputStream(bytes))
                : response.body();
    }

    private static byte[] all(InputStream in) throws IOException {
        try (in) {
            return in.readAllBytes();
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
