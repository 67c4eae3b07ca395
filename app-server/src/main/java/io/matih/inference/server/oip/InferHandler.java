package io.matih.inference.server.oip;

import io.matih.inference.server.http.DirectExchange;
import io.matih.inference.server.inference.DirectInference;
import io.matih.inference.server.inference.GenerateForm;
import io.matih.inference.server.inference.InferenceLimits;
import io.matih.inference.server.inference.JsonSource;
import io.matih.inference.server.inference.PredictCodec;
import io.matih.inference.server.inference.TensorForm;
import io.matih.inference.server.inference.WriteOptions;

/// The protocol's routes of inference.
public final class InferHandler {
    private static final WriteOptions OPTIONS = new WriteOptions(false);

    private final DirectInference inference;
    private final PredictCodec codec;
    private final InferenceLimits limits;
    private final JsonSource source;

    public InferHandler(DirectInference inference, PredictCodec codec, InferenceLimits limits) {
        this.inference = inference;
        this.codec = codec;
        this.limits = limits;
        source = new JsonSource(limits);
    }

    public void infer(DirectExchange exchange, byte[] body) {
        var form = TensorForm.of(codec, exchange, PathModel.of(exchange), OPTIONS);
        inference.answer(exchange, body, form);
    }

    public void generate(DirectExchange exchange, byte[] body) {
        generate(exchange, body, false);
    }

    public void generateStream(DirectExchange exchange, byte[] body) {
        generate(exchange, body, true);
    }

    private void generate(DirectExchange exchange, byte[] body, boolean stream) {
        var form = new GenerateForm(source, limits, PathModel.of(exchange), stream);
        inference.answer(exchange, body, form);
    }
}
