package io.matih.inference.server.client;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.function.LongConsumer;

/// A request body that tells how many of its bytes were handed to the connection.
///
/// @param progress told the bytes so far, on the connection's thread
record CountedBody(BodyPublisher body, LongConsumer progress) implements BodyPublisher {
    @Override
    public long contentLength() {
        return body.contentLength();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        body.subscribe(new Counter(subscriber, progress));
    }

    private static final class Counter implements Flow.Subscriber<ByteBuffer> {
        private final Flow.Subscriber<? super ByteBuffer> target;
        private final LongConsumer progress;
        private long sent;

        Counter(Flow.Subscriber<? super ByteBuffer> target, LongConsumer progress) {
            this.target = target;
            this.progress = progress;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            target.onSubscribe(subscription);
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            sent += bytes.remaining();
            target.onNext(bytes);
            progress.accept(sent);
        }

        @Override
        public void onError(Throwable failure) {
            target.onError(failure);
        }

        @Override
        public void onComplete() {
            target.onComplete();
        }
    }
}
