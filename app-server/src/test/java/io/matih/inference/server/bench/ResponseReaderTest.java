package io.matih.inference.server.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;

@SuppressWarnings("StringConcatToTextBlock") // each line ends in CR LF
class ResponseReaderTest {
    private static final String SIZED =
            """
            HTTP/1.1 503 Service Unavailable\r
            retry-after: 1\r
            CONTENT-LENGTH: 5\r
            Connection: close\r
            \r
            hello""";
    private static final String CHUNKED =
            """
            HTTP/1.1 200 OK\r
            Transfer-Encoding: chunked\r
            \r
            3\r
            hel\r
            2;x=y\r
            lo\r
            0\r
            \r
            """;

    @ParameterizedTest
    @ValueSource(strings = {SIZED, CHUNKED})
    void isCompleteWithItsLastByteAndNotBefore(String response) {
        var reader = new ResponseReader();
        for (int i = 0; i < response.length(); i++) {
            reader.append(ByteBuffer.wrap(TinyServer.bytes(response.substring(i, i + 1))));
            assertThat(reader.complete()).isEqualTo(i == response.length() - 1);
        }
        assertThat(reader.is(ExpectedAnswer.of(TinyServer.bytes("hello")))).isTrue();
        assertThat(reader.is(ExpectedAnswer.of(TinyServer.bytes("hullo")))).isFalse();
    }

    @Test
    void readsWhatAMeasurementNeeds() {
        var reader = read(SIZED);
        assertThat(reader.status()).isEqualTo(503);
        assertThat(reader.retryAfter()).isTrue();
        assertThat(reader.closes()).isTrue();
        var next = read(CHUNKED);
        assertThat(next.status()).isEqualTo(200);
        assertThat(next.retryAfter()).isFalse();
        assertThat(next.closes()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.6\r\n\r\n",
                "HTTP/1.1 2x0 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            })
    void refusesWhatIsNoResponse(String bytes) {
        assertThatThrownBy(() -> read(bytes)).isInstanceOf(MalformedAnswerException.class);
    }

    private static ResponseReader read(String response) {
        var reader = new ResponseReader();
        reader.append(ByteBuffer.wrap(TinyServer.bytes(response)));
        assertThat(reader.complete()).isTrue();
        return reader;
    }
}
