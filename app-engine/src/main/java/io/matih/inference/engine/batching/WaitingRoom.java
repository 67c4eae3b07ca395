package io.matih.inference.engine.batching;

import io.matih.inference.engine.model.DynamicBatching;
import io.matih.inference.engine.model.QueuePolicy;
import io.matih.inference.engine.model.QueuePolicy.TimeoutAction;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The requests that wait for an instance, and the rule by which batches leave.
///
/// Invariants, which a test holds under random load: a request leaves once; a batch's members are
/// alike, come in the order of their arrival within a priority, and have at most `maxRows` rows
/// unless it is a single request; no batch takes a lower priority before a higher one that could
/// have left with it; what is past its deadline never leaves. Everything here is guarded by the
/// batcher's lock and knows time only as its argument.
final class WaitingRoom {
    /// A batch that leaves for a deadline's sake is given so much more than its run usually takes.
    private static final int DEADLINE_MARGIN = 2;

    private final int maxRows;
    private final DynamicBatching policy;
    private final RunCost cost;
    private final ArrivalGap arrivals;
    private final long delayNanos;

    /// For each priority two: those that wait, then those that waited too long under a policy that
    /// delays them.
    private final Lane[] lanes;

    private long batches;
    private long earliestExpiryNanos = Long.MAX_VALUE;
    private boolean joins;

