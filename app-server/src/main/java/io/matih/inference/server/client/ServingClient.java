package io.matih.inference.server.client;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongConsumer;

/// Calls one server. Any thread may use it; every call blocks and throws only `ClientException`.
public final class ServingClient implements AutoCloseable {
    private static final String API = "/api/v1/inference/";
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration QUICK = Duration.ofSeconds(60);

    /// Loads, drains and predictions take as long as the server allows, at most an hour.
    private static final Duration LONG = Duration.ofMinutes(65);

    private final URI server;
    private final @Nullable String apiKey;
    private final HttpClient http;
    private final JsonMapper json =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    /// @param server where it listens: `http://127.0.0.1:8080`
    /// @param apiKey sent as a bearer token; absent where the server asks for none
    public ServingClient(URI server, @Nullable String apiKey) {
        var text = server.toString();
        this.server =
                text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : server;
        this.apiKey = apiKey;
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
    }

    public URI server() {
        return server;
    }

    public Answer deploy(JsonNode request) {
        return post(API + "deploy", request);
    }

    public Answer undeploy(JsonNode request) {
        return post(API + "undeploy", request);
    }

    /// Changes who answers under a name.
    ///
    /// @param step `promote`, `rollback` or `traffic`
    public Answer change(String name, String step, JsonNode request) {
        return post(API + "deployments/" + segment(name) + "/" + step, request);
    }

    public Answer revisions(String name) {
        return get(API + "deployments/" + segment(name) + "/revisions");
    }

    /// How the shadows of a deployment compare.
    public Answer shadows(String name) {
        return get(API + "deployments/" + segment(name) + "/shadow");
    }

    public Answer predict(JsonNode request) {
        return post(API + "predict", request);
    }

    /// One page of the list.
    ///
    /// @param pageToken the page before's `next_page_token`; absent for the first
    public Answer deployments(@Nullable String pageToken) {
        return get(
                API
                        + "deployments"
                        + (pageToken == null ? "" : "?page_token=" + segment(pageToken)));
    }

    public Answer deployment(String name) {
        return get(API + "deployments/" + segment(name));
    }

    public Answer models() {
        return get(API + "models");
    }

    public Answer health() {
        return get("/healthz");
    }

    /// The metrics in Prometheus' text form.
    public String metrics() {
        return send(request("/metrics", QUICK).GET()).body();
    }

    /// Sends a model file, or a zip of a model with its data files; the answer's `uri` is what
    /// deploy takes.
    ///
    /// @param progress told the bytes sent so far, on another thread
    public Answer upload(Path file, boolean zip, LongConsumer progress) {
        try {
            var body = new CountedBody(BodyPublishers.ofFile(file), progress);
            // 100-continue: a server that refuses the size says so before gigabytes travel.
            var request =
                    request(API + "uploads", LONG)
                            .header(
                                    "Content-Type",
                                    zip ? "application/zip" : "application/octet-stream")
                            .expectContinue(true)
                            .POST(body);
            return parsed(send(request));
        } catch (FileNotFoundException e) {
            throw new ClientException(
                    0, "NOT_READABLE", "cannot read " + file, null, List.of(), null, null);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private Answer get(String path) {
        return parsed(send(request(path, QUICK).GET()));
    }

    private Answer post(String path, JsonNode body) {
        BodyPublisher bytes = BodyPublishers.ofByteArray(json.writeValueAsBytes(body));
        return parsed(
                send(request(path, LONG).header("Content-Type", "application/json").POST(bytes)));
    }

    private HttpRequest.Builder request(String path, Duration timeout) {
        var request = HttpRequest.newBuilder(URI.create(server + path)).timeout(timeout);
        request.header("Accept", path.equals("/metrics") ? "text/plain" : "application/json");
        if (apiKey != null) {
            request.header("Authorization", "Bearer " + apiKey);
        }
        return request;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            var response =
                    http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
            if (response.statusCode() / 100 != 2) {
                throw ErrorAnswers.read(json, response.statusCode(), response.body());
            }
            return response;
        } catch (HttpConnectTimeoutException | ConnectException e) {
            throw ClientException.unreachable(
                    "no server at %s: start one with `matih serve`".formatted(server), e);
        } catch (HttpTimeoutException e) {
            throw ClientException.unreachable(
                    "the server at %s did not answer in time".formatted(server), e);
        } catch (IOException e) {
            throw ClientException.unreachable(
                    "the connection to %s broke: %s".formatted(server, reason(e)), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ClientException.unreachable("interrupted while waiting for " + server, e);
        }
    }

    private static String reason(IOException e) {
        var message = e.getMessage();
        return message == null ? "no reason given" : message;
    }

    private Answer parsed(HttpResponse<String> response) {
        try {
            return new Answer(
                    response.statusCode(), response.body(), json.readTree(response.body()));
        } catch (JacksonException e) {
            throw ClientException.notOurs(response.statusCode(), response.body());
        }
    }

    private static String segment(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
