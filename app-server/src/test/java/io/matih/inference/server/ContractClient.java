package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.docs.OpenApiDocument;
import io.matih.inference.server.docs.OpenApiDocument.Operation;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Sends requests, holds every answer against the document, and remembers which of the documented
/// answers it has seen.
final class ContractClient implements AutoCloseable {
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final List<String> TOLD_HEADERS =
            List.of("location", "etag", "retry-after", "server-timing", "content-security-policy");

    private final URI server;
    private final OpenApiDocument document;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Set<String> seen = new HashSet<>();

    ContractClient(String url, OpenApiDocument document) {
        this.server = URI.create(url);
        this.document = document;
    }

    /// An answer that is as documented.
    ///
    /// @param headers by lower-case name
    record Answer(int status, Map<String, String> headers, String body) {
        JsonNode json() {
            return TestServer.JSON.readTree(body);
        }

        String code() {
            return json().path("code").asString("");
        }
    }

    Answer get(String path, String... headers) {
        return send("GET", path, new byte[0], headers);
    }

    Answer delete(String path) {
        return send("DELETE", path, new byte[0]);
    }

    Answer post(String path, String json, String... headers) {
        return sendJson("POST", path, json, headers);
    }

    Answer put(String path, String json) {
        return sendJson("PUT", path, json);
    }

    private Answer sendJson(String method, String path, String json, String... headers) {
        var all = new ArrayList<>(List.of("Content-Type", "application/json"));
        all.addAll(List.of(headers));
        var bytes = json.getBytes(StandardCharsets.UTF_8);
        return send(method, path, bytes, all.toArray(String[]::new));
    }

    /// @param headers names and values in turn
    Answer send(String method, String path, byte[] body, String... headers) {
        var publisher =
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body);
        var request =
                HttpRequest.newBuilder(server.resolve(path))
                        .method(method, publisher)
                        .header("traceparent", TRACE);
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            var response = http.send(request.build(), BodyHandlers.ofString());
            var answered = new HashMap<String, String>();
            response.headers()
                    .map()
                    .forEach((name, values) -> answered.put(name, values.getFirst()));
            return checked(
                    method, path, new Answer(response.statusCode(), answered, response.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A request's head alone, with headers that no well-behaved client sends.
    Answer sendHead(String method, String path, Map<String, String> headers) {
        var all = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        all.put("Host", server.getAuthority());
        all.put("traceparent", TRACE);
        all.put("Connection", "close");
        all.putAll(headers);
        var head = new StringBuilder("%s %s HTTP/1.1\r\n".formatted(method, path));
        all.forEach((name, value) -> head.append("%s: %s\r\n".formatted(name, value)));
        try (var socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return checked(method, path, parse(answer));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Answer parse(String answer) {
        int end = answer.indexOf("\r\n\r\n");
        assertThat(end).as(answer).isPositive();
        var lines = answer.substring(0, end).split("\r\n", -1);
        var headers = new HashMap<String, String>();
        for (int i = 1; i < lines.length; i++) {
            var field = lines[i].split(": *", 2);
            headers.put(field[0].toLowerCase(Locale.ROOT), field[1]);
        }
        return new Answer(
                Integer.parseInt(lines[0].split(" ", -1)[1]), headers, answer.substring(end + 4));
    }

    /// Whether an answer of this kind has come by.
    boolean hasSeen(Operation operation, String status) {
        return seen.contains(operation + " " + status);
    }

    private Answer checked(String method, String path, Answer answer) {
        var plainPath = path.replaceFirst("\\?.*", "");
        var operation = document.operation(method, plainPath);
        var what = "%s %s: %d %s".formatted(method, plainPath, answer.status(), shown(answer));
        assertThat(answer.headers()).as(what).containsKey("x-request-id");
        if (operation.isEmpty()) {
            assertThat(answer.status()).as(what).isIn(400, 404, 405);
            requireValid(what, document.schema("Error"), answer.json());
            return answer;
        }
        var status = Integer.toString(answer.status());
        var responses = operation.get().node().get("responses");
        assertThat(responses.has(status)).as("documented: " + what).isTrue();
        var response = document.resolve(responses.get(status));
        requireHeaders(what, response.path("headers"), answer);
        requireBody(what, response, answer);
        if (answer.status() >= 400) {
            requireCode(what, response, answer);
        }
        seen.add(operation.get() + " " + status);
        return answer;
    }

    private static String shown(Answer answer) {
        return answer.body().length() > 600 ? answer.body().substring(0, 600) : answer.body();
    }

    private void requireHeaders(String what, JsonNode documented, Answer answer) {
        for (var header : documented.properties()) {
            var told = document.resolve(header.getValue());
            var value = answer.headers().get(header.getKey().toLowerCase(Locale.ROOT));
            if (value == null) {
                assertThat(told.path("required").booleanValue(false))
                        .as("%s needs header %s", what, header.getKey())
                        .isFalse();
            } else {
                requireValid(
                        what,
                        told.get("schema"),
                        TestServer.JSON.getNodeFactory().stringNode(value));
            }
        }
        for (var name : TOLD_HEADERS) {
            if (answer.headers().containsKey(name)) {
                assertThat(documented.propertyStream().map(Map.Entry::getKey))
                        .as("documented headers of " + what)
                        .anyMatch(name::equalsIgnoreCase);
            }
        }
    }

    private void requireBody(String what, JsonNode response, Answer answer) {
        var content = response.path("content");
        if (content.isEmpty()) {
            assertThat(answer.body()).as(what).isEmpty();
            return;
        }
        var type = answer.headers().getOrDefault("content-type", "").replaceFirst(";.*", "");
        assertThat(content.has(type)).as("documented media type '%s': %s", type, what).isTrue();
        if (type.equals("application/json")) {
            requireValid(what, content.get(type).get("schema"), answer.json());
        }
    }

    private static void requireCode(String what, JsonNode response, Answer answer) {
        assertThat(response.get("x-error-codes").valueStream().map(JsonNode::stringValue))
                .as("documented codes: " + what)
                .contains(answer.code());
        assertThat(answer.json().get("status").intValue()).as(what).isEqualTo(answer.status());
        assertThat(answer.json().get("request_id").stringValue())
                .as(what)
                .isEqualTo(answer.headers().get("x-request-id"));
    }

    private void requireValid(String what, JsonNode schema, JsonNode value) {
        assertThat(document.violations(schema, value)).as(what).isEmpty();
    }

    @Override
    public void close() {
        http.close();
    }
}
