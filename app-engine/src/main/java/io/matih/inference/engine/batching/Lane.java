package io.matih.inference.engine.batching;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// The waiting requests of one priority, by what they can be joined with, each group in order of
/// arrival. Guarded by the batcher's lock.
final class Lane {
    private final Map<BatchKey, Group> groups = new HashMap<>();
    private int works;
    private int rows;

    void add(Work work) {
        groups.computeIfAbsent(work.key(), Group::new).add(work);
        works++;
        rows += work.rows();
    }

    int works() {
        return works;
    }

    int rows() {
        return rows;
    }

    @Nullable Group group(BatchKey key) {
        return groups.get(key);
    }

    /// The group whose first request waits longest comes first.
    Collection<Group> groups() {
        if (groups.size() < 2) {
            return groups.values();
        }
        var sorted = new ArrayList<>(groups.values());
        sorted.sort(Comparator.comparingLong(group -> group.first().queuedNanos()));
        return sorted;
    }

    /// Takes the group's first request.
    Work poll(Group group) {
        var work = group.works.removeFirst();
        removed(group, work);
        return work;
    }

    boolean remove(Work work) {
        var group = groups.get(work.key());
        if (group == null || !group.works.remove(work)) {
            return false;
        }
        removed(group, work);
        return true;
    }

    /// Takes out every request that waited past `nowNanos`: its own deadline's or its queue's.
    ///
    /// @param late to which those are added that nobody wants any more
    /// @param overdue to which those are added whose queue's timeout has passed
    void expire(long nowNanos, List<Work> late, List<Work> overdue) {
        for (var group : List.copyOf(groups.values())) {
            for (Iterator<Work> each = group.works.iterator(); each.hasNext(); ) {
                var work = each.next();
                boolean unwanted = work.deadline().nanoTime() - nowNanos <= 0;
                if (unwanted || work.queueLimitNanos() <= nowNanos) {
                    each.remove();
                    (unwanted ? late : overdue).add(work);
                    removed(group, work);
                }
            }
        }
    }

    private void removed(Group group, Work work) {
        group.rows -= work.rows();
        works--;
        rows -= work.rows();
        if (group.works.isEmpty()) {
            groups.remove(group.key);
        }
    }

    /// Requests that can be executed together.
    static final class Group {
        private final BatchKey key;
        private final ArrayDeque<Work> works = new ArrayDeque<>();
        private int rows;

        private Group(BatchKey key) {
            this.key = key;
        }

        private void add(Work work) {
            works.add(work);
            rows += work.rows();
        }

        BatchKey key() {
            return key;
        }

        int rows() {
            return rows;
        }

        Work first() {
            return works.getFirst();
        }

        Iterable<Work> works() {
            return works;
        }
    }
}
