package io.matih.inference.server.grpc;

import static io.matih.inference.server.grpc.GrpcClient.floats;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.TestServer;
import io.matih.inference.server.http.ConnectionLimits;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;

/// Connections that speak HTTP/2 as no client of gRPC does (RFC 9113): they are told to calm down
/// and closed, and others are answered.
class HostileConnectionTest {
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int END_HEADERS = 4;
    private static final int CANCEL = 8;
    private static final int ENHANCE_YOUR_CALM = 11;

    @TempDir private Path data;
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start(data);
        server.deploy("echo");
    }

    @AfterEach
    void othersAreAnswered() {
        try (var client = new GrpcClient(server)) {
            assertThat(client.infer(floats("echo", 1)).getOutputsCount()).isEqualTo(1);
        }
        server.close();
    }

    @Test
    void aFloodOfPingsIsStopped() throws IOException {
        var sent = new ByteArrayOutputStream();
        for (int i = 0; i < 100; i++) {
            frame(sent, PING, 0, 0, new byte[8]);
        }
        assertThat(goodbye(sent)).isEqualTo(ENHANCE_YOUR_CALM);
    }

    @Test
    void callsThatAreOpenedAndResetAreStopped() throws IOException {
        var sent = new ByteArrayOutputStream();
        var cancel = ByteBuffer.allocate(4).putInt(CANCEL).array();
        for (int i = 0; i < 1_500; i++) {
            frame(sent, HEADERS, END_HEADERS, 2 * i + 1, headers());
            frame(sent, RST_STREAM, 0, 2 * i + 1, cancel);
        }
        assertThat(goodbye(sent)).isEqualTo(ENHANCE_YOUR_CALM);
    }

    @Test
    void connectionsThatAreTooManyAreClosedAtOnce() throws IOException {
        int most = ConnectionLimits.defaults().perLoopbackAddress();
        var open = new ArrayList<Socket>();
        try {
            for (int i = 0; i < most; i++) {
                open.add(connect());
            }
            for (var each : open) {
                assertThat(each.getInputStream().read()).isNotNegative();
            }
            try (var surplus = connect()) {
                assertThatIsClosed(surplus);
            }
        } finally {
            for (var each : open) {
                each.close();
            }
        }
    }

    private Socket connect() throws IOException {
        var address = server.server().grpcAddress().split(":", 2);
        var socket = new Socket(address[0], Integer.parseInt(address[1]));
        socket.setSoTimeout(10_000);
        opening().writeTo(socket.getOutputStream());
        return socket;
    }

    private static void assertThatIsClosed(Socket socket) throws IOException {
        try {
            assertThat(socket.getInputStream().read()).isNegative();
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    private static ByteArrayOutputStream opening() {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(bytes, SETTINGS, 0, 0, new byte[0]);
        return bytes;
    }

    private static void frame(
            ByteArrayOutputStream target, int type, int flags, int stream, byte[] payload) {
        target.write(payload.length >> 16);
        target.write(payload.length >> 8);
        target.write(payload.length);
        target.write(type);
        target.write(flags);
        target.writeBytes(ByteBuffer.allocate(4).putInt(stream).array());
        target.writeBytes(payload);
    }

    /// The start of a call, in HPACK (RFC 7541): static entries, and literals that are not indexed.
    private static byte[] headers() {
        var block = new ByteArrayOutputStream();
        block.write(0x83); // :method POST
        block.write(0x86); // :scheme http
        literal(block, new byte[] {0x04}, "/inference.GRPCInferenceService/ModelInfer");
        literal(block, new byte[] {0x01}, "localhost");
        literal(block, new byte[] {0x0F, 0x10}, "application/grpc");
        literal(block, new byte[] {0x00, 2, 't', 'e'}, "trailers");
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, byte[] name, String value) {
        block.writeBytes(name);
        block.write(value.length());
        block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    /// @return the reason with which the server ends the connection
    private int goodbye(ByteArrayOutputStream sent) throws IOException {
        try (var socket = connect()) {
            sent.writeTo(socket.getOutputStream());
            var in = new DataInputStream(socket.getInputStream());
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                in.skipNBytes(5);
                var payload = in.readNBytes(length);
                if (type == GOAWAY) {
                    return ByteBuffer.wrap(payload).getInt(4);
                }
            }
        }
    }
}
