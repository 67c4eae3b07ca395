package io.matih.inference.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.grpc.Metadata;
import io.grpc.Status;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.http.HeldBytes;
import io.matih.inference.server.proto.ModelInferRequest;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;

class HeldMessagesTest {
    private static final int ROOM = 100;

    private final HeldBytes all = new HeldBytes(ROOM);
    private final ArrayList<ServingException> refusals = new ArrayList<>();

    private HeldMessages call() {
        var call =
                (HeldMessages)
                        HeldMessages.counting(all).newServerStreamTracer("m", new Metadata());
        call.whenFull(refusals::add);
        return call;
    }

    private static Received message(long bytes) {
        return new Received.Whole(ModelInferRequest.getDefaultInstance(), bytes);
    }

    private void assertAllIsGivenBack() {
        assertThatCode(() -> all.take(ROOM)).doesNotThrowAnyException();
    }

    @Test
    void callsShareTheRoomAndTheOneTooManyIsRefusedWhileItArrives() {
        var first = call();
        var second = call();
        first.inboundWireSize(60);
        second.inboundWireSize(40);
        assertThat(refusals).isEmpty();
        second.inboundWireSize(1);
        second.inboundWireSize(1);
        assertThat(refusals).extracting(ServingException::code).containsOnly(ErrorCode.OVERLOADED);
        assertThat(refusals).hasSize(1);
        first.streamClosed(Status.OK);
        second.streamClosed(Status.CANCELLED);
        assertAllIsGivenBack();
    }

    @Test
    void aMessageThatCameCompressedCountsAsWhatItTakes() {
        var call = call();
        call.inboundWireSize(10);
        assertThat(call.take(message(90))).isEqualTo(90);
        call.inboundWireSize(11);
        assertThat(refusals).hasSize(1);
        call.streamClosed(Status.OK);
        assertAllIsGivenBack();
    }

    @Test
    void anAnswerGivesItsMessageBackOnce() {
        var call = call();
        call.inboundWireSize(80);
        long bytes = call.take(message(75));
        call.giveBack(bytes);
        call.inboundWireSize(100);
        assertThat(refusals).isEmpty();
        call.streamClosed(Status.OK);
        call.giveBack(bytes);
        assertAllIsGivenBack();
    }
}
