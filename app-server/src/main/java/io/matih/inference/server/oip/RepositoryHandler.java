package io.matih.inference.server.oip;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.matih.inference.engine.model.store.Uploads;
import io.matih.inference.server.api.RepositoryIndexRequest;
import io.matih.inference.server.api.UnloadRequest;
import io.matih.inference.server.http.RequestBody;
import io.matih.inference.server.json.JsonBody;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Set;

/// The model repository extension over REST.
public final class RepositoryHandler {
    private final ProtocolModels models;
    private final Uploads uploads;
    private final Limits limits;

    /// @param uploads take the files of a load
    public RepositoryHandler(ProtocolModels models, Uploads uploads, Limits limits) {
        this.models = models;
        this.uploads = uploads;
        this.limits = limits;
    }

    /// Largest bodies, in bytes.
    ///
    /// @param loadBytes of a load, whose files are in it
    public record Limits(long controlBytes, long loadBytes) {}

    public void index(Context ctx) {
        var request = read(ctx, RepositoryIndexRequest.class);
        boolean readyOnly = request != null && Boolean.TRUE.equals(request.ready());
        ProtocolHandler.send(ctx, MessageJson.write(models.index(readyOnly).getModelsList()));
    }

    /// Done is an empty 200, as Triton answers.
    public void load(Context ctx) throws IOException {
        var model = PathModel.of(ctx).model();
        try (var body = RequestBody.stream(ctx, limits.loadBytes());
                var parameters = new LoadParameters(uploads)) {
            new LoadReader(parameters).read(body);
            models.load(model, parameters);
        }
        ctx.status(HttpStatus.OK);
    }

    public void unload(Context ctx) {
        var model = PathModel.of(ctx).model();
        read(ctx, UnloadRequest.class);
        models.unload(model);
        ctx.status(HttpStatus.OK);
    }

    /// Absent where the body is empty, as most clients send it.
    private <T> @Nullable T read(Context ctx, Class<T> type) {
        var body = RequestBody.read(ctx, limits.controlBytes());
        return body.length == 0 ? null : JsonBody.read(body, type, Set.of());
    }
}
