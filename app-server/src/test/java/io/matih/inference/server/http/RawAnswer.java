package io.matih.inference.server.http;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// One answer, as it came over the wire.
@SuppressWarnings("ArrayRecordComponent")
public record RawAnswer(int status, String head, byte[] body) {
    private static final JsonMapper JSON = new JsonMapper();

    static RawAnswer ofHead(String head) {
        return new RawAnswer(Integer.parseInt(head.split(" ", 3)[1]), head, new byte[0]);
    }

    RawAnswer with(byte[] bytes) {
        return new RawAnswer(status, head, bytes);
    }

    boolean hasBody() {
        return status != 204 && status != 304;
    }

    public @Nullable String header(String name) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse(null);
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    public JsonNode json() {
        return JSON.readTree(body);
    }

    static byte[] unchunked(InputStream in, RawAnswer answer) throws IOException {
        if (!"chunked".equals(answer.header("Transfer-Encoding"))) {
            return in.readAllBytes();
        }
        var bytes = new ByteArrayOutputStream();
        while (true) {
            int length = Integer.parseInt(line(in), 16);
            bytes.write(in.readNBytes(length));
            line(in);
            if (length == 0) {
                return bytes.toByteArray();
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        var text = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            text.append((char) next);
        }
        return text.toString().strip();
    }
}
