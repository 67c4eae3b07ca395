package io.matih.inference.server.client;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;

/// The one exception that leaves the client: the server refused, answered wrongly, or was not
/// there. Its texts come from elsewhere and are not fit for a terminal as they are.
public final class ClientException extends RuntimeException {
    /// Of an answer that is not in our form.
    private static final int MOST_SHOWN = 200;

    /// The code where no server answered.
    public static final String UNREACHABLE = "UNREACHABLE";

    private final int status;
    private final String code;
    private final @Nullable String requestId;
    private final List<Detail> details;
    private final @Nullable Long retryAfterMillis;
    private final @Nullable String body;

    /// One field that is wrong.
    public record Detail(String field, @Nullable String expected, @Nullable String actual) {}

    ClientException(
            int status,
            String code,
            String message,
            @Nullable String requestId,
            List<Detail> details,
            @Nullable Long retryAfterMillis,
            @Nullable String body) {
        super(message);
        this.status = status;
        this.code = code;
        this.requestId = requestId;
        this.details = List.copyOf(details);
        this.retryAfterMillis = retryAfterMillis;
        this.body = body;
    }

    static ClientException unreachable(String message, Throwable cause) {
        var exception = new ClientException(0, UNREACHABLE, message, null, List.of(), null, null);
        exception.initCause(cause);
        return exception;
    }

    static ClientException notOurs(int status, String body) {
        return new ClientException(
                status,
                "BAD_ANSWER",
                "the server answered %d without a JSON error: %s"
                        .formatted(
                                status,
                                body.strip()
                                        .substring(0, Math.min(MOST_SHOWN, body.strip().length()))),
                null,
                List.of(),
                null,
                body);
    }

    /// The HTTP status; 0 where no answer came.
    public int status() {
        return status;
    }

    /// The error's code as the server names it, or `UNREACHABLE`, `BAD_ANSWER`, `NOT_READABLE`.
    public String code() {
        return code;
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    public @Nullable String requestId() {
        return requestId;
    }

    public List<Detail> details() {
        return details;
    }

    public @Nullable Long retryAfterMillis() {
        return retryAfterMillis;
    }

    /// The answer as it came; absent where none did.
    public @Nullable String body() {
        return body;
    }
}
