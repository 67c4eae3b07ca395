package io.matih.inference.server.deployment;

import io.matih.inference.engine.model.DynamicBatching;
import io.matih.inference.engine.model.QueuePolicy;
import io.matih.inference.engine.model.QueuePolicy.TimeoutAction;
import io.matih.inference.server.api.DeployRequest;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// `config.dynamic_batching`: Triton's ModelDynamicBatching on the wire, `DynamicBatching` in the
/// engine.
final class BatchingCodec {
    private static final String FIELD = "config.dynamic_batching";
    private static final int MAX_BATCH_SIZE = 65_536;
    private static final int MAX_PRIORITIES = 100;
    private static final int MAX_QUEUE_SIZE = 1_000_000;
    private static final long MAX_MICROS = TimeUnit.HOURS.toMicros(1);

    private BatchingCodec() {}

    static DynamicBatching toBatching(
            DeployRequest.@Nullable DynamicBatching batching, boolean padToPreferred) {
        if (batching == null) {
            return withPadding(DynamicBatching.DEFAULT, padToPreferred);
        }
        int levels =
                within(FIELD + ".priority_levels", batching.priorityLevels(), 0, MAX_PRIORITIES);
        var sizes = Objects.requireNonNullElse(batching.preferredBatchSize(), List.<Integer>of());
        sizes.forEach(BatchingCodec::requireBatchSize);
        return new DynamicBatching(
                sizes,
                micros(
                        FIELD + ".max_queue_delay_microseconds",
                        batching.maxQueueDelayMicroseconds()),
                Boolean.TRUE.equals(batching.preserveOrdering()),
                levels,
                within(
                        FIELD + ".default_priority_level",
                        batching.defaultPriorityLevel(),
                        0,
                        levels),
                policy(FIELD + ".default_queue_policy", batching.defaultQueuePolicy()),
                policies(batching.priorityQueuePolicy(), levels),
                padToPreferred);
    }

    private static void requireBatchSize(@Nullable Integer size) {
        within(FIELD + ".preferred_batch_size", size == null ? 0 : size, 1, MAX_BATCH_SIZE);
    }

    private static DynamicBatching withPadding(DynamicBatching batching, boolean pads) {
        return new DynamicBatching(
                batching.preferredBatchSizes(),
                batching.maxQueueDelayMicros(),
                batching.preserveOrdering(),
                batching.priorityLevels(),
                batching.defaultPriorityLevel(),
                batching.defaultQueuePolicy(),
                batching.priorityQueuePolicies(),
                pads);
    }

    private static Map<Integer, QueuePolicy> policies(
            @Nullable Map<String, DeployRequest.QueuePolicy> policies, int levels) {
        var converted = new HashMap<Integer, QueuePolicy>();
        if (policies != null) {
            policies.forEach(
                    (level, policy) ->
                            converted.put(
                                    level(level, levels),
                                    policy(FIELD + ".priority_queue_policy." + level, policy)));
        }
        return converted;
    }

    private static int level(String text, int levels) {
        var field = FIELD + ".priority_queue_policy";
        try {
            return within(field, Integer.parseInt(text), 1, levels);
        } catch (NumberFormatException _) {
            throw ConfigCodec.invalid(field, "keys from 1 to " + levels, text);
        }
    }

    private static QueuePolicy policy(String field, DeployRequest.@Nullable QueuePolicy policy) {
        if (policy == null) {
            return QueuePolicy.DEFAULT;
        }
        int size = within(field + ".max_queue_size", policy.maxQueueSize(), 0, MAX_QUEUE_SIZE);
        return new QueuePolicy(
                action(field + ".timeout_action", policy.timeoutAction()),
                micros(
                        field + ".default_timeout_microseconds",
                        policy.defaultTimeoutMicroseconds()),
                !Boolean.FALSE.equals(policy.allowTimeoutOverride()),
                size == 0 ? QueuePolicy.DEFAULT_MAX_QUEUE_SIZE : size);
    }

    private static TimeoutAction action(String field, @Nullable String name) {
        return switch (name) {
            case null -> TimeoutAction.REJECT;
            case "REJECT" -> TimeoutAction.REJECT;
            case "DELAY" -> TimeoutAction.DELAY;
            default -> throw ConfigCodec.invalid(field, "REJECT, DELAY", name);
        };
    }

    private static int within(String field, @Nullable Integer value, int least, int most) {
        return value == null ? 0 : (int) ConfigCodec.within(field, value, least, most);
    }

    private static long micros(String field, @Nullable Long value) {
        return value == null ? 0 : ConfigCodec.within(field, value, 0, MAX_MICROS);
    }

    /// The other way, for people to read.
    static DeployRequest.DynamicBatching toWire(DynamicBatching batching) {
        var policies = new TreeMap<String, DeployRequest.QueuePolicy>();
        batching.priorityQueuePolicies()
                .forEach((level, policy) -> policies.put(level.toString(), toWire(policy)));
        return new DeployRequest.DynamicBatching(
                batching.preferredBatchSizes(),
                batching.maxQueueDelayMicros(),
                batching.preserveOrdering(),
                batching.priorityLevels(),
                batching.defaultPriorityLevel(),
                toWire(batching.defaultQueuePolicy()),
                policies);
    }

    private static DeployRequest.QueuePolicy toWire(QueuePolicy policy) {
        return new DeployRequest.QueuePolicy(
                policy.timeoutAction().name(),
                policy.defaultTimeoutMicros(),
                policy.allowTimeoutOverride(),
                policy.maxQueueSize());
    }
}
