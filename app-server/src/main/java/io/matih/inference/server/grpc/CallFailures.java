package io.matih.inference.server.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;

import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.error.ErrorResponses;
import io.matih.inference.server.http.Ulid;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;

/// What a call that failed is closed with: the status of its code, our message, and for programs
/// the code itself, the fields that are wrong and when to come back (`google.rpc.Status`).
final class CallFailures {
    private static final Logger LOG = LoggerFactory.getLogger(CallFailures.class);
    private static final String DOMAIN = "inference.matih.io";

    /// Clients take no more than 8 KB of trailers, in which the message stands twice.
    private static final int LONGEST_TEXT = 1024;

    private static final int MOST_DETAILS = 4;

    /// Clients that retry by themselves wait so long before (gRPC retry design, A6).
    private static final Metadata.Key<String> PUSHBACK =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

    private CallFailures() {}

    static StatusRuntimeException of(Throwable thrown) {
        var failure = named(thrown);
        var status =
                com.google.rpc.Status.newBuilder()
                        .setCode(ErrorResponses.grpcStatus(failure.code()).value())
                        .setMessage(text(failure.getMessage()))
                        .addDetails(Any.pack(info(failure.code())));
        if (!failure.details().isEmpty()) {
            status.addDetails(Any.pack(violations(failure.details())));
        }
        var trailers = new Metadata();
        var retryAfter = ErrorResponses.retryAfter(failure);
        if (retryAfter != null) {
            trailers.put(PUSHBACK, Long.toString(retryAfter.toMillis()));
            status.addDetails(
                    Any.pack(
                            RetryInfo.newBuilder()
                                    .setRetryDelay(
                                            Duration.newBuilder()
                                                    .setSeconds(retryAfter.toSeconds())
                                                    .setNanos(retryAfter.toNanosPart()))
                                    .build()));
        }
        return StatusProto.toStatusRuntimeException(status.build(), trailers);
    }

    /// The failure itself; one that nobody expected is logged and shown by a name to look for.
    static ServingException named(Throwable thrown) {
        if (thrown instanceof ServingException known) {
            return known;
        }
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        var id = Ulid.next();
        LOG.error("request {} failed", id, thrown);
        return new ServingException(
                ErrorCode.INTERNAL, "internal error, see the log under request id " + id);
    }

    private static ErrorInfo info(ErrorCode code) {
        return ErrorInfo.newBuilder().setReason(code.name()).setDomain(DOMAIN).build();
    }

    private static BadRequest violations(List<ErrorDetail> details) {
        return BadRequest.newBuilder()
                .addAllFieldViolations(
                        details.stream().limit(MOST_DETAILS).map(CallFailures::violation).toList())
                .build();
    }

    private static FieldViolation violation(ErrorDetail detail) {
        var expected = detail.expected() == null ? "something else" : detail.expected();
        var actual = detail.actual() == null ? "" : ", got " + detail.actual();
        return FieldViolation.newBuilder()
                .setField(ServingException.clip(detail.field()))
                .setDescription(ServingException.clip("expected " + expected + actual))
                .build();
    }

    private static String text(String message) {
        return message.length() <= LONGEST_TEXT
                ? message
                : message.substring(0, LONGEST_TEXT - 1) + '…';
    }
}
