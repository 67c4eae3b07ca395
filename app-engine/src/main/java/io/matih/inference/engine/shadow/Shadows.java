package io.matih.inference.engine.shadow;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.shadow.Verdict.Outcome;
import io.matih.inference.engine.telemetry.ShadowMeters;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Every comparison that runs. Keeps what they count, every two seconds, and acts on their
/// verdicts. Any thread.
public final class Shadows implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Shadows.class);
    private static final Duration TICK = Duration.ofSeconds(2);
    private static final Duration HISTORY = Duration.ofDays(31);

    private final ShadowStore store;
    private final ShadowMeters meters;
    private final Clock clock;
    private final Map<ShadowKey, ShadowMirror> running = new ConcurrentHashMap<>();
    private final ExecutorService workers =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("shadow-", 0).factory());
    private final ScheduledExecutorService keeper =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("shadows").factory());
    private volatile boolean closed;
    private Instant forgotten = Instant.EPOCH;

    public Shadows(ShadowStore store, ShadowMeters meters, Clock clock) {
        this.store = store;
        this.meters = meters;
        this.clock = clock;
    }

    /// @param listener acts on verdicts from now on
    public void start(ShadowListener listener) {
        var _ =
                keeper.scheduleWithFixedDelay(
                        () -> tick(listener),
                        TICK.toMillis(),
                        TICK.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    /// Makes these the shadows of a deployment: those that compare the same two versions go on
    /// counting, also over a restart, others begin, and what is not there any more is forgotten.
    /// Whoever calls it holds the deployment's name.
    ///
    /// @return one mirror for each, in order
    public List<ShadowMirror> set(String deployment, List<Wanted> wanted) {
        if (closed) {
            return List.of();
        }
        var mirrors = new ArrayList<ShadowMirror>();
        for (var shadow : wanted) {
            mirrors.add(mirror(shadow));
        }
        for (var mirror : List.copyOf(running.values())) {
            if (mirror.key().deployment().equals(deployment) && !mirrors.contains(mirror)) {
                running.remove(mirror.key(), mirror);
                forget(mirror);
            }
        }
        return mirrors;
    }

    /// A shadow as it should be.
    public record Wanted(ShadowKey key, ShadowPolicy policy, Candidate candidate) {}

    private ShadowMirror mirror(Wanted wanted) {
        var there = running.get(wanted.key());
        if (there != null && there.policy().comparesLike(wanted.policy())) {
            there.become(wanted.policy(), wanted.candidate());
            return there;
        }
        if (there != null) {
            running.remove(wanted.key());
            forget(there);
        }
        var mirror =
                new ShadowMirror(
                        wanted.key(),
                        wanted.policy(),
                        wanted.candidate(),
                        stored(wanted.key()),
                        workers);
        running.put(wanted.key(), mirror);
        meters.open(
                wanted.key().deployment(),
                wanted.key().shadow(),
                () -> agreement(mirror),
                () -> mirror.comparison().totals().trials(),
                () -> mirror.comparison().totals().failed(),
                () -> mirror.comparison().totals().dropped());
        return mirror;
    }

    /// What was counted before, if it can be read: a deployment must not fail for it.
    private ComparisonState stored(ShadowKey key) {
        try {
            return store.find(key).orElseGet(() -> ComparisonState.begin(clock.instant()));
        } catch (ServingException e) {
            LOG.error("a comparison begins anew: {}", e.getMessage());
            return ComparisonState.begin(clock.instant());
        }
    }

    private static double agreement(ShadowMirror mirror) {
        var totals = mirror.comparison().totals();
        return totals.trials() == 0 ? Double.NaN : (double) totals.agreed() / totals.trials();
    }

    private void forget(ShadowMirror mirror) {
        mirror.end();
        meters.close(mirror.key().deployment(), mirror.key().shadow());
        try {
            store.delete(mirror.key());
        } catch (ServingException e) {
            LOG.warn("a comparison that has ended stays stored: {}", e.getMessage());
        }
    }

    /// The comparisons of a deployment, by the shadow's version.
    public List<ShadowReport> reports(String deployment) {
        return running.values().stream()
                .filter(mirror -> mirror.key().deployment().equals(deployment))
                .sorted((a, b) -> Integer.compare(a.key().shadow(), b.key().shadow()))
                .map(ShadowMirror::report)
                .toList();
    }

    /// The minutes of the last time of a comparison that runs, oldest first; empty where there is
    /// none of that version.
    public Optional<List<ShadowMinute>> history(String deployment, int version, Duration last) {
        return running.keySet().stream()
                .filter(key -> key.deployment().equals(deployment) && key.shadow() == version)
                .findFirst()
                .map(key -> store.minutes(key, clock.instant().minus(last)));
    }

    private void tick(ShadowListener listener) {
        for (var mirror : running.values()) {
            try {
                save(mirror, false);
                act(mirror, listener);
            } catch (ServingException e) {
                LOG.warn(
                        "shadow version {} of '{}': {}",
                        mirror.key().shadow(),
                        mirror.key().deployment(),
                        e.getMessage());
            } catch (RuntimeException e) { // the next tick must come
                LOG.error("shadow version {} failed", mirror.key().shadow(), e);
            }
        }
        forgetMinutes();
    }

    private void forgetMinutes() {
        var now = clock.instant();
        if (Duration.between(forgotten, now).toHours() >= 1) {
            try {
                store.forgetMinutes(now.minus(HISTORY));
                forgotten = now;
            } catch (ServingException e) {
                LOG.warn("old minutes of shadows stay for now: {}", e.getMessage());
            }
        }
    }

    private void save(ShadowMirror mirror, boolean last) {
        var comparison = mirror.comparison();
        var minute = comparison.takeMinute(clock.instant(), last);
        if (minute != null) {
            store.add(mirror.key(), minute);
        }
        var state = comparison.takeChanges();
        if (state == null) {
            return;
        }
        try {
            store.save(mirror.key(), state);
        } catch (ServingException e) {
            comparison.markChanged();
            throw e;
        }
    }

    private void act(ShadowMirror mirror, ShadowListener listener) {
        var policy = mirror.policy();
        var verdict = mirror.verdict();
        var age = Duration.between(mirror.comparison().since(), clock.instant());
        if (policy.watching()) {
            if (verdict.outcome() == Outcome.FAIL) {
                listener.broken(mirror.key(), verdict.reasons());
            } else if (age.compareTo(policy.gate().rollbackWindow()) >= 0) {
                listener.watched(mirror.key());
            }
        } else if (verdict.outcome() == Outcome.PASS && policy.gate().promotes()) {
            listener.passed(mirror.key(), verdict.reasons());
        } else if (age.compareTo(policy.gate().duration()) >= 0 && !mirror.ended()) {
            LOG.info(
                    "shadow version {} of '{}' was compared for {} and ends: {}",
                    mirror.key().shadow(),
                    mirror.key().deployment(),
                    policy.gate().duration(),
                    verdict.reasons());
            mirror.end();
        }
    }

    /// Saves everything; what is compared goes on when it is set again by the next process.
    @Override
    public void close() {
        closed = true;
        keeper.close();
        for (var mirror : running.values()) {
            mirror.end();
        }
        workers.shutdownNow();
        workers.close();
        for (var mirror : running.values()) {
            try {
                save(mirror, true);
            } catch (ServingException e) {
                LOG.warn("the last of a comparison is lost: {}", e.getMessage());
            }
        }
    }
}
