package io.matih.inference.engine.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/// Connections go to the addresses that were judged, and to no other. What listens at the forbidden
/// address, 0.0.0.0, is on Linux whoever listens at 127.0.0.1.
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class S3AddressTest {
    private static final String URI_TEXT = "s3://models/m.onnx";
    private static final String HOST = "s3.test";
    private static final InetAddress GOOD = address("127.0.0.2");
    private static final InetAddress FORBIDDEN = address("0.0.0.0");
    private static final String MODEL = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nmodel";

    @TempDir private Path temp;
    private RawServer forbidden = RawServer.of("HTTP/1.1 200 OK\r\nContent-Length: 6", "secret");

    @BeforeEach
    void theForbiddenAddressIsReachable() throws Exception {
        try (var socket = new Socket(FORBIDDEN, forbidden.port())) {
            assertThat(socket.isConnected()).isTrue();
        }
        forbidden.close();
        forbidden = RawServer.of("HTTP/1.1 200 OK\r\nContent-Length: 6", "secret");
    }

    @AfterEach
    void nothingCameThere() {
        assertThat(forbidden.connections()).isZero();
        forbidden.close();
    }

    @Test
    void oneAnswerIsBothJudgedAndUsed() {
        var names = new Names(List.of(List.of(GOOD), List.of(FORBIDDEN)));
        try (var good = good(MODEL);
                var store = store(HOST, names)) {
            store.fetch(URI_TEXT).close();
            assertThat(good.connections()).isOne();
            assertThat(names.asked).containsExactly(HOST);
            store.refusal(URI_TEXT, ErrorCode.URL_NOT_ALLOWED);
            assertThat(good.connections()).isOne();
        }
    }

    @Test
    void anAnswerThatChangesBetweenTriesIsJudgedAnew() {
        var names = new Names(List.of(List.of(GOOD), List.of(FORBIDDEN)));
        try (var good = good("HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n");
                var store = store(HOST, names)) {
            store.refusal(URI_TEXT, ErrorCode.URL_NOT_ALLOWED);
            assertThat(good.connections()).isOne();
            assertThat(names.asked).containsExactly(HOST, HOST);
        }
    }

    @Test
    void oneForbiddenAddressOfTwoIsEnough() {
        try (var good = good(MODEL)) {
            for (var both : List.of(List.of(GOOD, FORBIDDEN), List.of(FORBIDDEN, GOOD))) {
                var names = new Names(List.of(both));
                try (var store = store(HOST, names)) {
                    store.refusal(URI_TEXT, ErrorCode.URL_NOT_ALLOWED);
                    assertThat(names.asked).as("no second try").containsExactly(HOST);
                }
            }
            assertThat(good.connections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"301 Moved Permanently", "302 Found", "307 Temporary Redirect"})
    void aRedirectToAForbiddenAddressIsNotFollowed(String status) {
        var head =
                "HTTP/1.1 %s\r\nLocation: http://0.0.0.0:%d/x\r\nContent-Length: 0\r\n\r\n"
                        .formatted(status, forbidden.port());
        var names = new Names(List.of(List.of(GOOD)));
        try (var good = good(head);
                var store = store(HOST, names)) {
            store.refusal(URI_TEXT, ErrorCode.URL_NOT_ALLOWED);
            assertThat(good.connections()).isOne();
            assertThat(names.asked).containsExactly(HOST);
        }
    }

    /// The system takes this number for 0.0.0.0.
    @Test
    void anAddressInAnotherSpellingIsJudgedToo() {
        try (var store = store("0", EndpointGuard.Names.SYSTEM)) {
            store.refusal(URI_TEXT, ErrorCode.URL_NOT_ALLOWED);
        }
    }

    @Test
    void forbiddenAddressesAreRefusedUnlessConfiguredAsSuch() throws Exception {
        var guard = guard("http://127.0.0.1:1");
        for (var host :
                List.of(
                        "169.254.169.254",
                        "2852039166",
                        "::ffff:169.254.169.254",
                        "fe80::1",
                        "0.0.0.0",
                        "::",
                        "224.0.0.1",
                        "fd00:ec2::254")) {
            assertThatThrownBy(() -> guard.resolve(host))
                    .as(host)
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.URL_NOT_ALLOWED));
        }
        assertThat(guard.resolve("127.0.0.1")).containsExactly(address("127.0.0.1"));
        assertThat(guard("http://169.254.1.1:9000").resolve("169.254.1.1"))
                .containsExactly(address("169.254.1.1"));
        assertThat(guard("http://[fe80::1]:9000").resolve("[fe80::1]"))
                .containsExactly(address("fe80::1"));
    }

    private static EndpointGuard guard(String endpoint) {
        return new EndpointGuard(URI.create(endpoint), EndpointGuard.Names.SYSTEM);
    }

    /// At the allowed address, on the port of the listener at the forbidden one.
    private RawServer good(String answer) {
        return new RawServer(
                GOOD, forbidden.port(), (_, out) -> out.write(answer.getBytes(US_ASCII)));
    }

    private StoreFixture store(String host, EndpointGuard.Names names) {
        var endpoint = URI.create("http://%s:%d".formatted(host, forbidden.port()));
        return new StoreFixture(
                temp,
                StoreFixture.MAX_BYTES,
                new S3Settings(endpoint, "us-east-1", true, "access", "secret"),
                List.of("s3://models"),
                Duration.ofSeconds(30),
                names);
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /// Gives one answer after the other, the last one for ever.
    private static final class Names implements EndpointGuard.Names {
        final List<String> asked = Collections.synchronizedList(new ArrayList<>());
        private final Deque<List<InetAddress>> answers;

        Names(List<List<InetAddress>> answers) {
            this.answers = new ArrayDeque<>(answers);
        }

        @Override
        public synchronized InetAddress[] addresses(String host) {
            asked.add(host);
            var answer = answers.size() > 1 ? answers.removeFirst() : answers.getFirst();
            return answer.toArray(InetAddress[]::new);
        }
    }
}
