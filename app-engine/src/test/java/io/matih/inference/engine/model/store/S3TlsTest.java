package io.matih.inference.engine.model.store;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.matih.inference.engine.error.ErrorCode;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// The certificate is held against the server's name, not against the address judged for it.
@Timeout(60)
class S3TlsTest {
    private static final String URI_TEXT = "s3://models/m.onnx";
    private static final String PASSWORD = "changeit";
    private static final String TRUST = "javax.net.ssl.trustStore";

    @TempDir private Path temp;

    @BeforeEach
    void trustOneCertificate() throws Exception {
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var made =
                new ProcessBuilder(
                                keytool,
                                "-genkeypair",
                                "-keystore",
                                keys().toString(),
                                "-storepass",
                                PASSWORD,
                                "-alias",
                                "s3",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=s3.test",
                                "-ext",
                                "san=dns:s3.test")
                        .inheritIO()
                        .start();
        assertThat(made.waitFor()).isZero();
        System.setProperty(TRUST, keys().toString());
        System.setProperty(TRUST + "Password", PASSWORD);
    }

    @AfterEach
    void trustAsBefore() {
        System.clearProperty(TRUST);
        System.clearProperty(TRUST + "Password");
    }

    @Test
    void onlyTheNameOfTheCertificateIsTalkedTo() throws Exception {
        try (var socket = secureSocket();
                var right = store("s3.test", socket.getLocalPort());
                var wrong = store("other.test", socket.getLocalPort())) {
            Thread.ofPlatform().daemon().start(() -> serve(socket));
            try (var staged = right.fetch(URI_TEXT)) {
                assertThat(staged.artifact().modelPath()).hasContent("model");
            }
            assertThat(wrong.refusal(URI_TEXT, ErrorCode.SOURCE_UNAVAILABLE))
                    .hasStackTraceContaining("other.test");
        }
    }

    private ServerSocket secureSocket() throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        try (var file = Files.newInputStream(keys())) {
            store.load(file, PASSWORD.toCharArray());
        }
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, PASSWORD.toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context.getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private static void serve(ServerSocket socket) {
        while (!socket.isClosed()) {
            try (var client = socket.accept()) {
                var in = client.getInputStream();
                for (var head = new StringBuilder(); head.indexOf("\r\n\r\n") < 0; ) {
                    int read = in.read();
                    if (read < 0) {
                        break;
                    }
                    head.append((char) read);
                }
                client.getOutputStream()
                        .write(
                                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nmodel"
                                        .getBytes(US_ASCII));
            } catch (IOException e) {
                // Closed, or the client did not like the certificate.
            }
        }
    }

    private StoreFixture store(String host, int port) {
        return new StoreFixture(
                temp.resolve(host),
                StoreFixture.MAX_BYTES,
                new S3Settings(
                        URI.create("https://%s:%d".formatted(host, port)),
                        "us-east-1",
                        true,
                        "access",
                        "secret"),
                List.of("s3://models"),
                Duration.ofSeconds(30),
                _ -> new InetAddress[] {InetAddress.getLoopbackAddress()});
    }

    private Path keys() {
        return temp.resolve("keys.p12");
    }
}
