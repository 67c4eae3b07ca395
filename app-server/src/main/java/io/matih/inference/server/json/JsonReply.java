package io.matih.inference.server.json;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;

import java.util.zip.CRC32C;

/// Answers in JSON.
public final class JsonReply {
    private JsonReply() {}

    public static void send(Context ctx, HttpStatus status, Object value) {
        ctx.status(status).contentType("application/json").result(JsonBody.write(value));
    }

    /// With an `ETag` of the content; 304 without a body where the client has it already.
    public static void sendTagged(Context ctx, Object value) {
        var body = JsonBody.write(value);
        var checksum = new CRC32C();
        checksum.update(body);
        var tag = "\"%08x%x\"".formatted(checksum.getValue(), body.length);
        ctx.header("ETag", tag);
        if (tag.equals(ctx.header("If-None-Match"))) {
            ctx.status(HttpStatus.NOT_MODIFIED);
        } else {
            ctx.status(HttpStatus.OK).contentType("application/json").result(body);
        }
    }
}
