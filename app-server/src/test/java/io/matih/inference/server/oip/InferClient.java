package io.matih.inference.server.oip;

import io.matih.inference.server.TestServer;

import tools.jackson.databind.JsonNode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/// Sends what clients of the binary tensor data extension send, also what none should.
final class InferClient implements AutoCloseable {
    static final String LENGTH = "Inference-Header-Content-Length";

    private final TestServer server;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    InferClient(TestServer server) {
        this.server = server;
    }

    /// With the header that the JSON's length makes right.
    Answer infer(String path, String json, byte[]... tensors) {
        var length = json.getBytes(StandardCharsets.UTF_8).length;
        return send(path, body(json, tensors), Map.of(LENGTH, Integer.toString(length)));
    }

    Answer send(String path, byte[] body, Map<String, String> headers) {
        var request = server.request(path).POST(BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        return send(request.build());
    }

    Answer send(HttpRequest request) {
        try {
            return new Answer(http.send(request, BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] body(String json, byte[]... tensors) {
        var body = new ByteArrayOutputStream();
        body.writeBytes(json.getBytes(StandardCharsets.UTF_8));
        for (var tensor : tensors) {
            body.writeBytes(tensor);
        }
        return body.toByteArray();
    }

    static byte[] floats(float... values) {
        var bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    static byte[] ints(int... values) {
        var bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    /// Elements of `BYTES` behind their lengths.
    static byte[] strings(String... values) {
        var bytes = new ByteArrayOutputStream();
        for (var value : values) {
            var utf8 = value.getBytes(StandardCharsets.UTF_8);
            bytes.writeBytes(ints(utf8.length));
            bytes.writeBytes(utf8);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        http.close();
    }

    /// An answer, its JSON apart from what is behind it.
    record Answer(HttpResponse<byte[]> response) {
        int status() {
            return response.statusCode();
        }

        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }

        JsonNode json() {
            return TestServer.JSON.readTree(Arrays.copyOf(response.body(), jsonBytes()));
        }

        String code() {
            return json().path("code").asString("");
        }

        byte[] binary() {
            return Arrays.copyOfRange(response.body(), jsonBytes(), response.body().length);
        }

        String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        private int jsonBytes() {
            return header(LENGTH).map(Integer::parseInt).orElse(response.body().length);
        }
    }
}
