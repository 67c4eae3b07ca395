package io.matih.inference.engine.telemetry;

import io.matih.inference.engine.telemetry.ModelStatistics.Batch;
import io.matih.inference.engine.telemetry.ModelStatistics.Total;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/// Counts for `ModelStatistics`. Any thread; counting takes no lock, and no memory but for a batch
/// of a size that was never seen before. A snapshot may see half of a request that is being
/// counted, never less than an earlier one.
public final class InferenceCounts {
    private final LongAccumulator lastInferenceMillis = new LongAccumulator(Math::max, 0);
    private final LongAdder rows = new LongAdder();
    private final LongAdder answers = new LongAdder();
    private final LongAdder answerNanos = new LongAdder();
    private final LongAdder queueNanos = new LongAdder();
    private final LongAdder inputNanos = new LongAdder();
    private final LongAdder inferNanos = new LongAdder();
    private final LongAdder outputNanos = new LongAdder();
    private final LongAdder hits = new LongAdder();
    private final LongAdder hitNanos = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder missNanos = new LongAdder();
    private final Map<FailureReason, LongAdder> failures = new EnumMap<>(FailureReason.class);
    private final LongAdder failureNanos = new LongAdder();
    private final Map<Integer, Executions> executions = new ConcurrentHashMap<>();
    private volatile long loadNanos;

    InferenceCounts() {
        for (var reason : FailureReason.values()) {
            failures.put(reason, new LongAdder());
        }
    }

    /// A request was executed and answered.
    ///
    /// @param nanos from receipt to answer
    public void answered(
            long requestRows,
            long nanos,
            long inQueueNanos,
            long copyInNanos,
            long computeNanos,
            long copyOutNanos) {
        rows.add(requestRows);
        answers.increment();
        answerNanos.add(nanos);
        queueNanos.add(inQueueNanos);
        inputNanos.add(copyInNanos);
        inferNanos.add(computeNanos);
        outputNanos.add(copyOutNanos);
    }

    /// A request was given an answer that was kept.
    ///
    /// @param nanos from receipt to answer
    public void hit(long nanos, long lookUpNanos) {
        answers.increment();
        answerNanos.add(nanos);
        hits.increment();
        hitNanos.add(lookUpNanos);
    }

    /// A request asked the response cache in vain.
    ///
    /// @param nanos that looking up and keeping the answer took
    public void missed(long nanos) {
        misses.increment();
        missNanos.add(nanos);
    }

    /// What was never let in, for it was no request that the model could answer, is none of
    /// Triton's inferences either.
    void failed(FailureReason reason, long nanos) {
        var counter = failures.get(reason);
        if (counter != null && reason != FailureReason.INVALID) {
            counter.increment();
            failureNanos.add(nanos);
        }
    }

    /// An execution succeeded.
    ///
    /// @param batchRows 1 where the model's first axis counts no rows
    public void executed(int batchRows, long copyInNanos, long computeNanos, long copyOutNanos) {
        executions
                .computeIfAbsent(batchRows, _ -> new Executions())
                .add(copyInNanos, computeNanos, copyOutNanos);
        lastInferenceMillis.accumulate(System.currentTimeMillis());
    }

    /// The version was brought into memory.
    public void loaded(long nanos) {
        loadNanos = nanos;
    }

    public ModelStatistics statistics() {
        long hitCount = hits.sum(); // before the answers, which are counted first
        long answerCount = answers.sum();
        long computed = answerCount - hitCount;
        var byReason = new EnumMap<FailureReason, Long>(FailureReason.class);
        failures.forEach((reason, counter) -> byReason.put(reason, counter.sum()));
        var batches = batches();
        return new ModelStatistics(
                lastInference(),
                rows.sum(),
                batches.stream().mapToLong(batch -> batch.computeInfer().count()).sum(),
                new Total(answerCount, answerNanos.sum()),
                new Total(
                        byReason.values().stream().mapToLong(Long::longValue).sum(),
                        failureNanos.sum()),
                new Total(answerCount, queueNanos.sum()),
                new Total(computed, inputNanos.sum()),
                new Total(computed, inferNanos.sum()),
                new Total(computed, outputNanos.sum()),
                new Total(hitCount, hitNanos.sum()),
                new Total(misses.sum(), missNanos.sum()),
                byReason,
                batches,
                loadNanos);
    }

    private @Nullable Instant lastInference() {
        long millis = lastInferenceMillis.get();
        return millis == 0 ? null : Instant.ofEpochMilli(millis);
    }

    private List<Batch> batches() {
        return executions.entrySet().stream()
                .map(entry -> entry.getValue().snapshot(entry.getKey()))
                .sorted(Comparator.comparingInt(Batch::rows))
                .toList();
    }

    /// Executions of one size: few threads meet here, so plain atomics will do, and there may be
    /// thousands of sizes.
    private static final class Executions {
        private static final int COUNT = 0;
        private static final int INPUT = 1;
        private static final int INFER = 2;
        private static final int OUTPUT = 3;

        private final AtomicLongArray values = new AtomicLongArray(OUTPUT + 1);

        private void add(long input, long infer, long output) {
            values.getAndIncrement(COUNT);
            values.getAndAdd(INPUT, input);
            values.getAndAdd(INFER, infer);
            values.getAndAdd(OUTPUT, output);
        }

        private Batch snapshot(int batchRows) {
            long count = values.get(COUNT);
            return new Batch(
                    batchRows,
                    new Total(count, values.get(INPUT)),
                    new Total(count, values.get(INFER)),
                    new Total(count, values.get(OUTPUT)));
        }
    }
}
