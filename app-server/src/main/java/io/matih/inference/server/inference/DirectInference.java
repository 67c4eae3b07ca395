package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.InferenceListener;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.serving.Router;
import io.matih.inference.engine.telemetry.ModelMeters;
import io.matih.inference.server.http.DirectExchange;

import java.util.Optional;

/// The one way of a request for inference over HTTP, whatever its route and form: decode, one call
/// to the router, encode. Any thread.
public final class DirectInference {
    private final Router router;

    public DirectInference(Router router) {
        this.router = router;
    }

    /// Answers the exchange, or sees to it that it will be answered.
    ///
    /// @throws ServingException becomes the answer
    public void answer(DirectExchange exchange, byte[] body, WireForm form) {
        var answering = new Answering(exchange, decode(body, form), form, System.nanoTime());
        if (exchange.mayWait()) {
            answering.await();
        } else {
            answering.offer();
        }
    }

    /// A body that cannot be decoded is a failure of the model that it names, where it names one
    /// that is deployed.
    private PredictCall decode(byte[] body, WireForm form) {
        var named = new NamedModel(router);
        try {
            return form.read(body, named);
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
        private final WireForm form;
        private final long receivedNanos;

        private Answering(
                DirectExchange exchange, PredictCall call, WireForm form, long receivedNanos) {
            this.exchange = exchange;
            this.call = call;
            this.form = form;
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
            var meters = router.meters(response);
            try {
                exchange.answer(
                        form.write(call, response),
                        serverTiming(response.timings()),
                        () -> sent(response, meters));
            } catch (RuntimeException | Error e) { // nobody else would tell the client
                var code = e instanceof ServingException known ? known.code() : ErrorCode.INTERNAL;
                meters.ifPresent(counted -> counted.failed(code));
                exchange.fail(e);
            }
        }

        private void sent(InferenceResponse response, Optional<ModelMeters> meters) {
            meters.ifPresent(counted -> counted.succeeded(System.nanoTime() - receivedNanos));
            router.sent(call.request(), response);
        }

        @Override
        public void failed(ServingException failure) {
            exchange.fail(failure);
        }
    }
}
