package io.matih.inference.engine.serving;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import io.matih.inference.engine.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/// Answers that are given again to requests with the very same inputs, for the models whose
/// operators ask for it. One for all models; least used answers go first. Any thread.
public final class ResponseCache {
    /// What an entry costs beside its tensors' bytes, about.
    private static final int ENTRY_BYTES = 256;

    private final Cache<Key, List<Tensor>> answers;
    private final AtomicLong owners = new AtomicLong();

    public ResponseCache(ResponseCacheSettings settings) {
        answers =
                Caffeine.newBuilder()
                        .maximumWeight(settings.maxBytes())
                        .weigher(ResponseCache::weight)
                        .expireAfterWrite(settings.timeToLive())
                        .build();
    }

    private static int weight(Key key, List<Tensor> outputs) {
        long bytes = ENTRY_BYTES;
        for (var output : outputs) {
            bytes += ENTRY_BYTES + output.data().byteSize();
        }
        return (int) Math.min(Integer.MAX_VALUE, bytes);
    }

    /// The part of one loaded version.
    Share share() {
        return new Share(owners.incrementAndGet());
    }

    /// Bytes of all answers kept, about.
    public long sizeBytes() {
        return answers.policy()
                .eviction()
                .map(eviction -> eviction.weightedSize().orElse(0))
                .orElse(0L);
    }

    final class Share {
        private final long owner;

        private Share(long owner) {
            this.owner = owner;
        }

        Key key(List<Tensor> inputs, Set<String> outputs) {
            return new Key(owner, InputDigest.of(inputs, outputs));
        }

        @Nullable List<Tensor> get(Key key) {
            return answers.getIfPresent(key);
        }

        /// An answer may be a small part of a whole batch's memory, so it is copied.
        void put(Key key, List<Tensor> outputs) {
            answers.put(key, outputs.stream().map(Tensor::copy).toList());
        }

        void clear() {
            answers.asMap().keySet().removeIf(key -> key.owner == owner);
        }
    }

    record Key(long owner, InputDigest inputs) {}
}
