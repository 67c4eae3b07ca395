package io.matih.inference.engine.model;

import java.util.List;
import java.util.Map;

/// How requests are joined, by the names of Triton's `ModelDynamicBatching`.
///
/// @param preferredBatchSizes rows at which a batch leaves at once, ascending
/// @param maxQueueDelayMicros the longest that a request waits for company; 0: no longer than until
///   an instance is free
/// @param preserveOrdering whether answers leave in the order in which batches were formed
/// @param priorityLevels priorities that requests may have, 1 the highest; 0: none
/// @param defaultPriorityLevel of a request that names none; 0: the lowest
/// @param defaultQueuePolicy of priorities without one of their own
/// @param padToPreferred whether a batch is filled with rows of zeros up to the next preferred size
public record DynamicBatching(
        List<Integer> preferredBatchSizes,
        long maxQueueDelayMicros,
        boolean preserveOrdering,
        int priorityLevels,
        int defaultPriorityLevel,
        QueuePolicy defaultQueuePolicy,
        Map<Integer, QueuePolicy> priorityQueuePolicies,
        boolean padToPreferred) {
    public static final DynamicBatching DEFAULT =
            new DynamicBatching(List.of(), 0, false, 0, 0, QueuePolicy.DEFAULT, Map.of(), false);

    public DynamicBatching {
        preferredBatchSizes = preferredBatchSizes.stream().sorted().distinct().toList();
        priorityQueuePolicies = Map.copyOf(priorityQueuePolicies);
    }

    /// @param priority 1 to `priorityLevels`
    public QueuePolicy queuePolicy(int priority) {
        return priorityQueuePolicies.getOrDefault(priority, defaultQueuePolicy);
    }

    /// The priority that counts, from 1 on.
    ///
    /// @param asked the request's; 0 where it names none
    public int priority(int asked) {
        if (priorityLevels == 0) {
            return 1;
        }
        int wanted = asked == 0 ? defaultPriorityLevel : asked;
        return wanted == 0 ? priorityLevels : Math.min(wanted, priorityLevels);
    }
}