    /// @param maxRows of one batch; 0 where requests must not be joined
    WaitingRoom(int maxRows, DynamicBatching policy, RunCost cost, long nowNanos) {
        this.maxRows = maxRows;
        this.policy = policy;
        this.cost = cost;
        joins = maxRows > 1;
        delayNanos = policy.maxQueueDelayMicros() * 1000;
        arrivals = new ArrivalGap(delayNanos, nowNanos);
        lanes = new Lane[2 * Math.max(1, policy.priorityLevels())];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = new Lane();
        }
    }

    boolean isEmpty() {
        return works() == 0;
    }

    int works() {
        int works = 0;
        for (var lane : lanes) {
            works += lane.works();
        }
        return works;
    }

    int rows() {
        int rows = 0;
        for (var lane : lanes) {
            rows += lane.rows();
        }
        return rows;
    }

    /// Whether no more requests of this priority may wait.
    boolean isFull(int priority) {
        int waiting = lane(priority).works() + overtime(priority).works();
        return waiting >= policy.queuePolicy(priority).maxQueueSize();
    }

    void add(Work work, long nowNanos) {
        arrivals.arrived(nowNanos);
        work.queued(nowNanos, queueLimit(work, nowNanos));
        lane(work.priority()).add(work);
        expiryOf(work);
    }

    private long queueLimit(Work work, long nowNanos) {
        long micros = policy.queuePolicy(work.priority()).defaultTimeoutMicros();
        return micros == 0 ? Long.MAX_VALUE : nowNanos + micros * 1000;
    }

    private void expiryOf(Work work) {
        earliestExpiryNanos =
                Math.min(
                        earliestExpiryNanos,
                        Math.min(work.deadline().nanoTime(), work.queueLimitNanos()));
    }

    boolean remove(Work work) {
        return lane(work.priority()).remove(work) || overtime(work.priority()).remove(work);
    }

    /// From now on every request leaves alone.
    void joinNoMore() {
        joins = false;
    }

    boolean joins() {
        return joins;
    }

    /// Takes out what waited too long.
    ///
    /// @return what must be told so; requests whose queue's policy only delays them stay
    Expired expire(long nowNanos) {
        if (earliestExpiryNanos > nowNanos) {
            return Expired.NONE;
        }
        var late = new ArrayList<Work>();
        var overdue = new ArrayList<Work>();
        for (var lane : lanes) {
            lane.expire(nowNanos, late, overdue);
        }
        var refused = new ArrayList<Work>();
        for (var work : overdue) {
            if (policy.queuePolicy(work.priority()).timeoutAction() == TimeoutAction.REJECT) {
                refused.add(work);
            } else {
                work.waitsOn();
                overtime(work.priority()).add(work);
            }
        }
        earliestExpiryNanos = Long.MAX_VALUE;
        for (var lane : lanes) {
            lane.groups().forEach(group -> group.works().forEach(this::expiryOf));
        }
        return new Expired(late, refused);
    }

    /// Takes the batch that leaves now, if one does. An instance is idle.
    ///
    /// @param draining whether nothing more will come
    @Nullable Batch take(long nowNanos, boolean draining) {
        for (int i = 0; i < lanes.length; i++) {
            for (var group : lanes[i].groups()) {
                var reason = reason(i, group, nowNanos, draining);
                if (reason != null) {
                    return assemble(i, group.key(), reason, nowNanos);
                }
            }
        }
        return null;
    }

    private @Nullable LeaveReason reason(
            int lane, Lane.Group group, long nowNanos, boolean draining) {
        if (!joins) {
            return LeaveReason.SINGLE;
        }
        int rows = rows(lane, group.key());
        if (rows >= maxRows) {
            return LeaveReason.FULL;
        }
        if (preferred(lane, group.key()) > 0) {
            return LeaveReason.PREFERRED;
        }
        if (draining) {
            return LeaveReason.DRAIN;
        }
        if (delayNanos == 0) {
            return LeaveReason.IDLE;
        }
        if (group.first().queuedNanos() + delayNanos <= nowNanos) {
            return LeaveReason.DELAY;
        }
        if (arrivals.giveUpNanos() <= nowNanos) {
            return LeaveReason.QUIET;
        }
        return mustLeaveBy(group, rows) <= nowNanos ? LeaveReason.DEADLINE : null;
    }

    /// When the next batch leaves, should nothing more arrive; `Long.MAX_VALUE` where none waits.
    long dueNanos() {
        long due = Long.MAX_VALUE;
        for (int i = 0; i < lanes.length; i++) {
            for (var group : lanes[i].groups()) {
                long delayed = group.first().queuedNanos() + delayNanos;
                long leaves = Math.min(delayed, arrivals.giveUpNanos());
                due = Math.min(due, Math.min(leaves, mustLeaveBy(group, rows(i, group.key()))));
            }
        }
        return due;
    }

    private long mustLeaveBy(Lane.Group group, int rows) {
        long estimate = cost.estimate(rows);
        if (estimate == RunCost.UNKNOWN) {
            return Long.MAX_VALUE;
        }
        long earliest = Long.MAX_VALUE;
        for (var work : group.works()) {
            earliest = Math.min(earliest, work.deadline().nanoTime());
        }
        return earliest - DEADLINE_MARGIN * estimate;
    }

    /// Rows that could leave together with this lane's group, from lower priorities too.
    private int rows(int firstLane, BatchKey key) {
        int rows = 0;
        for (int i = firstLane; i < lanes.length; i++) {
            var group = lanes[i].group(key);
            rows += group == null ? 0 : group.rows();
        }
        return rows;
    }

    /// The largest preferred size that whole requests, in order, add up to; 0 if none.
    private int preferred(int firstLane, BatchKey key) {
        int best = 0;
        if (policy.preferredBatchSizes().isEmpty()) {
            return best;
        }
        int rows = 0;
        for (int i = firstLane; i < lanes.length; i++) {
            var group = lanes[i].group(key);
            if (group == null) {
                continue;
            }
            for (var work : group.works()) {
                rows += work.rows();
                if (rows > maxRows) {
                    return best;
                }
                best = policy.preferredBatchSizes().contains(rows) ? rows : best;
            }
        }
        return best;
    }

    private Batch assemble(int firstLane, BatchKey key, LeaveReason reason, long nowNanos) {
        int limit = reason == LeaveReason.PREFERRED ? preferred(firstLane, key) : maxRows;
        var works = new ArrayList<Work>();
        int rows = 0;
        for (int i = firstLane; i < lanes.length; i++) {
            var group = lanes[i].group(key);
            while (group != null && (works.isEmpty() || joinsUnder(limit, rows, group.first()))) {
                var work = lanes[i].poll(group);
                works.add(work);
                rows += work.rows();
                group = lanes[i].group(key);
            }
            if (group != null) {
                break; // the next one does not fit, and nobody overtakes it
            }
        }
        var batch = new Batch(works, rows, padding(rows), reason, nowNanos, batches++);
        works.forEach(work -> work.left(batch));
        return batch;
    }

    private boolean joinsUnder(int limit, int rows, Work next) {
        return joins && rows + next.rows() <= limit;
    }

    private int padding(int rows) {
        if (!policy.padToPreferred() || !joins) {
            return 0;
        }
        for (int size : policy.preferredBatchSizes()) {
            if (size >= rows) {
                return size - rows;
            }
        }
        return 0;
    }

    private Lane lane(int priority) {
        return lanes[2 * (priority - 1)];
    }

    private Lane overtime(int priority) {
        return lanes[2 * (priority - 1) + 1];
    }

    QueuePolicy policy(int priority) {
        return policy.queuePolicy(priority);
    }

    /// @param late whose own deadline passed
    /// @param refused whose queue's timeout passed
    record Expired(List<Work> late, List<Work> refused) {
        static final Expired NONE = new Expired(List.of(), List.of());
    }
}
