package io.matih.inference.engine.model.store;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.model.ModelSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

@Timeout(60)
class S3MisbehaviourTest {
    private static final String URI_TEXT = "s3://models/m.onnx";
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir Path temp;

    @Test
    void aPlainAnswerIsFetched() {
        try (var server = RawServer.of("HTTP/1.1 200 OK\r\nContent-Length: 5", "model");
                var store = store(server.uri(), LONG)) {
            try (var staged = store.fetch(URI_TEXT)) {
                assertThat(staged.artifact().modelPath()).hasContent("model");
            }
            store.refusal(
                    new ModelSource(URI_TEXT, "0".repeat(64), null), ErrorCode.DIGEST_MISMATCH);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"301 Moved Permanently", "302 Found", "307 Temporary Redirect"})
    void aRedirectIsNotFollowed(String status) {
        try (var secret = RawServer.of("HTTP/1.1 200 OK\r\nContent-Length: 6", "secret");
                var server =
                        RawServer.of(
                                "HTTP/1.1 %s\r\nLocation: %s/x\r\nx-amz-bucket-region: eu-west-1\r\nContent-Length: 0"
                                        .formatted(status, secret.uri()),
                                "");
                var store = store(server.uri(), LONG)) {
            store.refusal(URI_TEXT, ErrorCode.URL_NOT_ALLOWED);
            assertThat(secret.connections()).isZero();
        }
    }

    @Test
    void anEndlessBodyIsCutAtTheLimit() {
        var block = "x".repeat(1 << 16);
        RawServer.Answer endless =
                (_, out) -> {
                    out.write(
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    .getBytes(US_ASCII));
                    while (true) {
                        out.write(("10000\r\n" + block + "\r\n").getBytes(US_ASCII));
                    }
                };
        try (var server = new RawServer(endless);
                var store = store(server.uri(), LONG)) {
            store.refusal(URI_TEXT, ErrorCode.MODEL_TOO_LARGE);
        }
    }

    @Test
    void anAnnouncedSizeOverTheLimitIsRefusedUnread() {
        try (var server = RawServer.of("HTTP/1.1 200 OK\r\nContent-Length: 99999999999", "model");
                var store = store(server.uri(), LONG)) {
            store.refusal(URI_TEXT, ErrorCode.MODEL_TOO_LARGE);
        }
    }

    @Test
    void aTrickleEndsAtTheDeadline() {
        var never = new CountDownLatch(1);
        RawServer.Answer trickle =
                (_, out) -> {
                    out.write(
                            "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n".getBytes(US_ASCII));
                    while (!never.await(50, TimeUnit.MILLISECONDS)) {
                        out.write('x');
                        out.flush();
                    }
                };
        try (var server = new RawServer(trickle);
                var store = store(server.uri(), SHORT)) {
            store.refusal(URI_TEXT, ErrorCode.DEADLINE);
        }
    }

    @Test
    void silenceEndsAtTheDeadline() {
        var never = new CountDownLatch(1);
        for (var head : List.of("", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")) {
            RawServer.Answer silent =
                    (_, out) -> {
                        out.write(head.getBytes(US_ASCII));
                        out.flush();
                        never.await();
                    };
            try (var server = new RawServer(silent);
                    var store = store(server.uri(), SHORT)) {
                store.refusal(URI_TEXT, ErrorCode.DEADLINE);
            }
        }
    }

    @Test
    void aBodyThatBreaksOffIsNoModel() {
        try (var server = RawServer.of("HTTP/1.1 200 OK\r\nContent-Length: 10", "model");
                var store = store(server.uri(), LONG)) {
            store.refusal(URI_TEXT, ErrorCode.SOURCE_UNAVAILABLE);
        }
    }

    @Test
    void failuresAreRetriedAFewTimes() {
        try (var server = RawServer.of("HTTP/1.1 503 Slow Down\r\nContent-Length: 0", "");
                var store = store(server.uri(), LONG)) {
            store.refusal(URI_TEXT, ErrorCode.SOURCE_UNAVAILABLE);
            assertThat(server.connections()).isBetween(2, 3);
        }
    }

    @Test
    void anAbsentServerIsUnavailable() {
        var gone = RawServer.of("", "");
        gone.close();
        try (var store = store(gone.uri(), LONG)) {
            store.refusal(URI_TEXT, ErrorCode.SOURCE_UNAVAILABLE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../../escape.onnx", "a\\b.onnx", "e\u0301.onnx", "a//b.onnx", "/a.onnx"})
    void aListThatNamesOddKeysIsRefused(String name) {
        var list =
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult><Contents><Key>iris/%s</Key></Contents></ListBucketResult>"
                        .formatted(name);
        RawServer.Answer answer =
                (_, out) -> {
                    var body = list.getBytes(UTF_8);
                    var head =
                            "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n"
                                    .formatted(body.length);
                    out.write(head.getBytes(US_ASCII));
                    out.write(body);
                };
        try (var server = new RawServer(answer);
                var store = store(server.uri(), LONG)) {
            store.refusal("s3://models/iris/", ErrorCode.MODEL_INVALID);
        }
    }

    @Test
    void aBucketThatIsNoRootIsNeverAskedFor() {
        try (var server = RawServer.of("HTTP/1.1 200 OK\r\nContent-Length: 5", "model");
                var store = store(server.uri(), LONG)) {
            store.refusal("s3://other/m.onnx", ErrorCode.PATH_NOT_ALLOWED);
            store.refusal("s3://prefixed/m.onnx", ErrorCode.PATH_NOT_ALLOWED);
            store.refusal("s3://prefixed/teamwork/m.onnx", ErrorCode.PATH_NOT_ALLOWED);
            store.refusal("s3://prefixed/team", ErrorCode.PATH_NOT_ALLOWED);
            assertThat(server.connections()).isZero();
            store.fetch("s3://prefixed/team/m.onnx").close();
        }
    }

    private StoreFixture store(URI endpoint, Duration timeout) {
        return new StoreFixture(
                temp,
                StoreFixture.MAX_BYTES,
                new S3Settings(endpoint, "us-east-1", true, "access", "secret"),
                List.of("s3://models", "s3://prefixed/team"),
                timeout);
    }
}
