package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.InferenceListener;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.serving.Router;
import io.matih.inference.engine.telemetry.ModelMeters;
import io.matih.inference.server.http.DirectExchange;

import org.jspecify.annotations.Nullable;

/// `POST /api/v1/inference/predict`: decode, one call to the router, encode.
public final class PredictHandler {
    private final Router router;
    private final PredictCodec codec;

    public PredictHandler(Router router, PredictCodec codec) {
        this.router = router;
        this.codec = codec;
    }

    public void predict(DirectExchange exchange, byte[] body) {
        var options = new WriteOptions(wantsMeta(exchange.query("meta")));
        var answering = new Answering(exchange, decode(body), options, System.nanoTime());
        if (exchange.mayWait()) {
            answering.await();
        } else {
            answering.offer();
        }
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

    /// A body that cannot be decoded is a failure of the model that it names, where it names one
    /// that is deployed.
    private PredictCall decode(byte[] body) {
        var named = new NamedModel(router);
        try {
            return codec.read(body, named);
        } catch (ServingException e) {
            named.meters().ifPresent(meters -> meters.failed(e.code()));
            throw e;
        }
    }

    private static String serverTiming(InferenceResponse.Timings timings) {
        var text = new StringBuilder(48).append("queue;dur=");
        millis(text, timings.queueNanos());
        millis(text.append(", compute;dur="), timings.computeNanos());
        return text.toString();
    }

    /// With three decimals, which `String.format` takes longer for than a small model's run.
    private static void millis(StringBuilder text, long nanos) {
        long micros = Math.max(0, nanos) / 1000;
        int fraction = (int) (micros % 1000);
        text.append(micros / 1000).append('.');
        text.append(fraction / 100).append(fraction / 10 % 10).append(fraction % 10);
    }

    /// One decoded request on its way to an answer.
    private final class Answering implements InferenceListener {
        private final DirectExchange exchange;
        private final PredictCall call;
        private final WriteOptions options;
        private final long receivedNanos;

        private Answering(
                DirectExchange exchange,
                PredictCall call,
                WriteOptions options,
                long receivedNanos) {
            this.exchange = exchange;
            this.call = call;
            this.options = options;
            this.receivedNanos = receivedNanos;
        }

        /// Waits for the response, on a thread that may.
        private void await() {
            answer(router.infer(call.request()));
        }

        private void offer() {
            var pending = router.offer(call.request(), this);
            if (pending.isEmpty()) {
                exchange.onThreadOfItsOwn(this::await);
                return;
            }
            exchange.whenClientLeaves(pending.get()::cancel);
            exchange.afterReading(pending.get()::start);
        }

        @Override
        public void answered(InferenceResponse response) {
            exchange.whereItIsRead(() -> answer(response));
        }

        private void answer(InferenceResponse response) {
            var meters = router.meters(call.request().model());
            try {
                exchange.answer(
                        codec.write(call, response, options),
                        serverTiming(response.timings()),
                        () -> meters.ifPresent(this::succeeded));
            } catch (RuntimeException | Error e) { // nobody else would tell the client
                var code = e instanceof ServingException known ? known.code() : ErrorCode.INTERNAL;
                meters.ifPresent(counted -> counted.failed(code));
                exchange.fail(e);
            }
        }

        private void succeeded(ModelMeters meters) {
            meters.succeeded(System.nanoTime() - receivedNanos);
        }

        @Override
        public void failed(ServingException failure) {
            exchange.fail(failure);
        }
    }
}
