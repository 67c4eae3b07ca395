package io.matih.inference.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

class BackoffTest {
    private static final long NOW = 7;

    private static List<Long> seconds(ErrorCode code) {
        var waits = new ArrayList<Long>();
        @Nullable Backoff last = null;
        for (int i = 0; i < 9; i++) {
            last = Backoff.after(last, new ServingException(code, "no"), NOW);
            waits.add(last.left(NOW).toSeconds());
        }
        return waits;
    }

    @Test
    void whatIsWrongWithAModelDoublesTheWaitUpToAMinute() {
        assertThat(seconds(ErrorCode.MODEL_INVALID))
                .containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
    }

    @Test
    void roomMayComeFreeAtAnyMoment() {
        assertThat(seconds(ErrorCode.CACHE_BUDGET)).containsOnly(1L);
    }

    @Test
    void itIsOverAtItsMoment() {
        var backoff = Backoff.after(null, new ServingException(ErrorCode.MODEL_INVALID, "no"), NOW);
        long second = Duration.ofSeconds(1).toNanos();
        assertThat(backoff.isOver(NOW + second - 1)).isFalse();
        assertThat(backoff.isOver(NOW + second)).isTrue();
    }
}
