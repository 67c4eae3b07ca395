package io.matih.inference.server.http;

import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpGenerator;
import org.eclipse.jetty.http.HttpStatus;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The bytes before an answer's body (RFC 9112, section 4).
final class ResponseHead {
    private static final int AROUND_A_FIELD = 4;
    private static final int AROUND = 64;
    private static final byte[] OK = line(HttpStatus.OK_200);

    private ResponseHead() {}

    /// @return with room for `more` bytes after it, position at its end
    static ByteBuffer write(int status, HttpFields headers, int more) {
        var line = status == HttpStatus.OK_200 ? OK : line(status);
        int length = line.length + AROUND + more;
        for (var field : headers) {
            length += length(field);
        }
        var head = ByteBuffer.allocate(length).put(line);
        for (var field : headers) {
            HttpGenerator.putTo(field, head);
        }
        return head.put((byte) '\r').put((byte) '\n');
    }

    private static int length(HttpField field) {
        var value = field.getValue();
        return field.getName().length() + (value == null ? 0 : value.length()) + AROUND_A_FIELD;
    }

    private static byte[] line(int status) {
        return "HTTP/1.1 %d %s\r\n"
                .formatted(status, HttpStatus.getMessage(status))
                .getBytes(StandardCharsets.US_ASCII);
    }
}
