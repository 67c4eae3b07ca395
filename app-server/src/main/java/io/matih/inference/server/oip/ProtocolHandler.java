package io.matih.inference.server.oip;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.api.LiveView;
import io.matih.inference.server.api.ModelReadyView;
import io.matih.inference.server.api.ReadyView;
import io.matih.inference.server.http.MediaType;
import io.matih.inference.server.json.JsonReply;

/// `/v2` and what it tells of models. Health is told by the status; the bodies are KServe's, whose
/// clients read them, where Triton's are empty.
public final class ProtocolHandler {
    private final ProtocolModels models;

    public ProtocolHandler(ProtocolModels models) {
        this.models = models;
    }

    public void server(Context ctx) {
        send(ctx, MessageJson.write(models.server()));
    }

    public void live(Context ctx) {
        JsonReply.send(ctx, HttpStatus.OK, new LiveView(true));
    }

    public void ready(Context ctx) {
        if (!models.ready()) {
            throw new ServingException(ErrorCode.MODEL_NOT_READY, "the server is not ready");
        }
        JsonReply.send(ctx, HttpStatus.OK, new ReadyView(true));
    }

    public void modelReady(Context ctx) {
        var target = PathModel.of(ctx);
        if (!models.ready(target.model(), target.version())) {
            throw new ServingException(
                    ErrorCode.MODEL_NOT_READY, "model '%s' is not ready".formatted(target.model()));
        }
        JsonReply.send(ctx, HttpStatus.OK, new ModelReadyView(target.model(), true));
    }

    public void metadata(Context ctx) {
        var target = PathModel.of(ctx);
        send(ctx, MessageJson.write(models.metadata(target.model(), target.version())));
    }

    public void config(Context ctx) {
        var target = PathModel.of(ctx);
        send(ctx, MessageJson.write(models.config(target.model(), target.version())));
    }

    public void statistics(Context ctx) {
        var target = PathModel.of(ctx);
        send(ctx, MessageJson.write(models.statistics(target.model(), target.version())));
    }

    public void allStatistics(Context ctx) {
        send(ctx, MessageJson.write(models.statistics(null, null)));
    }

    static void send(Context ctx, byte[] json) {
        ctx.status(HttpStatus.OK).contentType(MediaType.JSON).result(json);
    }
}
