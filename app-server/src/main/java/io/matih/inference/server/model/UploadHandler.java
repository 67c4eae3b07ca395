package io.matih.inference.server.model;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.matih.inference.engine.model.store.Uploads;
import io.matih.inference.server.api.UploadResponse;
import io.matih.inference.server.http.MediaType;
import io.matih.inference.server.http.RequestBody;
import io.matih.inference.server.json.JsonReply;
import java.io.IOException;
import java.util.Objects;

/// `POST /api/v1/inference/uploads`: a model's bytes, for a deploy that follows.
public final class UploadHandler {
    private final Uploads uploads;
    private final long maxBytes;

    public UploadHandler(Uploads uploads, long maxBytes) {
        this.uploads = uploads;
        this.maxBytes = maxBytes;
    }

    public void save(Context ctx) throws IOException {
        var type = Objects.requireNonNullElse(ctx.contentType(), MediaType.OCTET_STREAM);
        try (var body = RequestBody.stream(ctx, maxBytes)) {
            var upload = uploads.save(body, type);
            JsonReply.send(
                    ctx,
                    HttpStatus.CREATED,
                    new UploadResponse(upload.uri(), upload.sha256(), upload.bytes()));
        }
    }
}
