package io.matih.inference.engine.deployment;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// One lock a name, so that names do not wait for each other.
final class NameLocks {
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    void holding(String name, Runnable action) {
        holding(
                name,
                () -> {
                    action.run();
                    return true;
                });
    }

    <T> T holding(String name, Supplier<T> action) {
        var lock = locks.computeIfAbsent(name, _ -> new ReentrantLock());
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
