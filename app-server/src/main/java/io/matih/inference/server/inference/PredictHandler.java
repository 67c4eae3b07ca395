package io.matih.inference.server.inference;

import io.javalin.http.Context;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.serving.Router;
import io.matih.inference.engine.telemetry.ModelMeters;
import io.matih.inference.server.http.RequestBody;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `POST /api/v1/inference/predict`: decode, one call to the router, encode.
public final class PredictHandler {
    private static final double NANOS_PER_MILLI = 1e6;

    private final Router router;
    private final PredictCodec codec;
    private final long maxBodyBytes;

    public PredictHandler(Router router, PredictCodec codec, long maxBodyBytes) {
        this.router = router;
        this.codec = codec;
        this.maxBodyBytes = maxBodyBytes;
    }

    public void predict(Context ctx) {
        var options = new WriteOptions(wantsMeta(ctx.queryParam("meta")));
        var body = RequestBody.read(ctx, maxBodyBytes);
        long received = System.nanoTime();
        var call = decode(body);
        var response = router.infer(call.request());
        var meters = router.meters(call.request().model());
        ctx.header("Server-Timing", serverTiming(response.timings()));
        ctx.result(encode(call, response, options, meters));
        meters.ifPresent(counted -> counted.succeeded(System.nanoTime() - received));
    }

    private static boolean wantsMeta(@Nullable String text) {
        if (text == null || text.equals("true")) {
            return true;
        }
        if (text.equals("false")) {
            return false;
        }
        throw new ServingException(
                ErrorCode.INVALID_PARAMETER,
                "meta: '%s' is neither true nor false".formatted(ServingException.clip(text)),
                new ErrorDetail("meta", "true or false", ServingException.clip(text)));
    }

    /// A body that cannot be decoded is a failure of the model that it names, where it names one that
    /// is deployed.
    private PredictCall decode(byte[] body) {
        var named = new NamedModel(router);
        try {
            return codec.read(body, named);
        } catch (ServingException e) {
            named.meters().ifPresent(meters -> meters.failed(e.code()));
            throw e;
        }
    }

    private byte[] encode(
            PredictCall call,
            InferenceResponse response,
            WriteOptions options,
            Optional<ModelMeters> meters) {
        try {
            return codec.write(call, response, options);
        } catch (ServingException e) {
            meters.ifPresent(counted -> counted.failed(e.code()));
            throw e;
        }
    }

    private static String serverTiming(InferenceResponse.Timings timings) {
        return String.format(
                Locale.ROOT,
                "queue;dur=%.3f, compute;dur=%.3f",
                timings.queueNanos() / NANOS_PER_MILLI,
                timings.computeNanos() / NANOS_PER_MILLI);
    }
}
