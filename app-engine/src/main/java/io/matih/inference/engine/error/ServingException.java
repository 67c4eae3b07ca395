package io.matih.inference.engine.error;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// The one exception that leaves the engine. Its message is meant for the client: it names the
/// field, the value and what is allowed, and never a path or a class of ours.
public final class ServingException extends RuntimeException {
    private static final int CLIP = 64;

    private final ErrorCode code;
    private final List<ErrorDetail> details;
    private final @Nullable Duration retryAfter;

    public ServingException(ErrorCode code, String message) {
        this(code, message, List.of(), null, null);
    }

    public ServingException(ErrorCode code, String message, Throwable cause) {
        this(code, message, List.of(), null, cause);
    }

    public ServingException(ErrorCode code, String message, ErrorDetail detail) {
        this(code, message, List.of(detail), null, null);
    }

    public ServingException(
            ErrorCode code,
            String message,
            List<ErrorDetail> details,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.details = List.copyOf(details);
        this.retryAfter = retryAfter;
    }

    public ErrorCode code() {
        return code;
    }

    @Override
    public String getMessage() {
        return java.util.Objects.requireNonNull(super.getMessage());
    }

    public List<ErrorDetail> details() {
        return details;
    }

    /// When trying again makes sense; absent where it does not.
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    public ServingException withRetryAfter(Duration delay) {
        return new ServingException(code, getMessage(), details, delay, this);
    }

    /// Text from outside as it may stand in a message: at most 64 characters, control and
    /// bidirectional characters replaced.
    public static String clip(String text) {
        return isPlain(text) ? text : clipped(text);
    }

    /// Nearly every name is; and names are also clipped where nothing has failed yet.
    private static boolean isPlain(String text) {
        if (text.length() > CLIP) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    private static String clipped(String text) {
        var clipped = new StringBuilder();
        text.codePoints()
                .limit(CLIP)
                .map(ServingException::printable)
                .forEach(clipped::appendCodePoint);
        return text.codePointCount(0, text.length()) > CLIP
                ? clipped.append('…').toString()
                : clipped.toString();
    }

    private static int printable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE ->
                    '\uFFFD';
            default -> character;
        };
    }
}
