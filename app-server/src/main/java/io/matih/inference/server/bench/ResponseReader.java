package io.matih.inference.server.bench;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Collects one response until all of it has come. It knows of HTTP/1.1 (RFC 9112) what a
/// measurement needs: the status, length or chunks, `Retry-After` and `Connection`.
final class ResponseReader {
    private static final int USUAL_BYTES = 2048;
    private static final int UNKNOWN = -1;

    private byte[] bytes = new byte[USUAL_BYTES];
    private int length;
    private int status;
    private int bodyFrom = UNKNOWN;
    private int bodyTo;
    private boolean chunked;
    private boolean retryAfter;
    private boolean closes;

    void clear() {
        length = 0;
        bodyFrom = UNKNOWN;
    }

    void append(ByteBuffer more) {
        int count = more.remaining();
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + count, bytes.length * 2));
        }
        more.get(bytes, length, count);
        length += count;
    }

    /// Whether all of it is here.
    ///
    /// @throws MalformedAnswerException if it is no HTTP/1.1 response
    boolean complete() {
        if (bodyFrom == UNKNOWN && !readHead()) {
            return false;
        }
        if (chunked) {
            return joinChunks();
        }
        if (length > bodyTo) {
            throw new MalformedAnswerException("more bytes than the answer has");
        }
        return length == bodyTo;
    }

    int status() {
        return status;
    }

    /// Whether it says when to come again.
    boolean retryAfter() {
        return retryAfter;
    }

    /// Whether the server closes the connection after it.
    boolean closes() {
        return closes;
    }

    boolean is(@Nullable ExpectedAnswer expected) {
        return expected == null || expected.accepts(bytes, bodyFrom, bodyTo);
    }

    private boolean readHead() {
        int end = headEnd();
        if (end == UNKNOWN) {
            return false;
        }
        status = readStatus();
        chunked = false;
        retryAfter = false;
        closes = false;
        bodyFrom = end;
        bodyTo = end;
        int line = lineEnd(0) + 2;
        while (line < end - 2) {
            int next = lineEnd(line);
            readField(line, next);
            line = next + 2;
        }
        return true;
    }

    /// Where the body begins.
    private int headEnd() {
        for (int at = 3; at < length; at++) {
            if (bytes[at] == '\n'
                    && bytes[at - 1] == '\r'
                    && bytes[at - 2] == '\n'
                    && bytes[at - 3] == '\r') {
                return at + 1;
            }
        }
        return UNKNOWN;
    }

    private int readStatus() {
        // HTTP/1.1 200 OK
        if (bytes[0] != 'H' || bytes[8] != ' ') {
            throw new MalformedAnswerException("no status line");
        }
        int code = 0;
        for (int at = 9; at < 12; at++) {
            code = code * 10 + digit(bytes[at], 10);
        }
        return code;
    }

    private int lineEnd(int from) {
        int at = from;
        while (bytes[at] != '\r') {
            at++;
        }
        return at;
    }

    private void readField(int from, int to) {
        switch (bytes[from] | 0x20) {
            case 'c' -> {
                if (is("content-length:", from, to)) {
                    bodyTo = bodyFrom + number(from + "content-length:".length(), to);
                } else if (is("connection:", from, to)) {
                    closes = is("connection: close", from, to);
                }
            }
            case 't' -> chunked |= is("transfer-encoding: chunked", from, to);
            case 'r' -> retryAfter |= is("retry-after:", from, to);
            default -> {}
        }
    }

    /// Whether the line begins so; `name` is in lower case.
    private boolean is(String name, int from, int to) {
        if (to - from < name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            int here = bytes[from + i];
            if ((here >= 'A' && here <= 'Z' ? here | 0x20 : here) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private int number(int from, int to) {
        int at = from;
        while (at < to && bytes[at] == ' ') {
            at++;
        }
        int number = 0;
        while (at < to && bytes[at] != ' ') {
            number = Math.addExact(Math.multiplyExact(number, 10), digit(bytes[at], 10));
            at++;
        }
        return number;
    }

    private static int digit(byte b, int radix) {
        int digit = Character.digit(b, radix);
        if (digit < 0) {
            throw new MalformedAnswerException("no digit: " + b);
        }
        return digit;
    }

    /// Moves the chunks together once the last has come.
    private boolean joinChunks() {
        var joined = new ByteArrayOutputStream();
        int at = bodyFrom;
        while (true) {
            int lineEnd = find('\n', at);
            if (lineEnd == UNKNOWN) {
                return false;
            }
            int size = chunkSize(at, lineEnd);
            int next = lineEnd + 1 + size + 2;
            if (next > length) {
                return false;
            }
            if (size == 0) {
                System.arraycopy(joined.toByteArray(), 0, bytes, bodyFrom, joined.size());
                bodyTo = bodyFrom + joined.size();
                return true;
            }
            joined.write(bytes, lineEnd + 1, size);
            at = next;
        }
    }

    private int find(char wanted, int from) {
        for (int at = from; at < length; at++) {
            if (bytes[at] == wanted) {
                return at;
            }
        }
        return UNKNOWN;
    }

    private int chunkSize(int from, int lineEnd) {
        var line = new String(bytes, from, lineEnd - from, StandardCharsets.US_ASCII);
        int end = line.indexOf(';');
        try {
            return Integer.parseInt((end < 0 ? line : line.substring(0, end)).strip(), 16);
        } catch (NumberFormatException e) {
            throw new MalformedAnswerException("no chunk size: " + line);
        }
    }
}
