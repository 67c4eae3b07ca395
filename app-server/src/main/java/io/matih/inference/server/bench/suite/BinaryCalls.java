package io.matih.inference.server.bench.suite;

import io.matih.inference.server.bench.ExpectedAnswer;
import io.matih.inference.server.bench.LoadRequest;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Requests to infer whose tensors are binary, both ways, and their answers.
///
/// @param shape of the input of one request: `1,64`
record BinaryCalls(String model, String input, String shape, List<List<String>> rows) {
    private static final String LENGTH = "Inference-Header-Content-Length";

    String path() {
        return "/v2/models/" + model + "/infer";
    }

    /// What goes over the wire in one exchange.
    ///
    /// @param answerJson how many bytes of the answer are JSON
    @SuppressWarnings("ArrayRecordComponent") // nobody compares calls
    record Call(Map<String, String> headers, byte[] body, byte[] answer, int answerJson) {
        LoadRequest to(URI url) {
            return LoadRequest.of(url, headers, body, ExpectedAnswer.ofFloats(answer, answerJson));
        }
    }

    /// One call a row, with what the product answers to it.
    List<Call> ask(OurServer server) throws IOException, InterruptedException {
        var calls = new ArrayList<Call>();
        try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (var row : rows) {
                calls.add(ask(http, server.url(path()), row));
            }
        }
        return calls;
    }

    private Call ask(HttpClient http, URI url, List<String> row)
            throws IOException, InterruptedException {
        var json =
                """
                {"inputs":[{"name":"%s","shape":[%s],"datatype":"FP32","parameters":{"binary_data_size":%d}}],"parameters":{"binary_data_output":true}}"""
                        .formatted(input, shape, row.size() * Float.BYTES)
                        .getBytes(StandardCharsets.UTF_8);
        var body =
                ByteBuffer.allocate(json.length + row.size() * Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put(json);
        row.forEach(number -> body.putFloat(Float.parseFloat(number)));
        var headers =
                Map.of(
                        "Content-Type",
                        "application/octet-stream",
                        LENGTH,
                        Integer.toString(json.length));
        var request = HttpRequest.newBuilder(url).POST(BodyPublishers.ofByteArray(body.array()));
        headers.forEach(request::header);
        var answer = http.send(request.build(), BodyHandlers.ofByteArray());
        var length = answer.headers().firstValue(LENGTH);
        if (answer.statusCode() != 200 || length.isEmpty()) {
            throw new IOException("%s answered %d".formatted(url.getPath(), answer.statusCode()));
        }
        return new Call(headers, body.array(), answer.body(), Integer.parseInt(length.get()));
    }
}
