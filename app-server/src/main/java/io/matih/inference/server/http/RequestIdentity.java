package io.matih.inference.server.http;

import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.jspecify.annotations.Nullable;

import java.util.regex.Pattern;

/// What a request is called in answers and logs.
///
/// @param requestId the client's `X-Request-Id`, or one minted here
/// @param traceparent the client's trace (W3C Trace Context, section 3.2), where it sent a
///   well-formed one
record RequestIdentity(String requestId, @Nullable String traceparent) {
    static final String REQUEST_ID = "X-Request-Id";
    static final String TRACEPARENT = "traceparent";

    private static final HttpField NOSNIFF =
            new PreEncodedHttpField("X-Content-Type-Options", "nosniff");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Pattern TRACE =
            Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    static RequestIdentity of(HttpFields headers) {
        var id = headers.get(REQUEST_ID);
        var trace = headers.get(TRACEPARENT);
        return new RequestIdentity(
                id != null && ID.matcher(id).matches() ? id : Ulid.next(),
                trace != null && TRACE.matcher(trace).matches() ? trace : null);
    }

    /// Of a request whose client named nothing.
    static RequestIdentity minted() {
        return new RequestIdentity(Ulid.next(), null);
    }

    void writeTo(HttpFields.Mutable headers) {
        headers.put(REQUEST_ID, requestId);
        if (traceparent != null) {
            headers.put(TRACEPARENT, traceparent);
        }
        headers.put(NOSNIFF);
    }
}
