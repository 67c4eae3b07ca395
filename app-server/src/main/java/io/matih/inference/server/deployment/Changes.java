package io.matih.inference.server.deployment;

import io.javalin.http.Context;
import io.matih.inference.engine.deployment.Change;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import java.util.regex.Pattern;

/// Who changes a deployment, why, and what they saw of it: the same on every route.
final class Changes {
    /// Until keys exist, everybody is whoever reaches the loopback address.
    static final String ACTOR = "local";

    private static final Pattern REVISION = Pattern.compile("\"?([0-9]{1,18})\"?");
    private static final int LONGEST_REASON = 1000;

    private Changes() {}

    static Change of(Context ctx, @Nullable String reason) {
        if (reason != null && reason.length() > LONGEST_REASON) {
            throw new ServingException(
                    ErrorCode.INVALID_PARAMETER,
                    "reason: %d characters; at most %d are kept"
                            .formatted(reason.length(), LONGEST_REASON),
                    new ErrorDetail(
                            "reason",
                            "at most %d characters".formatted(LONGEST_REASON),
                            reason.length() + " characters"));
        }
        if (reason != null && reason.indexOf('\0') >= 0) {
            throw new ServingException(
                    ErrorCode.INVALID_PARAMETER,
                    "reason: it has a NUL character, which cannot be kept",
                    new ErrorDetail("reason", "text without NUL", ServingException.clip(reason)));
        }
        return new Change(revision(ctx.header("If-Match")), ACTOR, reason);
    }

    private static @Nullable Long revision(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.equals("*")) {
            return null;
        }
        var matcher = REVISION.matcher(ifMatch);
        if (!matcher.matches()) {
            throw new ServingException(
                    ErrorCode.INVALID_PARAMETER,
                    "If-Match '%s' is not a revision number in quotes"
                            .formatted(ServingException.clip(ifMatch)),
                    new ErrorDetail("If-Match", "\"7\"", ServingException.clip(ifMatch)));
        }
        return Long.valueOf(matcher.group(1));
    }
}
