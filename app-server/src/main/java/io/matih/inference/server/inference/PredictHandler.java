package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.http.DirectExchange;

import org.jspecify.annotations.Nullable;

/// `POST /api/v1/inference/predict`.
public final class PredictHandler {
    private final DirectInference inference;
    private final PredictCodec codec;

    public PredictHandler(DirectInference inference, PredictCodec codec) {
        this.inference = inference;
        this.codec = codec;
    }

    public void predict(DirectExchange exchange, byte[] body) {
        var options = new WriteOptions(wantsMeta(exchange.query("meta")));
        inference.answer(exchange, body, TensorForm.of(codec, exchange, null, options));
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
}
