package io.matih.inference.server.http;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.Set;

/// The content codings that are understood and written.
final class Encodings {
    static final String GZIP = "gzip";
    static final String DEFLATE = "deflate";

    /// From here on an answer is worth compressing.
    static final int WORTH_BYTES = 1024;

    private static final Set<String> AS_IS = Set.of(MediaType.EVENT_STREAM, MediaType.ZIP);
    private static final String IDENTITY = "identity";

    private Encodings() {}

    /// The one coding of a request's body; absent where it is sent as it is.
    ///
    /// @throws ServingException `UNSUPPORTED_ENCODING`, also for one inside another
    static @Nullable String ofRequest(HttpFields headers) {
        var codings = headers.getCSV(HttpHeader.CONTENT_ENCODING, false);
        if (codings.isEmpty()) {
            return null;
        }
        var coding = name(codings.getFirst());
        if (codings.size() == 1 && coding.equals(IDENTITY)) {
            return null;
        }
        if (codings.size() > 1 || !(coding.equals(GZIP) || coding.equals(DEFLATE))) {
            throw new ServingException(
                    ErrorCode.UNSUPPORTED_ENCODING,
                    "Content-Encoding '%s' is not understood; allowed: gzip, deflate or none"
                            .formatted(ServingException.clip(String.join(", ", codings))));
        }
        return coding;
    }

    /// The coding the client likes best among ours; absent where it wants none.
    static @Nullable String ofResponse(HttpFields headers) {
        for (var quality : headers.getQualityCSV(HttpHeader.ACCEPT_ENCODING)) {
            var coding = name(quality);
            switch (coding) {
                case GZIP, DEFLATE -> {
                    return coding;
                }
                case "*" -> {
                    return GZIP;
                }
                case IDENTITY -> {
                    return null;
                }
                default -> {
                    // Another one's turn.
                }
            }
        }
        return null;
    }

    /// Whether an answer of this type may be compressed: streams of events may not, and what is
    /// compressed already.
    static boolean helps(String contentType) {
        return !AS_IS.contains(MediaType.essence(contentType));
    }

    private static String name(String coding) {
        var name = coding.strip().toLowerCase(Locale.ROOT);
        return name.equals("x-gzip") ? GZIP : name;
    }
}
