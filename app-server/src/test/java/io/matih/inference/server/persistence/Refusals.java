package io.matih.inference.server.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.matih.inference.server.persistence.DatabaseStartException.Reason;

import java.util.function.Supplier;

/// Starts that must not succeed.
final class Refusals {
    private Refusals() {}

    /// @return the one line that the operator reads
    static String of(Reason reason, Supplier<Database> start) {
        var refusal = catchThrowableOfType(DatabaseStartException.class, () -> start.get().close());
        assertThat(refusal).as("a refusal").isNotNull();
        assertThat(refusal.reason()).as(refusal.getMessage()).isEqualTo(reason);
        assertThat(refusal.getMessage().lines()).hasSize(1);
        return refusal.getMessage();
    }
}
